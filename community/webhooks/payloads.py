"""What a message says: public ids, titles and addresses of what the event is about, read when it is sent.

Thin, and read late on purpose: what was deleted, hidden or moved out of sight between the act and the sending does not
leave the site, no text of a member is copied into rows that outlive it, and who wants the text asks the API for it.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from community.forum.models import Comment, Post, Topic
from community.members.models import Member
from community.webhooks.kinds import TEST
from community.webhooks.models import Delivery

Data = dict[str, Any]


def build(delivery: Delivery) -> bytes | None:
    """The message as compact JSON; None where there is nothing (left) that this endpoint may be told."""
    data: Data | None = {"endpoint": delivery.endpoint_id} if delivery.name == TEST else _about(delivery)
    if data is None:
        return None
    message = {"type": delivery.name, "timestamp": delivery.at.isoformat(), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def _about(delivery: Delivery) -> Data | None:
    if delivery.name == "signed_up":
        member = Member.objects.listed_for(AnonymousUser()).filter(pk=delivery.unit).first()
        return {"member": _member(member)} if member else None
    if delivery.name == "comment_posted":
        return _of_comment(delivery)
    if delivery.object_kind == "topic":
        topic = _seen(Topic.objects.listed(), delivery).filter(pk=delivery.object_id).first()
        return {"topic": _topic(topic)} if topic else None
    return _of_post(delivery)


def _seen(things: QuerySet[Any], delivery: Delivery) -> QuerySet[Any]:
    """Those that this endpoint may be told of, with what is told of their people."""
    prefix = {Topic: "", Post: "topic__", Comment: "post__topic__"}[things.model]
    seen = things if delivery.endpoint.everything else things.visible_to(AnonymousUser())  # type: ignore[attr-defined]
    return seen.select_related(*{"author", f"{prefix}author", f"{prefix}category"})


def _of_post(delivery: Delivery) -> Data | None:
    standing = Post.objects.standing().filter(topic__in=Topic.objects.listed(), pk=delivery.object_id)
    post = _seen(standing.defer("body", "html", "search"), delivery).first()
    if post is None:
        return None
    data: Data = {"topic": _topic(post.topic), "post": _post(post)}
    if delivery.name == "vote_received":
        return data | {"value": int(delivery.value or 0)}  # who votes is nobody's business
    return data | {"by": _member(Member.objects.filter(pk=delivery.unit).first())}


def _of_comment(delivery: Delivery) -> Data | None:
    """The event names the post. Its comment is the one by this member at just this microsecond."""
    standing = Comment.objects.standing().filter(
        post=delivery.object_id,
        author=delivery.unit,
        created_at=delivery.at,
        post__in=Post.objects.standing().filter(topic__in=Topic.objects.listed()),
    )
    comment = _seen(standing.defer("post__body", "post__html", "post__search"), delivery).first()
    if comment is None:
        return None
    post = comment.post
    shown = {"id": comment.pk, "url": _url(comment), "author": _member(comment.author)}
    return {"topic": _topic(post.topic), "post": {"id": post.pk, "number": post.number}, "comment": shown}


def _topic(topic: Topic) -> Data:
    return {
        "id": topic.pk,
        "kind": topic.kind,
        "title": topic.title,
        "url": _url(topic),
        "category": topic.category.slug,
        "author": _member(topic.author),
    }


def _post(post: Post) -> Data:
    shown = {"id": post.pk, "number": post.number, "url": _url(post), "score": post.score}
    return shown | {"author": _member(post.author)}


def _member(member: Member | None) -> Data | None:
    """None for nobody and for former members."""
    if member is None or not member.is_active:
        return None
    return {"id": member.pk, "username": member.username, "name": str(member), "url": _url(member)}


def _url(thing: Topic | Post | Comment | Member) -> str:
    return settings.SITE_URL + thing.get_absolute_url()
