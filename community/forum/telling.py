"""Who is told of a post or comment: its people, the topic's followers, and whom it mentions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models.functions import Lower

from community.forum import readers
from community.forum.models import Comment, Follow, Post, Topic
from community.members.models import Member
from community.notifications import telling

MOST_MENTIONS = 10  # of one text; whoever names more is not talking to them


def of_post(post: Post, topic: Topic, *, mentions: Iterable[str], at: datetime | None) -> None:
    """Of a new answer or reply, or (mentions only) of a new topic."""
    told: set[int] = set()
    if post.number:
        told = readers.among(_concerned(post, topic), topic)
        kind = "answered" if topic.is_question else "replied"
        telling.tell(kind, to=told, actor=post.author, source=("post", post.pk), at=at)
    of_mentions(mentions, topic, actor=post.author, source=("post", post.pk), but=told, at=at)


def _concerned(post: Post, topic: Topic) -> set[int | None]:
    followers = set(Follow.objects.filter(topic=topic).values_list("member", flat=True))
    return followers | {post.in_reply_to.author_id if post.in_reply_to else topic.author_id}


def of_comment(comment: Comment, post: Post, topic: Topic, *, mentions: Iterable[str], at: datetime | None) -> None:
    told = readers.among([post.author_id], topic)
    source = ("comment", comment.pk)
    telling.tell("commented", to=told, actor=comment.author, source=source, at=at)
    of_mentions(mentions, topic, actor=comment.author, source=source, but=told, at=at)


def of_mentions(
    names: Iterable[str],
    topic: Topic,
    *,
    actor: Member | None,
    source: tuple[str, int],
    but: Iterable[int] = (),
    at: datetime | None,
) -> None:
    """Tell those who are named and may read the topic, but for those who were told already."""
    wanted = list(names)[:MOST_MENTIONS]
    if not wanted:
        return
    named = Member.objects.alias(lower=Lower("username")).filter(lower__in=wanted)
    ids = set(named.values_list("pk", flat=True))
    telling.tell("mentioned", to=readers.among(ids - set(but), topic), actor=actor, source=source, at=at)
