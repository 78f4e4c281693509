"""The admin finds members by the beginning of their display name. Built beside the running site."""

from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("members", "0002_names_of_fields")]

    operations = [
        AddIndexConcurrently(
            "member",
            models.Index(OpClass(Upper("display_name"), name="text_pattern_ops"), name="member_display_prefix"),
        ),
    ]
