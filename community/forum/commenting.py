"""Comments on questions and on their answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum import earning, locks, telling, wording
from community.forum.conflicts import EditConflict
from community.forum.denied import Denied, Unfit, check_open, check_readable
from community.forum.models import Comment, Post
from community.forum.text import render_inline
from community.members import limits
from community.members.models import Member
from community.points import privileges
from events.record import record

TWICE = timedelta(minutes=1)


def comment(post: Post, *, author: Member, body: str, at: datetime | None = None) -> Comment:
    """Comment on a post of a question. Below one's own posts, and on answers to one's own question, it takes no points.

    Sent twice within a minute, it is the first comment that comes back. `at` as in posting.
    Raises Denied, NotEnoughPoints, TooMany.
    """
    body = wording.comment(body)
    with transaction.atomic():
        author, post = locks.writer(author), locks.post(post.pk)
        _check_may_comment(post, author)
        if at is None:
            since = timezone.now() - TWICE
            twins = Comment.objects.standing().filter(post=post, author=author, body=body, created_at__gte=since)
            if twin := twins.first():
                return twin
            limits.take("comment", author)
        now, rendered = at or timezone.now(), render_inline(body)
        made = Comment.objects.create(post=post, author=author, body=body, html=rendered.html, created_at=now)
        Post.objects.filter(pk=post.pk).update(comment_count=F("comment_count") + 1)
        _record(made, post)
        earning.for_activity(author, at=at)
        telling.of_comment(made, post, post.topic, mentions=rendered.mentions, at=at)
    return made


def _check_may_comment(post: Post, author: Member) -> None:
    check_readable(post.topic, author)
    check_open(post.topic.category, author)
    if not post.topic.is_question:
        raise Unfit(_("Here one replies; comments belong to questions and their answers."))
    if post.gone:
        raise Denied(_("This post is no longer here."))
    if author.pk not in (post.author_id, post.topic.author_id):
        privileges.require(author, "comment")


def _record(made: Comment, post: Post) -> None:
    writer, now, topic = made.author_id, made.created_at, post.topic
    where = {"category": topic.category.slug, "topic": topic.pk}
    record("comment_posted", unit=writer, at=now, object=("post", post.pk), **where)  # type: ignore[arg-type]
    if post.author_id and post.author_id != writer:
        record("comment_received", unit=post.author_id, at=now, object=("comment", made.pk), topic=topic.pk)


def edit_comment(comment: Comment, *, editor: Member, body: str, version: int) -> Comment:
    """Change one's own comment, or as a moderator anyone's. EditConflict where it is no longer at `version`."""
    body = wording.comment(body)
    with locks.comment(comment, by=editor) as (comment, editor):
        check_readable(comment.post.topic, editor)
        if comment.gone:
            raise Denied(_("This comment is no longer here."))
        if editor.pk != comment.author_id and not editor.moderates:
            raise Denied(_("Only its author and moderators may edit a comment."))
        if comment.version != version:
            raise EditConflict(comment)
        limits.take("edit", editor)
        before, rendered = render_inline(comment.body).mentions, render_inline(body)
        comment.body, comment.html = body, rendered.html
        comment.version, comment.edited_at = version + 1, timezone.now()
        comment.save(update_fields=["body", "html", "version", "edited_at"])
        about = ("comment", comment.pk)
        named = [name for name in rendered.mentions if name not in before]
        telling.of_mentions(named, comment.post.topic, actor=editor, source=about, at=None)
    return comment
