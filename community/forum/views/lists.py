"""Pages of lists: feeds of the site, a category or a tag; the categories; the tags."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

import experiments
from community import keyset
from community.forum import feeds, trials, visitors
from community.forum.feeds import FEEDS, PERIODS, Listing
from community.forum.models import Category, Follow, Tag, Topic
from community.forum.ranking import Weights


def listing_of(request: HttpRequest, feed: str, period: str, category: str, tag: str) -> Listing:
    """The list that a URL names; Http404 where there is none that this member may read."""
    if feed not in FEEDS or period not in PERIODS:
        raise Http404("no such feed")
    return Listing(
        feed=feed,
        period=period,
        category=_category(request, category) if category else None,
        tag=get_object_or_404(Tag.objects.select_related("synonym_of"), name__iexact=tag) if tag else None,
    )


def _category(request: HttpRequest, slug: str) -> Category:
    return get_object_or_404(Category.objects.readable_by(request.user).select_related("parent"), slug=slug)


@require_GET
@visitors.kept_list
def feed(
    request: HttpRequest, feed: str = "hot", period: str = "month", category: str = "", tag: str = ""
) -> HttpResponse:
    listing = listing_of(request, feed, period, category, tag)
    if listing.tag and listing.tag.synonym_of:
        return redirect("forum:tag", listing.tag.synonym_of.name, permanent=True)
    cursor = request.GET.get("after")
    page = feeds.page(listing, request.user, cursor)
    if listing.feed == "hot" and request.user.is_authenticated:  # visitors' pages are kept
        page = feeds.reordered(page, Weights.read(experiments.variation(request, trials.FEED_RANKING)))
    above = listing.pins and not cursor and (not page.rows or page.rows[0].below_pinned)  # type: ignore[attr-defined]
    context = {
        "listing": listing,
        "feeds": FEEDS,
        "periods": PERIODS,
        "base": _base(listing),
        "page": page,
        "pinned": feeds.pinned(listing, request.user) if above else (),
        "first": not cursor,
        "follows": _follows(request, listing),
    }
    return render(request, "forum/_rows.html" if _more(request) else "forum/feed.html", context)


def _more(request: HttpRequest) -> bool:
    """Whether only the next rows are asked for, to be appended to the page."""
    return bool(request.htmx) and "after" in request.GET  # type: ignore[attr-defined]


def _base(listing: Listing) -> str:
    place = listing.tag or listing.category
    return place.get_absolute_url() if place else "/"


def _follows(request: HttpRequest, listing: Listing) -> bool:
    if not (listing.tag and request.user.is_authenticated):
        return False
    return Follow.objects.filter(member=request.user, tag=listing.tag).exists()


@require_GET
def categories(request: HttpRequest) -> HttpResponse:
    readable = Category.objects.readable_by(request.user)
    counts = Topic.objects.visible_to(request.user).listed().filter(category=OuterRef("pk")).order_by()
    counted = readable.annotate(
        topic_count=Subquery(counts.values("category").annotate(n=Count("pk")).values("n"))
    ).in_order()
    top = counted.filter(parent=None).prefetch_related(Prefetch("children", counted, to_attr="shown_children"))
    return render(request, "forum/categories.html", {"categories": top})


@require_GET
def tags(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    found = Tag.objects.canonical().starting_with(query) if query else Tag.objects.popular()
    page = keyset.page(found, order=("-topic_count", "id"), size=60, cursor=request.GET.get("after"))
    return render(request, "forum/tags.html", {"page": page, "query": query})
