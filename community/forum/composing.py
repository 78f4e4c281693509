"""Writing a post's rows: the post, rendered and indexed, and its first revision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from community.forum import indexing
from community.forum.models import Post, Revision, Topic
from community.forum.text import Rendered, render
from community.members.models import Member


def compose(
    topic: Topic,
    *,
    number: int,
    author: Member,
    body: str,
    format: str,
    created_at: datetime,
    in_reply_to: Post | None = None,
    tag_names: Sequence[str] = (),
) -> tuple[Post, Rendered]:
    """Post `number` of the topic; the opening (0) is also found by the topic's title and tags."""
    rendered = render(body, format=format, prefix=f"{number}-")  # type: ignore[arg-type]
    title = "" if number else topic.title
    post = Post.objects.create(
        topic=topic,
        number=number,
        author=author,
        in_reply_to=in_reply_to,
        format=format,
        body=body,
        html=rendered.html,
        created_at=created_at,
        search=indexing.document(title=title, tags=tag_names, plain=rendered.plain),
    )
    Revision.objects.create(
        post=post,
        version=post.version,
        author=author,
        created_at=created_at,
        title=title,
        tag_names=list(tag_names),
        format=format,
        body=body,
    )
    return post, rendered
