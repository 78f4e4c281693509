"""Every list as Atom and as RSS, of what anyone may read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.db.models import F
from django.http import Http404, HttpRequest
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.translation import gettext as _

from community.forum.feeds import FEEDS, Listing
from community.forum.models import Post, Topic
from community.forum.views.lists import listing_of


class TopicsAtom(Feed):
    """A reader of feeds is not signed in: what it gets is what a visitor may read."""

    feed_type: type[SyndicationFeed] = Atom1Feed

    def get_object(self, request: HttpRequest, **place: str) -> Listing:
        request.user = AnonymousUser()
        if place.get("feed") == "following":
            raise Http404("a list of one member's own")
        named = {"feed": "hot", "period": "month", "category": "", "tag": ""} | place
        return listing_of(request, **named)

    def title(self, listing: Listing) -> str:
        place = listing.tag or listing.category
        parts = [settings.SITE_NAME, str(place) if place else "", str(FEEDS[listing.feed])]
        return " · ".join(part for part in parts if part)

    def description(self, listing: Listing) -> str:
        return _("Topics of %(site)s") % {"site": settings.SITE_NAME}

    subtitle = description

    def link(self, listing: Listing) -> str:
        place = listing.tag or listing.category
        return place.get_absolute_url() if place else "/"

    def items(self, listing: Listing) -> Iterable[Post]:
        topics = listing.topics(AnonymousUser()).order_by(*listing.order)[:20]
        posts = Post.objects.filter(topic__in=topics.values("pk"), number=0).for_page()
        order = [F(f"topic__{f[1:]}").desc() for f in listing.order]
        return posts.select_related("author", "topic").order_by(*order)

    def item_title(self, item: Post) -> str:
        return item.topic.title

    def item_description(self, item: Post) -> str:
        return item.html

    def item_author_name(self, item: Post) -> str:
        return str(item.author) if item.author else _("former member")

    def item_pubdate(self, item: Post) -> datetime:
        return item.created_at

    def item_updateddate(self, item: Post) -> datetime:
        return item.topic.active_at


class TopicsRss(TopicsAtom):
    feed_type = Rss201rev2Feed


class AnswersAtom(TopicsAtom):
    """The answers or replies of one topic."""

    def get_object(self, request: HttpRequest, **place: str) -> Topic:  # type: ignore[override]
        topic = Topic.objects.visible_to(AnonymousUser()).listed().filter(pk=place["pk"]).first()
        if topic is None:
            raise Http404("no such topic")
        return topic

    def title(self, topic: Topic) -> str:  # type: ignore[override]
        return topic.title

    def link(self, topic: Topic) -> str:  # type: ignore[override]
        return topic.get_absolute_url()

    def items(self, topic: Topic) -> Iterable[Post]:  # type: ignore[override]
        posts = topic.posts.visible_to(AnonymousUser()).replies().for_page()
        return posts.select_related("author", "topic").order_by("-created_at")[:20]
