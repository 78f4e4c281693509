"""What search engines read of a topic: schema.org's QAPage and DiscussionForumPosting as JSON-LD."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from community.forum.highlighting import plain
from community.forum.models import Post
from community.forum.pages import TopicPage

TEXT = 500  # characters of a post told to search engines; the page holds the rest
_PICTURE = re.compile(r'<img\s[^>]*?\bsrc="([^"]+)"')
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def first_picture(html: str) -> str:
    """The whole address of the first picture in a text, "" where there is none."""
    found = _PICTURE.search(html)
    return urljoin(settings.SITE_URL, unescape(found[1])) if found else ""


def _person(post: Post) -> dict[str, str]:
    if post.author is None:
        return {"@type": "Person", "name": "former member"}
    return {
        "@type": "Person",
        "name": str(post.author),
        "url": settings.SITE_URL + post.author.get_absolute_url(),
    }


def _thing(post: Post, kind: str) -> dict[str, Any]:
    thing = {
        "@type": kind,
        "text": plain(post.html)[:TEXT],
        "author": _person(post),
        "datePublished": post.created_at.isoformat(),
        "url": settings.SITE_URL + post.get_absolute_url(),
    }
    if post.edited_at:
        thing["dateModified"] = post.edited_at.isoformat()
    if picture := first_picture(post.html):
        thing["image"] = picture
    return thing


def _question(page: TopicPage) -> dict[str, Any]:
    standing = [post for post in page.replies if not post.gone]
    answers = {post.pk: _thing(post, "Answer") | {"upvoteCount": post.score} for post in standing}
    accepted = answers.pop(page.topic.accepted_id or 0, None)
    question = _thing(page.opening, "Question") | {
        "name": page.topic.title,
        "answerCount": page.topic.reply_count,
        "upvoteCount": page.topic.score,
        "suggestedAnswer": list(answers.values()),
    }
    if accepted:
        question["acceptedAnswer"] = accepted
    return {"@type": "QAPage", "mainEntity": question}


def _discussion(page: TopicPage) -> dict[str, Any]:
    return _thing(page.opening, "DiscussionForumPosting") | {
        "headline": page.topic.title,
        "url": settings.SITE_URL + page.topic.get_absolute_url(),
        "commentCount": page.topic.reply_count,
        "comment": [_thing(post, "Comment") for post in page.replies if not post.gone],
    }


def structured_data(page: TopicPage) -> SafeString:
    """schema.org's QAPage or DiscussionForumPosting as JSON-LD (a data block: browsers do not run it)."""
    data = {"@context": "https://schema.org"} | (_question(page) if page.topic.is_question else _discussion(page))
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')
