"""The admin finds deliveries by the topic, post or comment that they tell of. Built beside the running site."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("webhooks", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            "delivery",
            models.Index("object_id", name="delivery_object", condition=Q(object_id__isnull=False)),
        ),
    ]
