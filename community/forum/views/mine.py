"""What a member keeps for themselves: bookmarks and drafts."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from community import keyset
from community.forum import drafts
from community.forum.models import Bookmark, Draft, Post


@login_required
def bookmarks(request: HttpRequest) -> HttpResponse:
    readable = Post.objects.visible_to(request.user).standing()
    mine = Bookmark.objects.filter(member=request.user.pk, post__in=readable.values("pk"))
    page = keyset.page(
        mine.select_related("post__topic", "post__author").defer("post__body", "post__search"),
        order=("-created_at", "-id"),
        size=20,
        cursor=request.GET.get("after"),
    )
    kept = Draft.objects.filter(member=request.user.pk).order_by("-updated_at")[:50]
    return render(request, "forum/bookmarks.html", {"page": page, "drafts": [_shown(draft) for draft in kept]})


def _shown(draft: Draft) -> dict[str, object]:
    """Where a draft goes on: the key names what it is of."""
    kind, _, pk = draft.key.partition(":")
    urls = {"topic": "/ask/", "reply": f"/t/{pk}/reply/", "edit": f"/p/{pk}/edit/"}
    text = draft.content.get("title") or draft.content.get("body", "")
    return {"key": draft.key, "kind": kind, "url": urls.get(kind, "/"), "text": text, "at": draft.updated_at}


@require_POST
@login_required
def drop_draft(request: HttpRequest) -> HttpResponse:
    drafts.drop(request.user, request.POST.get("key", ""))  # type: ignore[arg-type]
    return redirect("forum:bookmarks")
