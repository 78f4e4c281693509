from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("experiments", "0009_discarded_drafts")]

    operations = [
        migrations.AlterField(
            model_name="report",
            name="body",
            field=models.JSONField(help_text="experiments.report.composing says what is in it"),
        ),
    ]
