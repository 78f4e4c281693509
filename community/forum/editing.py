"""Changing a post, a revision each time; going back to an older one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from community.forum import drafts, indexing, locks, tagging, telling, wording
from community.forum.conflicts import EditConflict
from community.forum.denied import Denied, Unfit, check_readable
from community.forum.models import Format, Post, Revision, Topic
from community.forum.text import Rendered, heading, render, to_markdown
from community.members import limits
from community.members.models import Member
from community.points import privileges
from events.record import record

__all__ = ["EditConflict", "edit", "revert", "source"]


def source(post: Post) -> str:
    """The Markdown that an editor starts from.

    Of imported HTML what its author once wrote, where the history brought that and it reads as the post does; else
    the HTML converted.
    """
    if post.format == Format.MARKDOWN:
        return post.body
    newest = Revision.objects.filter(post=post, version=post.version, format=Format.MARKDOWN).first()
    if newest and _words(newest.body, Format.MARKDOWN) == _words(post.body, Format.HTML):
        return newest.body
    return to_markdown(post.body)


def _words(body: str, format: str) -> list[str]:
    return render(body, format=format).plain.split()  # type: ignore[arg-type]


def edit(
    post: Post,
    *,
    editor: Member,
    body: str,
    version: int,
    title: str | None = None,
    tags: Iterable[str] | None = None,
    summary: str = "",
    format: str = Format.MARKDOWN,
    at: datetime | None = None,
) -> Post:
    """Replace the post's text, and of an opening the title and tags (None: as they are), if it is at `version`.

    Without a change there is no revision. Raises Denied, NotEnoughPoints, Unfit, TooMany; EditConflict where somebody
    was quicker: what was written here is then in the editor's draft `edit:<id>`.
    """
    names = None if tags is None else list(tags)
    try:
        with transaction.atomic():
            editor, current = locks.writer(editor), locks.post(post.pk)
            _check_may_edit(current, editor)
            if at is None:
                limits.take("edit", editor)
            wanted = _wanted(current, editor, title=title, tags=names, body=body, format=format, summary=summary)
            return _apply(current, wanted, version=version, at=at or timezone.now())
    except EditConflict:
        written = {"title": title, "body": body, "tags": names, "summary": summary, "version": version}
        drafts.save(editor, f"edit:{post.pk}", {name: value for name, value in written.items() if value is not None})
        raise


def revert(post: Post, *, editor: Member, to_version: int, version: int) -> Post:
    """Bring back what the post was at `to_version`, as a new revision. Raises as `edit` does."""
    old = Revision.objects.filter(post=post, version=to_version).first()
    if old is None:
        raise Unfit(_("There is no version %(number)d.") % {"number": to_version})
    heading = {"title": old.title, "tags": old.tag_names} if post.is_opening else {}
    summary = _("Back to version %(number)d") % {"number": to_version}
    return edit(
        post,
        editor=editor,
        body=old.body,
        version=version,
        summary=summary,
        format=old.format,
        **heading,  # type: ignore[arg-type]
    )


def _check_may_edit(post: Post, editor: Member) -> None:
    check_readable(post.topic, editor)
    if post.gone:
        raise Denied(_("This post is no longer here."))
    if post.author_id != editor.pk:
        privileges.require(editor, "edit")


def _wanted(
    post: Post, editor: Member, *, title: str | None, tags: list[str] | None, body: str, format: str, summary: str
) -> Revision:
    """The revision as the editor would have it; its version follows the post's."""
    if (title is not None or tags is not None) and not post.is_opening:
        raise Unfit(_("Only a topic's opening has a title and tags."))
    names = _tag_names(post.topic, tags, editor) if post.is_opening else []
    kept = post.topic.title if post.is_opening else ""
    return Revision(
        post=post,
        version=post.version + 1,
        author=editor,
        title=kept if title is None else wording.title(title),
        tag_names=names,
        format=format,
        body=wording.body(body),
        summary=" ".join(summary.split())[:300],
    )


def _tag_names(topic: Topic, tags: list[str] | None, editor: Member) -> list[str]:
    if tags is None:
        return tagging.names(topic.tag_ids)
    found = tagging.resolve(tags, author=editor)
    if topic.is_question and not found:
        raise Unfit(_("A question needs a tag, so that those who know about it find it."))
    return [tag.name for tag in found]


def _apply(post: Post, wanted: Revision, *, version: int, at: datetime) -> Post:
    if post.version != version:
        raise EditConflict(post)
    if _same(post, wanted):
        return post
    _keep_first(post)
    rendered = render(wanted.body, format=wanted.format, prefix=f"{post.number}-")  # type: ignore[arg-type]
    Post.objects.filter(pk=post.pk, version=version).update(
        body=wanted.body,
        html=rendered.html,
        format=wanted.format,
        search=indexing.document(title=wanted.title, tags=wanted.tag_names, plain=rendered.plain),
        version=F("version") + 1,
        edited_at=at,
        edited_by=wanted.author,
    )
    wanted.created_at = at
    wanted.save(force_insert=True)
    _update_topic(post, wanted, at)
    _tell(post, wanted, rendered, at)
    return Post.objects.select_related("topic", "author").get(pk=post.pk)


def _same(post: Post, wanted: Revision) -> bool:
    now = (post.body, post.format)
    if post.is_opening:
        now += (post.topic.title, tagging.names(post.topic.tag_ids))  # type: ignore[assignment]
        return now == (wanted.body, wanted.format, wanted.title, wanted.tag_names)
    return now == (wanted.body, wanted.format)


def _keep_first(post: Post) -> None:
    """An imported post may have no revision yet; what it says now would be lost."""
    if not Revision.objects.filter(post=post, version=post.version).exists():
        Revision.objects.create(
            post=post,
            version=post.version,
            author=post.author,
            created_at=post.edited_at or post.created_at,
            title=post.topic.title if post.is_opening else "",
            tag_names=tagging.names(post.topic.tag_ids) if post.is_opening else [],
            format=post.format,
            body=post.body,
        )


def _update_topic(post: Post, wanted: Revision, at: datetime) -> None:
    topic = post.topic
    topic.active_at = max(topic.active_at, at)
    if post.is_opening:
        before, topic.tag_ids = topic.tag_ids, tagging.ids(wanted.tag_names)
        topic.title, topic.title_html = wanted.title, heading(wanted.title)
        topic.slug = wording.slug(wanted.title, topic.kind)
        tagging.exchange(before, topic.tag_ids)
    topic.save(update_fields=["active_at", "title", "title_html", "slug", "tag_ids"])


def _tell(post: Post, wanted: Revision, rendered: Rendered, at: datetime) -> None:
    """Of the edit itself an event; of those newly named, a notification each."""
    assert wanted.author_id is not None  # noqa: S101 (an editor is a member)
    record("post_edited", unit=wanted.author_id, at=at, object=("post", post.pk))
    before = render(post.body, format=post.format).mentions  # type: ignore[arg-type]
    named = [name for name in rendered.mentions if name not in before]
    telling.of_mentions(named, post.topic, actor=wanted.author, source=("post", post.pk), at=at)
