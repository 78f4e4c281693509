"""What a provider calls the message a receipt is of, so that one that is faster than the attempt's row finds it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_notices")]

    operations = [
        migrations.AddField(
            model_name="receipt",
            name="message",
            field=models.CharField(blank=True, help_text="What the provider calls the message.", max_length=200),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(models.F("received_at"), condition=models.Q(("attempt", None)), name="receipt_waiting"),
        ),
    ]
