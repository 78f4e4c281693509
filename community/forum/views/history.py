"""Editing a post and reading how it came to be what it is."""

from __future__ import annotations

from itertools import zip_longest

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from community.asked import whole
from community.forum import diffing, drafts, editing
from community.forum.forms import EditForm
from community.forum.models import Post, Tag
from community.forum.views.writing import refused, shown
from community.members.limits import TooMany

REVISIONS = 50  # shown: each is compared with the one before


def _post(request: HttpRequest, pk: int) -> Post:
    return get_object_or_404(Post.objects.visible_to(request.user).select_related("topic"), pk=pk)


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    post = _post(request, pk)
    conflict, status = None, 200
    form = EditForm(request.POST or None, initial=_as_it_stands(request, post), opening=post.is_opening)
    if request.method == "POST" and form.is_valid():
        try:
            editing.edit(post, editor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            drafts.drop(request.user, f"edit:{post.pk}")  # type: ignore[arg-type]
            return redirect(post)
        except editing.EditConflict as found:
            conflict, status = _conflict(found.current, form), 409
        except (PermissionDenied, TooMany) as refusal:
            status = refused(form, refusal)
    context = {"form": form, "post": post, "topic": post.topic, "draft_key": f"edit:{post.pk}", "conflict": conflict}
    return shown(request, "forum/edit.html", context, form="edit", status=status)


def _as_it_stands(request: HttpRequest, post: Post) -> dict[str, object]:
    names = list(Tag.objects.filter(pk__in=post.topic.tag_ids).order_by("name").values_list("name", flat=True))
    stands = {"title": post.topic.title, "body": editing.source(post), "tags": names, "version": post.version}
    draft = drafts.load(request.user, f"edit:{post.pk}") or {}  # type: ignore[arg-type]
    return stands | {k: v for k, v in draft.items() if k in ("title", "body", "tags", "version")}


def _conflict(current: Post, form: EditForm) -> dict[str, object]:
    """What the other wrote beside what was typed here; saving again builds on theirs."""
    typed = form.cleaned_data["body"]
    form.data = {**form.data.dict(), "version": str(current.version)}  # type: ignore[attr-defined]
    return {"current": current, "lines": diffing.lines(current.body, typed)}


@require_GET
def revisions(request: HttpRequest, pk: int) -> HttpResponse:
    post = _post(request, pk)
    newest = list(post.revisions.select_related("author").order_by("-version")[: REVISIONS + 1])
    steps = [(new, diffing.revisions(old, new)) for new, old in zip_longest(newest, newest[1:])][:REVISIONS]
    return render(request, "forum/revisions.html", {"post": post, "topic": post.topic, "steps": steps})


@require_POST
@login_required
def revert(request: HttpRequest, pk: int) -> HttpResponse:
    post = _post(request, pk)
    to, version = (whole(request.POST.get(name, "")) or 0 for name in ("to", "version"))
    try:
        editing.revert(
            post,
            editor=request.user,  # type: ignore[arg-type]
            to_version=to,
            version=version,
        )
        messages.success(request, _("Version %(version)s is back.") % {"version": to})
    except editing.EditConflict:
        messages.error(request, _("Somebody edited this meanwhile. Look again before you go back."))
    except PermissionDenied as refusal:
        messages.error(request, str(refusal))
    return redirect("forum:revisions", pk=post.pk)
