from django.db import migrations, models


class Migration(migrations.Migration):
    """A phase keeps the whole reason that its change has."""

    dependencies = [("experiments", "0007_words_of_han")]

    operations = [
        migrations.AlterField(
            model_name="phase",
            name="reason",
            field=models.CharField(blank=True, max_length=500, verbose_name="reason"),
        ),
    ]
