"""Due rows by campaign, so that one that is paused costs nothing and one that is large holds up no other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_rules_of_the_tables")]

    operations = [
        migrations.RemoveIndex(model_name="delivery", name="campaign_delivery_due"),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                models.F("campaign"),
                models.F("due_at"),
                models.F("id"),
                condition=models.Q(("state", "due")),
                name="campaign_delivery_next",
            ),
        ),
    ]
