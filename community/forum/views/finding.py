"""The search page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from community.asked import page_number, whole
from community.forum import search
from community.forum.models import Topic
from community.forum.queries import parse
from events.record import record
from events.visitors import unit_of


@require_GET
def results(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:500]
    topic = _within(request)
    number = page_number(request, most=search.PAGES)
    page = search.run(parse(text), member=request.user, topic=topic, number=number) if text else None
    if page and number == 1 and (unit := unit_of(request)):
        record("searched", unit=unit, results=len(page.hits))
    context = {"search_query": text, "page": page, "topic": topic, "number": number}
    return render(request, "forum/search.html", context)


def _within(request: HttpRequest) -> Topic | None:
    pk = request.GET.get("topic", "")
    if not pk:
        return None
    return get_object_or_404(Topic.objects.visible_to(request.user), pk=whole(pk) or 0)
