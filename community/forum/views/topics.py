"""A topic's page, and the addresses of its posts and comments."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from community.asked import page_number
from community.forum import drafts, pages, reading, visitors
from community.forum.forms import ReplyForm
from community.forum.models import Comment, Post, Topic
from community.forum.related import related
from community.notifications import inbox
from community.notifications import reading as notices
from community.points import privileges

ORDERS = {"confidence", "oldest", "newest"}


@require_GET
@visitors.kept_topic
def topic(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    found = pages.find_topic(pk, request.user)
    if found is None:
        raise Http404("no such topic")
    if found.merged_into and not request.GET.get("merged"):
        return redirect(found.merged_into, permanent=True)
    if slug != found.slug:
        return redirect(found, permanent=True)
    number = page_number(request, most=10_000)
    page = pages.topic_page(found, request.user, number=number, order=_order(request))
    if page.number > 1 and not page.replies:
        raise Http404("no such page")
    unread = _seen(request, page)
    return render(request, "forum/topic.html", {**_context(request, page), "unread": unread})


def _order(request: HttpRequest) -> str:
    order = request.GET.get("order", "")
    return order if order in ORDERS else ""


def _seen(request: HttpRequest, page: pages.TopicPage) -> int:
    """Note that the page was opened, and what of it its reader knows now; how many notifications they have left."""
    reading.count_view(page.topic.pk)
    member = request.user
    if not member.is_authenticated:
        return 0
    reading.mark_read(page.topic, member=member, number=max([post.number for post in page.replies], default=0))
    unread = inbox.unread_count(member)
    if unread and notices.seen(member, _sources(page)):
        unread = inbox.unread_count(member)
    return unread


def _sources(page: pages.TopicPage) -> list[tuple[str, int]]:
    """What of this page a notification may be about."""
    posts = [("post", post.pk) for post in (page.opening, *page.replies)]
    comments = [("comment", comment.pk) for below in page.comments.values() for comment in below]
    return [("topic", page.topic.pk), *posts, *comments]


def _context(request: HttpRequest, page: pages.TopicPage) -> dict[str, object]:
    member = request.user
    key = f"reply:{page.topic.pk}"
    linked, similar = related(page.topic, member)
    mine = member.is_authenticated and page.topic.author_id == member.pk
    draft = drafts.load(member, key) if member.is_authenticated else None
    return {
        "page": page,
        "topic": page.topic,
        "opening": page.opening,
        "linked": linked,
        "similar": similar,
        "reply_form": ReplyForm(initial=draft or {}),
        "draft_key": key,
        "may_comment": privileges.may(member, "comment"),
        "may_edit": privileges.may(member, "edit"),
        "may_close": mine or privileges.may(member, "close"),
        "may_move": mine or privileges.may(member, "edit"),
    }


@require_GET
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """The lasting address of a post: leads to the page on which it stands now."""
    found = get_object_or_404(Post.objects.visible_to(request.user).select_related("topic"), pk=pk)
    number = pages.page_of(found)
    query = f"?page={number}" if number > 1 else ""
    return redirect(f"{found.topic.get_absolute_url()}{query}#p{found.number}")


@require_GET
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Comment.objects.visible_to(request.user).select_related("post__topic"), pk=pk)
    number = pages.page_of(found.post)
    query = f"?page={number}" if number > 1 else ""
    return redirect(f"{found.post.topic.get_absolute_url()}{query}#c{found.pk}")


@require_GET
def topic_by_id(request: HttpRequest, pk: int) -> HttpResponse:
    return redirect(get_object_or_404(Topic.objects.visible_to(request.user), pk=pk), permanent=True)
