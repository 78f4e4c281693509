"""Run by `peer.py` in django-spirit's own environment: fill it, measure its index, category and topic pages."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
sys.path.append(str(Path(__file__).parent))  # behind the environment, for measuring.py
os.environ["DJANGO_SETTINGS_MODULE"] = "peer.settings.dev"

from django.conf import settings  # noqa: E402

settings.DATABASES["default"] = {"ENGINE": "django.db.backends.postgresql", **json.loads(sys.argv[2])}
settings.DEBUG = False
settings.TEMPLATES[0]["OPTIONS"]["debug"] = False
settings.ALLOWED_HOSTS = ["*"]
settings.ST_TASK_MANAGER = None

import django  # noqa: E402

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from measuring import measure  # noqa: E402
from spirit.category.models import Category  # noqa: E402
from spirit.topic.models import Topic  # noqa: E402

WORDS = " ".join(f"word{n}" for n in range(110))

TOPICS = """
INSERT INTO spirit_topic_topic (user_id, category_id, title, slug, date, last_active, reindex_at, is_pinned,
    is_globally_pinned, is_closed, is_removed, view_count, comment_count)
SELECT %s, %s, 'How does part ' || n || ' of the system behave', 'how-' || n, now() - n * interval '1 minute',
    now() - n * interval '1 minute', now(), false, false, false, false, 0, %s FROM generate_series(1, %s) n
"""
COMMENTS = """
INSERT INTO spirit_comment_comment (user_id, topic_id, comment, comment_html, action, date, is_removed, is_modified,
    modified_count, likes_count)
SELECT %s, t.id, %s, '<p>' || %s || '</p>', 0, t.date, false, false, 0, 0
FROM spirit_topic_topic t, generate_series(1, %s) n
"""


def main() -> None:
    size = json.loads(sys.argv[3])
    call_command("migrate", verbosity=0)
    user = get_user_model().objects.create_user("reader", "reader@example.org", "bench")
    category = Category.objects.create(title="Bench")
    each = max(1, size["posts"] // size["topics"])
    with connection.cursor() as cursor:
        cursor.execute(TOPICS, [user.pk, category.pk, each, size["topics"]])
        cursor.execute(COMMENTS, [user.pk, WORDS, WORDS, each])
        topic = Topic.objects.filter(category=category).first()
        cursor.execute(COMMENTS + " WHERE t.id = %s", [user.pk, WORDS, WORDS, max(0, 20 - each), topic.pk])
        cursor.execute("VACUUM ANALYZE")
    anonymous, member = Client(), Client()
    member.force_login(user, backend="spirit.user.auth.backends.UsernameAuthBackend")
    pages = {"index": "/", "category": category.get_absolute_url(), "topic, 20 posts": topic.get_absolute_url()}
    measured = {
        name: {"anonymous": measure(anonymous, url), "member": measure(member, url)} for name, url in pages.items()
    }
    print(json.dumps({"size": size, "pages": measured}))


main()
