"""Topics, their posts, the comments on them and the links between them."""

from __future__ import annotations

from community.forum.models import Comment, Post, Topic, TopicLink
from community.imports.core.staged import ANSWER, QUESTION
from community.imports.core.work import Work

DUPLICATE = 3


def add_topics(work: Work) -> None:
    work.created["topics"] = work.insert_once(
        Topic,
        {
            "imported_id": "s.id",
            "kind": "s.kind",
            "category_id": "coalesce(s.category, %(category)s::bigint)",
            "author_id": "m.ours",
            "title": "left(s.title, 200)",
            "title_html": "s.title_html",
            "slug": "s.slug",
            "tag_ids": (
                """
                ARRAY(SELECT k.ours FROM unnest(s.tags) WITH ORDINALITY t(name, nth)
                JOIN known_tag k ON k.name = lower(t.name) GROUP BY k.ours ORDER BY min(t.nth))
                """
            ),
            "created_at": "s.created",
            "active_at": "s.active",
            "views": "s.views",
            "closed_at": "s.closed",
        },
        f"FROM staged_post s LEFT JOIN known_member m ON m.id = s.author WHERE s.type = {QUESTION} ORDER BY s.id",
        into="known_topic",
    )


def add_posts(work: Work) -> None:
    """The question itself is post 0 of its topic; answers follow in the order of time, after what is there."""
    created = work.insert_once(
        Post,
        {
            "imported_id": "s.id",
            "topic_id": "t.ours",
            "number": (
                f"""
                CASE s.type WHEN {QUESTION} THEN 0 ELSE topic.last_number + row_number() OVER
                (PARTITION BY t.ours, s.type ORDER BY s.created, s.id) END
                """
            ),
            "author_id": "m.ours",
            "format": "s.format",
            "body": "s.body",
            "html": "s.html",
            "search": "s.search",
            "wiki": "s.wiki",
            "created_at": "s.created",
            "edited_at": "s.edited",
            "edited_by_id": "editor.ours",
        },
        f"""
        FROM staged_post s
        JOIN known_topic t ON t.id = CASE s.type WHEN {QUESTION} THEN s.id WHEN {ANSWER} THEN s.parent END
        JOIN forum_topic topic ON topic.id = t.ours
        LEFT JOIN known_member m ON m.id = s.author LEFT JOIN known_member editor ON editor.id = s.editor
        WHERE NOT EXISTS (SELECT FROM forum_post p WHERE p.imported_from = %(source)s AND p.imported_id = s.id)
        ORDER BY s.created, s.id
        """,
        into="known_post",
    )
    work.created["answers"] = created - work.created["topics"]


def add_replies(work: Work) -> None:
    """Which post a reply is in reply to, where the origin says so."""
    work.do(
        """
        UPDATE forum_post p SET in_reply_to_id = above.ours FROM known_post k
        JOIN staged_post s ON s.id = k.id JOIN known_post above ON above.id = s.reply_to
        WHERE p.id = k.ours AND k.fresh AND above.ours <> k.ours
        """
    )


def add_comments(work: Work) -> None:
    work.created["comments"] = work.insert_once(
        Comment,
        {
            "imported_id": "s.id",
            "post_id": "p.ours",
            "author_id": "m.ours",
            "body": "s.body",
            "html": "s.html",
            "score": "s.score",
            "created_at": "s.created",
        },
        """
        FROM staged_comment s JOIN known_post p ON p.id = s.post LEFT JOIN known_member m ON m.id = s.author
        ORDER BY s.created, s.id
        """,
        into="known_comment",
    )


def add_links(work: Work) -> None:
    """Links stand between topics; two of a kind between the same two, by way of answers, are one."""
    work.created["links"] = work.insert_once(
        TopicLink,
        {
            "imported_id": "s.id",
            "topic_id": "p.topic_id",
            "to_id": "related.topic_id",
            "kind": f"CASE s.type WHEN {DUPLICATE} THEN 'duplicate' ELSE 'related' END",
            "created_at": "s.created",
        },
        """
        FROM staged_link s JOIN known_post k ON k.id = s.post JOIN forum_post p ON p.id = k.ours
        JOIN known_post l ON l.id = s.related JOIN forum_post related ON related.id = l.ours
        WHERE p.topic_id <> related.topic_id ORDER BY s.id
        """,
        into="known_link",
        unless="",
    )
