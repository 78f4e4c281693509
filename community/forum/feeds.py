"""The lists of topics: which, in what order. Pages, syndication and programs read them here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from django.db.models import BooleanField, Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community import keyset
from community.forum.models import Category, Follow, ReadMark, Tag, Topic
from community.forum.models.topics import TopicQuerySet
from community.forum.ranking import STANDARD, Weights, hot
from community.keyset import Page
from community.prepared import Prepared, kind_of, known_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.members.models import Member

PAGE = 20
FEEDS: dict[str, Promise] = {
    "hot": _("Hot"),
    "new": _("New"),
    "top": _("Top"),
    "unanswered": _("Unanswered"),
    "following": _("Following"),
}
ORDER = {
    "hot": ("-hot", "-id"),
    "new": ("-created_at", "-id"),
    "top": ("-score", "-id"),
    "unanswered": ("-created_at", "-id"),
    "following": ("-active_at", "-id"),
}
PERIODS: dict[str, tuple[Promise, timedelta | None]] = {
    "day": (_("Day"), timedelta(days=1)),
    "week": (_("Week"), timedelta(days=7)),
    "month": (_("Month"), timedelta(days=30)),
    "year": (_("Year"), timedelta(days=365)),
    "all": (_("All time"), None),
}


@dataclass(frozen=True)
class Listing:
    """One list: a feed, of the site, a category or a tag."""

    feed: str = "hot"
    period: str = "month"  # of top
    category: Category | None = None
    tag: Tag | None = None

    @property
    def order(self) -> tuple[str, ...]:
        return ORDER[self.feed]

    @property
    def pins(self) -> bool:
        """Whether pinned topics stand above."""
        return self.feed == "hot" and not self.tag

    def topics(self, member: Member | AnonymousUser) -> TopicQuerySet:
        topics = Topic.objects.visible_to(member).listed()
        if self.category:
            topics = topics.filter(Q(category=self.category) | Q(category__parent=self.category))
        if self.tag:
            topics = topics.tagged(self.tag.pk)
        if self.feed == "unanswered":
            topics = topics.unanswered()
        elif self.feed == "following":
            topics = _followed(topics, member)
        elif self.feed == "top" and (span := PERIODS[self.period][1]):
            topics = topics.filter(created_at__gte=timezone.now() - span)
        return topics


def _followed(topics: TopicQuerySet, member: Member | AnonymousUser) -> TopicQuerySet:
    if not member.is_authenticated:
        return topics.none()
    # Ids in the query rather than look-ups: of three lists that are known, PostgreSQL walks the three indexes.
    follows = list(Follow.objects.filter(member=member.pk).values_list("topic", "followed", "tag"))
    ids, authors, tags = ([row[column] for row in follows if row[column]] for column in range(3))
    if not follows:
        return topics.none()
    return topics.filter(Q(pk__in=ids) | Q(author__in=authors) | Q(tag_ids__overlap=tags))


def as_rows(topics: TopicQuerySet, member: Member | AnonymousUser) -> TopicQuerySet:
    """With all that a row shows: author, tags and whether it is unread, in the one query."""
    rows = topics.with_tag_names().select_related("author").only(*_ROW)
    return rows.annotate(unread=_unread(member))


def _unread(member: Member | AnonymousUser) -> Case | Value:
    if not member.is_authenticated:
        return Value(False, output_field=BooleanField())
    mark = ReadMark.objects.filter(member=member.pk, topic=OuterRef("pk")).values("read_at")
    last_read = Coalesce(Subquery(mark), Value(member.read_before))
    return Case(When(active_at__gt=last_read, then=True), default=False, output_field=BooleanField())


_ROW = (
    "kind",
    "title",
    "title_html",
    "slug",
    "score",
    "hot",
    "created_at",
    "active_at",
    "reply_count",
    "accepted",
    "closed_at",
    "pinned_at",
    "category",
    "author__username",
    "author__display_name",
    "author__avatar",
    "author__is_active",
)


# Asked along with the rows, since mostly there is nothing to ask for.
SOME_ARE_PINNED = RawSQL("EXISTS (SELECT FROM forum_topic WHERE pinned_at IS NOT NULL)", [])
SITEWIDE = frozenset({"hot", "new", "unanswered"})  # walks of an index, whoever asks


def page(listing: Listing, member: Member | AnonymousUser, cursor: str | None) -> Page[Topic]:
    """The rows of a list behind `cursor`; those of hot, which stand below the pinned, with `below_pinned`."""
    if cursor or listing.feed not in SITEWIDE or listing.category or listing.tag:
        return keyset.page(_rows(listing, member), order=listing.order, size=PAGE, cursor=cursor)
    found = _front(listing.feed, kind_of(member)).rows(**known_of(member))
    return keyset.cut(found, order=listing.order, size=PAGE)


@cache
def _front(feed: str, reader: Member | AnonymousUser) -> Prepared[Topic]:
    listing = Listing(feed=feed)
    return Prepared(_rows(listing, reader).order_by(*listing.order)[: PAGE + 1])


def _rows(listing: Listing, member: Member | AnonymousUser) -> TopicQuerySet:
    rows = as_rows(listing.topics(member), member)
    return rows.filter(pinned_at=None).annotate(below_pinned=SOME_ARE_PINNED) if listing.pins else rows


def reordered(page: Page[Topic], weights: Weights) -> Page[Topic]:
    """The same rows by other weights: what comes next follows from the stored order, so nothing is lost or repeated."""
    if weights == STANDARD:
        return page
    return replace(page, rows=sorted(page.rows, key=partial(_warmth, weights), reverse=True))


def _warmth(weights: Weights, topic: Topic) -> float:
    waits = topic.is_question and not topic.reply_count
    return hot(topic.score, topic.reply_count, topic.created_at, waits=waits, weights=weights)


def pinned(listing: Listing, member: Member | AnonymousUser) -> TopicQuerySet:
    """What stands above the first page of a feed."""
    topics = Listing(category=listing.category).topics(member).filter(pinned_at__isnull=False)
    return as_rows(topics, member).order_by(F("pinned_at").desc())[:3]
