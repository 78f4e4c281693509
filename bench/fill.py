"""Fill an empty database with a community of any size, set-based: minutes for a million posts."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from community.members.models import Member

INDEXES = ("post_search", "topic_tags")  # GIN: far quicker to build at the end than to keep

# Tag k is on about 1/k of the topics: a few common ones, a long tail.
TAGS = """
INSERT INTO forum_tag (name, excerpt, wiki, wiki_html, topic_count)
SELECT 'tag' || n, '', '', '', 0 FROM generate_series(1, 1000) n
"""

TOPICS = """
INSERT INTO forum_topic (kind, category_id, author_id, title, slug, tag_ids, created_at, active_at, last_number,
    reply_count, score, hot, views, close_reason)
SELECT CASE WHEN n %% 10 < 8 THEN 'question' WHEN n %% 10 = 8 THEN 'discussion' ELSE 'article' END, %(category)s,
    %(first_member)s + n %% %(members)s, 'How does part ' || n || ' of the system behave under load',
    'how-does-part-' || n,
    ARRAY[%(first_tag)s + (1000 ^ hash1)::int - 1, %(first_tag)s + (1000 ^ hash2)::int - 1],
    at, at + interval '1 hour', 0, 0, score,
    sign(score + 1) * log(greatest(1, abs(score + 1))) + extract(epoch FROM at) / 79200,
    (n * 7919) %% 5000, ''
FROM (SELECT n, now() - ((%(topics)s - n) * (interval '1000 days' / %(topics)s)) AS at,
    ((n * 7919::bigint) %% 30)::int - 3 AS score,
    ((n * 104729::bigint) %% 10007) / 10007.0 AS hash1, ((n * 1299709::bigint) %% 10009) / 10009.0 AS hash2
    FROM generate_series(1, %(topics)s) n) drawn
"""

# 5,000 texts of some 900 characters out of 4,000 words, the common ones common, as in a language.
TEXTS = """
CREATE TEMPORARY TABLE bench_text AS
SELECT n, words, '<p>' || words || '</p>' AS html, to_tsvector('simple', words) AS search
FROM (SELECT n, string_agg('word' || (4000 ^ (((n * 1009 + w * 7919) %% 100003) / 100003.0))::int, ' ') AS words
    FROM generate_series(0, 4999) n, generate_series(1, 110) w GROUP BY n) drawn
"""

POSTS = """
INSERT INTO forum_post (topic_id, number, author_id, format, body, html, wiki, version, created_at, up, down, score,
    confidence, comment_count, search)
SELECT topic_id, number, %(first_member)s + (topic_id * 31 + number * 17) %% %(members)s, 'markdown', words, html,
    false, 1, at, up, 0, up, up / (up + 2.0), 0, search
FROM (SELECT t.id AS topic_id, p.number, t.created_at + p.number * interval '1 hour' AS at,
    (t.id * 7 + p.number * 13) %% 20 AS up, (t.id * 31 + p.number * 1009) %% 5000 AS text
    FROM forum_topic t, generate_series(%(from)s, %(to)s) AS p(number)) drawn JOIN bench_text b ON b.n = drawn.text
"""

COUNTS = """
UPDATE forum_topic t SET reply_count = c.n, last_number = c.last, active_at = c.at, score = c.score
FROM (SELECT topic_id, count(*) - 1 AS n, max(number) AS last, max(created_at) AS at,
    max(score) FILTER (WHERE number = 0) AS score FROM forum_post GROUP BY topic_id) c WHERE c.topic_id = t.id;
UPDATE forum_tag g SET topic_count = c.n
FROM (SELECT tag, count(*) AS n FROM forum_topic, unnest(tag_ids) AS tag GROUP BY tag) c WHERE c.tag = g.id;
"""


def fill(*, members: int, topics: int, posts: int) -> None:
    """`posts` are spread evenly over the topics; at 30 topics and 630 posts each has 20 replies."""
    with connection.cursor() as cursor:
        _members(members)
        first_member = _one(cursor, "SELECT min(id) FROM members_member WHERE username LIKE 'member%'")
        cursor.execute(TAGS)
        first_tag = _one(cursor, "SELECT min(id) FROM forum_tag WHERE name LIKE 'tag%'")
        category = _category(cursor)
        definitions = [_drop_index(cursor, name) for name in INDEXES]
        common = {"members": members, "first_member": first_member}
        _run(cursor, TOPICS, topics=topics, category=category, first_tag=first_tag, **common)
        _run(cursor, TEXTS)
        _run(cursor, POSTS, **common, **{"from": 0, "to": max(0, posts // topics - 1)})
        cursor.execute(COUNTS)
        for definition in definitions:
            cursor.execute(definition)
        cursor.execute("VACUUM ANALYZE")


def long_topic(topic_id: int, replies: int = 20) -> None:
    """Give one topic exactly so many replies, so that its page is the same at every size of the site."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM forum_post WHERE topic_id = %s AND number > %s", [topic_id, replies])
        have = _one(cursor, f"SELECT max(number) FROM forum_post WHERE topic_id = {int(topic_id)}")
        cursor.execute(
            """INSERT INTO forum_post (topic_id, number, author_id, format, body, html, wiki, version, created_at, up,
               down, score, confidence, comment_count)
               SELECT topic_id, n, author_id + n, format, body, html, false, 1, created_at, 0, 0, 0, 0, 0
               FROM forum_post, generate_series(%s::int, %s::int) n WHERE topic_id = %s AND number = 0""",
            [have + 1, replies, topic_id],
        )
        cursor.execute(
            "UPDATE forum_topic SET reply_count = %s, last_number = %s WHERE id = %s", [replies, replies, topic_id]
        )


def _members(count: int) -> None:
    now, password = timezone.now(), make_password("bench")
    Member.objects.bulk_create(
        (
            Member(
                username=f"member{n}",
                email=f"member{n}@example.org",
                display_name=f"Member {n}",
                password=password,
                date_joined=now - timedelta(minutes=n),
                read_before=now - timedelta(days=3),
                points_total=1000 // n + 1,
            )
            for n in range(1, count + 1)
        ),
        batch_size=2000,
    )


def _run(cursor, query: str, **parameters: object) -> None:
    cursor.execute(query, parameters)


def _one(cursor, query: str) -> int:
    cursor.execute(query)
    return cursor.fetchone()[0]


def _category(cursor) -> int:
    return _one(
        cursor,
        """INSERT INTO forum_category (name, slug, description, colour, position, readers, posters)
           VALUES ('Bench', 'bench', '', '#0f766e', 0, 'everyone', 'members') RETURNING id""",
    )


def _drop_index(cursor, name: str) -> str:
    cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
    definition = cursor.fetchone()[0]
    cursor.execute(f"DROP INDEX {name}")
    return definition
