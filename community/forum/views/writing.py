"""Writing: asking, answering, commenting, and what helps meanwhile (preview, drafts, pictures, suggestions)."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

import experiments
from community.asked import whole
from community.forum import commenting, drafts, posting, search, trials, uploads
from community.forum.conflicts import EditConflict
from community.forum.forms import BODY_MAX, CommentForm, ReplyForm, TopicForm
from community.forum.models import Category, Comment, Post, Tag, Topic
from community.forum.text import render as render_text
from community.members import limits
from community.members.images import ImageRefused
from community.members.limits import TooMany
from community.members.shelves import NotKept
from events.record import record


def refused(form: Form, refusal: PermissionDenied | TooMany) -> int:
    """Say in the form why a verb refused; the status to answer with."""
    form.add_error(None, str(refusal))
    return 429 if isinstance(refusal, TooMany) else 403


def shown(
    request: HttpRequest, template: str, context: dict[str, object], *, form: str, status: int = 200
) -> HttpResponse:
    """A page with the form of that name. Where it was sent, it comes back: that did not go through, and is noted."""
    if request.method == "POST":
        record("submit_failed", unit=request.user.pk, form=form)  # type: ignore[arg-type]
    return render(request, template, context, status=status)


@login_required
def ask(request: HttpRequest) -> HttpResponse:
    categories = Category.objects.open_to(request.user).in_order()
    status = 200
    if request.method == "POST":
        form = TopicForm(request.POST, categories=categories)
        if form.is_valid():
            try:
                topic = posting.start_topic(author=request.user, **form.cleaned_data)  # type: ignore[arg-type]
                drafts.drop(request.user, "topic")  # type: ignore[arg-type]
                return redirect(topic)
            except (PermissionDenied, TooMany) as refusal:
                status = refused(form, refusal)
    else:
        draft = drafts.load(request.user, "topic")  # type: ignore[arg-type]
        form = TopicForm(initial=_wished(request) | (draft or {}), categories=categories)
    return shown(request, "forum/ask.html", {"form": form, "draft_key": "topic"}, form="topic", status=status)


def _wished(request: HttpRequest) -> dict[str, str]:
    """What a link to this page may fill in: ?kind=article&tags=redis&title=…"""
    return {name: request.GET[name][:200] for name in ("kind", "tags", "title", "category") if name in request.GET}


@login_required
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    topic = get_object_or_404(Topic.objects.visible_to(request.user).select_related("category"), pk=pk)
    form, status = ReplyForm(request.POST or None, initial=_replying_to(request)), 200
    if request.method == "POST" and form.is_valid():
        try:
            post = posting.answer(
                topic,
                author=request.user,  # type: ignore[arg-type]
                body=form.cleaned_data["body"],
                in_reply_to=_in_reply_to(topic, form.cleaned_data["in_reply_to"]),
            )
            drafts.drop(request.user, f"reply:{topic.pk}")  # type: ignore[arg-type]
            return redirect(post)
        except (PermissionDenied, TooMany) as refusal:
            status = refused(form, refusal)
    context = {"form": form, "topic": topic, "draft_key": f"reply:{topic.pk}"}
    return shown(request, "forum/reply.html", context, form="reply", status=status)


def _replying_to(request: HttpRequest) -> dict[str, str]:
    to = request.GET.get("to", "")
    return {"in_reply_to": to} if whole(to) else {}


def _in_reply_to(topic: Topic, pk: int | None) -> Post | None:
    return topic.posts.standing().filter(pk=pk).first() if pk else None


@login_required
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible_to(request.user).select_related("topic"), pk=pk)
    form, status = CommentForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            made = commenting.comment(post, author=request.user, body=form.cleaned_data["body"])  # type: ignore[arg-type]
            return redirect(made)
        except (PermissionDenied, TooMany) as refusal:
            status = refused(form, refusal)
    context = {"form": form, "post": post, "topic": post.topic}
    return shown(request, "forum/comment.html", context, form="comment", status=status)


@login_required
def edit_comment(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Comment.objects.visible_to(request.user).select_related("post__topic"), pk=pk)
    form, status = CommentForm(request.POST or None, initial={"body": found.body}), 200
    if request.method == "POST" and form.is_valid():
        version, body = whole(request.POST.get("version", "")) or 0, form.cleaned_data["body"]
        try:
            commenting.edit_comment(found, editor=request.user, body=body, version=version)  # type: ignore[arg-type]
            return redirect(found)
        except EditConflict as conflict:
            found, status = conflict.current, 409
            form.add_error(None, _("Somebody edited this meanwhile: it now reads “%(text)s”.") % {"text": found.body})
        except (PermissionDenied, TooMany) as refusal:
            status = refused(form, refusal)
    context = {"form": form, "comment": found, "post": found.post, "topic": found.post.topic}
    return shown(request, "forum/comment.html", context, form="edit_comment", status=status)


@require_POST
@login_required
def preview(request: HttpRequest) -> HttpResponse:
    limits.take("preview", request.user)  # type: ignore[arg-type]
    rendered = render_text(request.POST.get("body", "")[:BODY_MAX], format="markdown")
    return render(request, "forum/_preview.html", {"html": rendered.html})


@require_GET
def similar(request: HttpRequest) -> HttpResponse:
    """Questions like the title being typed; nothing where there are none."""
    shown = experiments.peek(request, trials.SIMILAR, 5)  # asked for by the page to write on
    topics = search.similar(request.GET.get("title", "")[:200], member=request.user, limit=max(0, int(shown)))
    return render(request, "forum/_similar.html", {"topics": topics})


@require_POST
@login_required
def save_draft(request: HttpRequest) -> HttpResponse:
    content = {k: v for k, v in request.POST.items() if k not in ("csrfmiddlewaretoken", "key")}
    drafts.save(request.user, request.POST.get("key", ""), content)  # type: ignore[arg-type]
    return render(request, "forum/_saved.html")


@require_POST
@login_required
def upload(request: HttpRequest) -> JsonResponse:
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"error": "no file"}, status=400)
    try:
        stored = uploads.store(request.user, file)  # type: ignore[arg-type]
    except (ImageRefused, PermissionDenied, TooMany) as refusal:
        status = {TooMany: 429, NotKept: 503}.get(type(refusal), 400)
        return JsonResponse({"error": str(refusal)}, status=status)
    return JsonResponse({"url": stored.file.url, "width": stored.width, "height": stored.height}, status=201)


@require_GET
def tag_names(request: HttpRequest) -> HttpResponse:
    """Names of tags that begin like the last word of `tags`, for the field's suggestions."""
    words = request.GET.get("tags", "").split()
    found: list[str] = []
    if words and not request.GET.get("tags", "").endswith(" "):
        found = list(
            Tag.objects.starting_with(words[-1][:40]).order_by("-topic_count").values_list("name", flat=True)[:8]
        )
    return JsonResponse({"tags": found})
