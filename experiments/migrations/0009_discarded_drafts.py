"""A draft that is not wanted any more: its changes are on record, so its row stays."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("experiments", "0008_length_of_reasons")]

    operations = [
        migrations.AddField(
            model_name="experiment",
            name="discarded_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="discarded"),
        ),
        migrations.AddConstraint(
            model_name="experiment",
            constraint=models.CheckConstraint(
                condition=Q(discarded_at=None) | Q(status="draft"), name="experiment_discarded_as_a_draft"
            ),
        ),
    ]
