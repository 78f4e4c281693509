"""Who decided a step of a rollout, and what was decided as one of a few words."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

VERDICTS = [
    ("started", "begun"),
    ("advanced", "gone on"),
    ("held", "held"),
    ("resumed", "resumed"),
    ("rolled_back", "rolled back"),
    ("done", "for everyone"),
]


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("experiments", "0005_refresh_basis"),
    ]

    operations = [
        migrations.AddField(
            model_name="rolloutstep",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="who",
            ),
        ),
        migrations.AlterField(
            model_name="rolloutstep",
            name="verdict",
            field=models.CharField(choices=VERDICTS, max_length=12, verbose_name="verdict"),
        ),
        migrations.AlterField(
            model_name="rolloutstep",
            name="evidence",
            field=models.JSONField(default=dict, verbose_name="evidence"),
        ),
    ]
