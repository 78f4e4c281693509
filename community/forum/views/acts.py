"""Buttons: each is a POST that calls one verb and leads back to where it was pressed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.asked import whole
from community.forum import accepting, keeping, pages, reading, removing, steering, voting
from community.forum.models import Category, Comment, Post, Tag, Topic
from community.members.models import Member

Act = Callable[[HttpRequest, int], Model]


def act(view: Act) -> Callable[..., HttpResponse]:
    """A view that does one thing and goes back to it; what is refused is said there."""

    @require_POST
    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, pk: int) -> HttpResponse:
        try:
            thing = view(request, pk)
        except PermissionDenied as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(back(request))
        return redirect(thing.get_absolute_url())  # type: ignore[attr-defined]

    return wrapped


def back(request: HttpRequest) -> str:
    """The page that the button stood on, if it is one of ours."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()})
    return referer if ours else "/"


def _post(request: HttpRequest, pk: int) -> Post:
    return get_object_or_404(Post.objects.visible_to(request.user).select_related("topic"), pk=pk)


def _topic(request: HttpRequest, pk: int) -> Topic:
    return get_object_or_404(Topic.objects.visible_to(request.user), pk=pk)


def _on(request: HttpRequest) -> bool:
    return request.POST.get("on") == "1"


@require_POST
@login_required
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """With htmx, only the vote's own corner of the page comes back."""
    found, error = _post(request, pk), ""
    value = {"1": 1, "-1": -1}.get(request.POST.get("value", ""), 0)
    try:
        voting.vote(found, member=request.user, value=value)  # type: ignore[arg-type]
    except PermissionDenied as refusal:
        error = str(refusal)
    if request.htmx:  # type: ignore[attr-defined]
        shown = pages.posts_of(found.topic, request.user).get(pk=pk)
        return render(request, "forum/_vote.html", {"post": shown, "topic": found.topic, "error": error})
    if error:
        messages.error(request, error)
    return redirect(found)


@act
def accept(request: HttpRequest, pk: int) -> Model:
    post = _post(request, pk)
    if _on(request):
        accepting.accept(post, member=request.user)  # type: ignore[arg-type]
    else:
        accepting.unaccept(post.topic, member=request.user)  # type: ignore[arg-type]
    return post


@act
def bookmark(request: HttpRequest, pk: int) -> Model:
    post = _post(request, pk)
    (keeping.bookmark if _on(request) else keeping.unbookmark)(post, member=request.user)  # type: ignore[arg-type]
    return post


def _follow(request: HttpRequest, thing: Topic | Tag | Member) -> Topic | Tag | Member:
    (keeping.follow if _on(request) else keeping.unfollow)(thing, member=request.user)  # type: ignore[arg-type]
    return thing


@act
def follow_topic(request: HttpRequest, pk: int) -> Model:
    return _follow(request, _topic(request, pk))


@act
def follow_tag(request: HttpRequest, pk: int) -> Model:
    return _follow(request, get_object_or_404(Tag, pk=pk))


@act
def follow_member(request: HttpRequest, pk: int) -> Model:
    return _follow(request, get_object_or_404(Member.objects.active(), pk=pk))


@act
def delete_post(request: HttpRequest, pk: int) -> Model:
    post = _post(request, pk)
    removing.delete(post, by=request.user)  # type: ignore[arg-type]
    messages.success(request, _("Deleted. You can restore it."))
    return post


@act
def restore_post(request: HttpRequest, pk: int) -> Model:
    post = _post(request, pk)
    removing.restore(post, by=request.user)  # type: ignore[arg-type]
    return post


@act
def delete_comment(request: HttpRequest, pk: int) -> Model:
    comment = get_object_or_404(Comment.objects.visible_to(request.user).select_related("post"), pk=pk)
    removing.delete(comment, by=request.user)  # type: ignore[arg-type]
    return comment.post


@act
def restore_comment(request: HttpRequest, pk: int) -> Model:
    comment = get_object_or_404(Comment.objects.visible_to(request.user).select_related("post"), pk=pk)
    removing.restore(comment, by=request.user)  # type: ignore[arg-type]
    return comment


@act
def close(request: HttpRequest, pk: int) -> Model:
    topic = _topic(request, pk)
    if _on(request):
        steering.close(topic, by=request.user, reason=request.POST.get("reason", "")[:200])  # type: ignore[arg-type]
    else:
        steering.reopen(topic, by=request.user)  # type: ignore[arg-type]
    return topic


@act
def pin(request: HttpRequest, pk: int) -> Model:
    topic = _topic(request, pk)
    (steering.pin if _on(request) else steering.unpin)(topic, by=request.user)  # type: ignore[arg-type]
    return topic


@act
def move(request: HttpRequest, pk: int) -> Model:
    topic = _topic(request, pk)
    category = get_object_or_404(
        Category.objects.open_to(request.user), pk=whole(request.POST.get("category", "")) or 0
    )
    steering.move(topic, by=request.user, category=category)  # type: ignore[arg-type]
    return topic


@act
def merge(request: HttpRequest, pk: int) -> Model:
    topic = _topic(request, pk)
    number = whole(request.POST.get("into", "").strip().lstrip("#"))
    into = get_object_or_404(Topic.objects.visible_to(request.user), pk=number or 0)
    steering.merge(topic, by=request.user, into=into)  # type: ignore[arg-type]
    return into


@require_POST
@login_required
def all_read(request: HttpRequest) -> HttpResponse:
    reading.mark_all_read(request.user)  # type: ignore[arg-type]
    return HttpResponseRedirect(back(request))
