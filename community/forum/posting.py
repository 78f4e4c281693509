"""Starting topics, answering and replying."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum import earning, locks, ranking, tagging, telling, visitors, wording
from community.forum.composing import compose
from community.forum.denied import Denied, Unfit, check_open, check_readable
from community.forum.models import Category, Follow, Format, Post, Tag, Topic
from community.forum.models.posts import PostQuerySet
from community.forum.text import Rendered, heading
from community.members import limits
from community.members.models import Member
from events.record import record

TWICE = timedelta(minutes=1)
"""The same text by the same author again within this time is a button pressed twice."""


def start_topic(
    *,
    author: Member,
    kind: str,
    category: Category,
    title: str,
    body: str,
    tags: Iterable[str],
    format: str = Format.MARKDOWN,
    at: datetime | None = None,
) -> Topic:
    """Start a topic of this kind (a Topic.Kind) with its opening post.

    `tags` are names: one to five for a question, none to five for the others. Sent twice within a minute, it is the
    first topic that comes back. `at` is the time of the act, given where history is replayed: no limit is counted
    then. Raises Denied, Unfit, TooMany.
    """
    title, body = wording.title(title), wording.body(body)
    with transaction.atomic():
        author = locks.writer(author)
        check_open(category, author)
        if at is None:
            if twin := _just_posted(author, body).filter(number=0, topic__title=title, topic__kind=kind).first():
                return twin.topic
            limits.take("topic", author)
        found = tagging.resolve(tags, author=author)
        if kind == Topic.Kind.QUESTION and not found:
            raise Unfit(_("A question needs a tag, so that those who know about it find it."))
        now = at or timezone.now()
        topic = Topic.objects.create(
            kind=Topic.Kind(kind),
            category=category,
            author=author,
            title=title,
            title_html=heading(title),
            slug=wording.slug(title, kind),
            tag_ids=[tag.pk for tag in found],
            created_at=now,
            active_at=now,
            hot=ranking.hot(0, 0, now),
        )
        visitors.changing([topic.pk])
        _open(topic, found, author=author, body=body, format=format, at=at)
    return topic


def _open(topic: Topic, tags: list[Tag], *, author: Member, body: str, format: str, at: datetime | None) -> None:
    """The opening post and what goes with it."""
    now = topic.created_at
    names = [tag.name for tag in tags]
    post, rendered = compose(topic, number=0, author=author, body=body, format=format, created_at=now, tag_names=names)
    about, place = ("topic", topic.pk), topic.category.slug
    record("topic_started", unit=author.pk, at=now, object=about, kind=str(topic.kind), category=place)
    _taking_part(post, topic, author=author, at=at)
    telling.of_post(post, topic, mentions=rendered.mentions, at=at)
    tagging.count(topic.tag_ids, +1)


def answer(
    topic: Topic,
    *,
    author: Member,
    body: str,
    format: str = Format.MARKDOWN,
    in_reply_to: Post | None = None,
    at: datetime | None = None,
) -> Post:
    """Answer a question; reply in a discussion or below an article, there perhaps `in_reply_to` a post of it.

    Sent twice within a minute, it is the first post that comes back. `at` as for `start_topic`.
    Raises Denied, Unfit, TooMany.
    """
    body = wording.body(body)
    with transaction.atomic():
        author, topic = locks.writer(author), locks.topic(topic.pk)
        _check_takes_replies(topic, author, in_reply_to)
        if at is None:
            if twin := _just_posted(author, body).filter(number__gt=0, topic=topic).first():
                return twin
            limits.take("answer", author)
        now = at or timezone.now()
        post, rendered = compose(
            topic,
            number=topic.last_number + 1,
            author=author,
            body=body,
            format=format,
            created_at=now,
            in_reply_to=in_reply_to,
        )
        _count(post, topic)
        _tell(post, topic, rendered, author=author, at=at)
    return post


def _just_posted(author: Member, body: str) -> PostQuerySet:
    """What of this author's says just this and is younger than TWICE. Exact, since the author is locked."""
    since = timezone.now() - TWICE
    return Post.objects.standing().filter(author=author, created_at__gte=since, body=body).select_related("topic")


def _check_takes_replies(topic: Topic, author: Member, in_reply_to: Post | None) -> None:
    check_readable(topic, author)
    check_open(topic.category, author)
    if topic.closed_at:
        raise Denied(_("This topic is closed to new posts."))
    if in_reply_to is None:
        return
    if topic.is_question:
        raise Unfit(_("An answer speaks to the question; to speak to another answer, comment on it."))
    if in_reply_to.topic_id != topic.pk or in_reply_to.gone:
        raise Unfit(_("What you reply to is no longer here."))


def _count(post: Post, topic: Topic) -> None:
    """The topic is locked, so its numbers are those of this moment."""
    topic.last_number = post.number
    topic.reply_count += 1
    topic.active_at = max(topic.active_at, post.created_at)
    topic.hot = ranking.hot(topic.score, topic.reply_count, topic.created_at)
    topic.save(update_fields=["last_number", "reply_count", "active_at", "hot"])


def _tell(post: Post, topic: Topic, rendered: Rendered, *, author: Member, at: datetime | None) -> None:
    now, about = post.created_at, ("post", post.pk)
    name, place = "answer_posted" if topic.is_question else "reply_posted", topic.category.slug
    record(name, unit=author.pk, at=now, object=about, category=place, topic=topic.pk)
    if topic.author_id and topic.author_id != author.pk:
        record("answer_received", unit=topic.author_id, at=now, object=about, topic=topic.pk)
    _taking_part(post, topic, author=author, at=at)
    telling.of_post(post, topic, mentions=rendered.mentions, at=at)


def _taking_part(post: Post, topic: Topic, *, author: Member, at: datetime | None) -> None:
    """Who writes in a topic follows it; the first post of all may earn points."""
    follow = Follow(member=author, topic=topic, created_at=post.created_at)
    Follow.objects.bulk_create([follow], ignore_conflicts=True)
    earning.for_post(post, author=author, at=at)
