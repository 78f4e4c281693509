"""Fill Topic.title_html where a title has a formula, a batch at a time: no topic is locked for long."""

from django.db import migrations
from django.db.models import Q

from community.forum.text import heading

BATCH = 1000
MAYBE = Q(title__contains="$") | Q(title__contains="\\(") | Q(title__contains="\\[") | Q(title__contains="\\begin")


def fill(apps, schema_editor):
    topics = apps.get_model("forum", "Topic").objects.filter(MAYBE, title_html="").order_by("pk")
    last = 0
    while batch := list(topics.filter(pk__gt=last).only("title")[:BATCH]):
        last = batch[-1].pk
        for topic in batch:
            if html := heading(topic.title):
                topics.filter(pk=topic.pk, title=topic.title).update(title_html=html)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("forum", "0002_title_html")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
