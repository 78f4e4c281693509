"""Pass 2, second half: from Discourse's shape into that of core/staged.py. A topic goes by its opening post's id.

What only some might read there, or nobody any more, stays behind: private messages, restricted categories, what is
deleted, hidden, unlisted or among staff.
"""

from __future__ import annotations

from typing import Any

from community.imports.core import places, staged
from community.imports.core.staged import ACCEPT, ANSWER, FAVOURITE, QUESTION, UP
from community.imports.core.work import Work
from community.imports.discourse.rendering import render_posts

LIKE, OLD_BOOKMARK = 2, 1  # types of post actions

# The accepted answer of a topic, from whichever table has it; of several the first.
ACCEPTED = """
    SELECT DISTINCT ON (p.topic) p.topic, p.id AS post, found.at FROM (
    SELECT s.topic, a.post, a.at, a.id FROM their_answer a JOIN their_solved s ON s.id = a.solved
    UNION ALL SELECT topic, post, at, id FROM their_solved
    UNION ALL SELECT topic, post, NULL, NULL FROM their_field_answer) found
    JOIN their_post p ON p.id = found.post AND p.topic = found.topic AND p.number > 1 AND p.stays
    ORDER BY p.topic, found.at NULLS LAST, found.id
    """
KEPT = """
    SELECT DISTINCT ON (t.id) t.*, o.id AS opening,
    CASE WHEN a.post IS NOT NULL OR t.category IN (SELECT category FROM their_solving_category)
    THEN 'question' ELSE 'discussion' END AS kind, a.post AS accepted, a.at AS accepted_at
    FROM their_topic t JOIN their_post o ON o.topic = t.id AND o.number = 1 AND o.stays
    LEFT JOIN their_category c ON c.id = t.category
    LEFT JOIN their_accepted a ON a.topic = t.id
    WHERE t.archetype IN ('regular', 'banner') AND t.visible AND NOT t.gone
    AND (t.category IS NULL OR NOT c.restricted) ORDER BY t.id, o.id
    """
TAGGED = """
    SELECT x.topic, array_agg(g.name ORDER BY g.name) AS names
    FROM their_topic_tag x JOIN their_tag g ON g.id = x.tag GROUP BY x.topic
    """

USERS = """
    INSERT INTO staged_user SELECT u.id, u.base, u.name, u.joined, u.seen, coalesce(p.location, ''),
    coalesce(p.website, ''), coalesce(p.bio, ''), coalesce(p.bio_html, ''), h.member IS NULL
    FROM their_user u LEFT JOIN their_hidden h ON h.member = u.id
    LEFT JOIN their_profile p ON p.member = u.id AND h.member IS NULL WHERE u.id > 0
    """
TAGS = """
    INSERT INTO staged_tag SELECT g.id, g.name FROM their_tag g
    WHERE g.id IN (SELECT x.tag FROM their_topic_tag x JOIN kept_topic t ON t.id = x.topic)
    """
POSTS = f"""
    INSERT INTO staged_post SELECT p.id, CASE WHEN p.id = t.opening THEN {QUESTION} ELSE {ANSWER} END, t.opening,
    CASE WHEN p.id = t.opening THEN t.accepted END, p.author, p.created, r.body, r.html, '', r.search,
    CASE WHEN p.id = t.opening THEN t.title ELSE '' END, t.title_html, t.slug,
    CASE WHEN p.id = t.opening THEN coalesce(g.names, '{{}}') ELSE '{{}}' END, t.views, p.edited, p.editor,
    t.bumped, CASE WHEN t.closed THEN t.bumped END, p.wiki, t.kind, 'markdown', c.ours,
    CASE WHEN t.kind <> 'question' THEN above.id END
    FROM rendered r JOIN their_post p USING (id) JOIN kept_topic t ON t.id = p.topic
    LEFT JOIN known_category c ON c.id = t.category LEFT JOIN tagged_topic g ON g.topic = t.id
    LEFT JOIN their_post above ON above.topic = p.topic AND above.number = p.answers AND above.number > 1
    AND above.stays
    """
VOTES = f"""
    INSERT INTO staged_vote
    SELECT id, post, {UP}, at, member, 0 FROM their_action WHERE type = {LIKE} AND NOT gone
    UNION ALL SELECT id, post, {FAVOURITE}, at, member, 0 FROM their_bookmark WHERE post IS NOT NULL
    UNION ALL SELECT -id, post, {FAVOURITE}, at, member, 0 FROM their_action WHERE type = {OLD_BOOKMARK} AND NOT gone
    UNION ALL SELECT id, accepted, {ACCEPT}, accepted_at, NULL, 0 FROM kept_topic WHERE accepted_at IS NOT NULL
    """
BADGES = """
    INSERT INTO staged_badge SELECT a.id, a.member, b.name, a.at, b.rank, false
    FROM their_award a JOIN their_badge b ON b.id = a.badge WHERE a.member > 0
    """

# Each row is skipped for the first reason that holds.
SKIPPED = (
    "SELECT 'system_user' FROM their_user WHERE id <= 0",
    """
    SELECT CASE WHEN t.archetype NOT IN ('regular', 'banner') THEN 'private_message' WHEN t.gone THEN 'deleted_topic'
    WHEN NOT t.visible THEN 'unlisted_topic' WHEN c.restricted OR (t.category IS NOT NULL AND c.id IS NULL)
    THEN 'restricted_category' ELSE 'topic_without_opening' END
    FROM their_topic t LEFT JOIN their_category c ON c.id = t.category WHERE t.id NOT IN (SELECT id FROM kept_topic)
    """,
    """
    SELECT CASE WHEN p.topic NOT IN (SELECT id FROM kept_topic) THEN 'post_of_such_a_topic'
    WHEN p.type NOT IN (1, 2) THEN 'post_type_' || p.type WHEN p.gone THEN 'deleted_post' ELSE 'hidden_post' END
    FROM their_post p WHERE NOT p.stays OR p.topic NOT IN (SELECT id FROM kept_topic)
    """,
    f"""
    SELECT CASE WHEN a.type NOT IN ({LIKE}, {OLD_BOOKMARK}) THEN 'action_type_' || a.type WHEN a.gone
    THEN 'deleted_action' WHEN p.id IS NULL THEN 'unknown_post' ELSE 'unknown_user' END
    FROM their_action a LEFT JOIN known_post p ON p.id = a.post LEFT JOIN known_member m ON m.id = a.member
    WHERE a.type NOT IN ({LIKE}, {OLD_BOOKMARK}) OR a.gone OR p.id IS NULL OR m.id IS NULL
    """,
    "SELECT 'unknown_post' FROM their_bookmark b LEFT JOIN known_post p ON p.id = b.post WHERE p.id IS NULL",
    "SELECT 'unknown_user' FROM their_award a LEFT JOIN known_member m ON m.id = a.member WHERE m.id IS NULL",
)


def reshape(work: Work) -> None:
    work.keep("their_accepted", ACCEPTED)
    work.keep("kept_topic", KEPT)
    work.keep("tagged_topic", TAGGED)
    _know_categories(work)
    render_posts(work)
    staged.make(work)
    for sql in (USERS, TAGS, POSTS, VOTES, BADGES):
        work.do(sql)
    staged.ready(work)


def _know_categories(work: Work) -> None:
    """Categories that are used, by their name; all in the one of the run where it has one."""
    found: list[tuple[Any, ...]] = work.all(
        "SELECT id, name FROM their_category WHERE id IN (SELECT category FROM kept_topic) ORDER BY id"
    )
    one, source = work.parameters["category"], work.parameters["source"]
    work.make("known_category", "id bigint PRIMARY KEY, ours bigint")
    known = [
        (pk, one or places.category_for(source, name[:60])) for pk, name in found
    ]  # before COPY has the connection
    staged.fill(work, "known_category", known)
    if one is None and work.one("SELECT EXISTS (SELECT FROM kept_topic WHERE category IS NULL)"):
        work.parameters["category"] = places.category_for(source, None)
