"""Who may read: each kind of member × each page, list, feed, search and syndication that could show a topic."""

from datetime import timedelta
from itertools import product

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from community.forum import commenting, keeping, removing, steering
from community.forum.models import Audience, Bookmark, Topic
from community.members.models import Member
from community.nearby import cache
from community.notifications.models import Notification
from tests import builders

pytestmark = pytest.mark.django_db
SECRET = "xylophone"  # in title and text of every topic here, and nowhere else

KINDS = ("visitor", "member", "insider", "suspended", "author", "moderator", "admin")
MAY_READ = {
    "everyone": set(KINDS),
    "members": set(KINDS) - {"visitor"},
    "groups": {"insider", "moderator", "admin"},
    "moderators": {"moderator", "admin"},
    "below-moderators": {"moderator", "admin"},  # an open child of a closed parent
    "deleted": {"author", "moderator", "admin"},
}


@pytest.fixture
def cast(member_named, admin, db) -> dict[str, Member | None]:
    group = Group.objects.create(name="insiders")
    people = {name: member_named(name) for name in KINDS if name not in ("visitor", "moderator", "admin")}
    people["insider"].groups.add(group)
    people["moderator"] = member_named("moderator", is_moderator=True)
    people["suspended"].suspended_until = timezone.now() + timedelta(days=1)
    people["suspended"].save()
    return {**people, "visitor": None, "admin": admin}


@pytest.fixture
def topics(cast) -> dict[str, Topic]:
    """One topic in each kind of place. The author is in no group: writing there came before the place was closed."""
    made = {}
    for place in MAY_READ:
        category = builders.category(place)
        topic = builders.question(
            cast["author"], title=f"The {SECRET} of {place}", body=f"A {SECRET} it is.", place=category, tags=["python"]
        )
        builders.answer(topic, cast["admin"], body=f"The {SECRET} answers.")
        made[place] = topic
    _close_places(Group.objects.get())
    removing.delete(made["deleted"], by=cast["moderator"])
    return made


def _close_places(group: Group) -> None:
    for name in ("members", "groups", "moderators"):
        category = builders.category(name)
        category.readers = Audience(name)
        category.save()
    builders.category("groups").reader_groups.add(group)
    child = builders.category("below-moderators")
    child.parent = builders.category("moderators")
    child.save()


def client(cast, kind: str) -> Client:
    cache.clear()
    made = Client()
    if cast[kind]:
        made.force_login(cast[kind], backend="django.contrib.auth.backends.ModelBackend")
    return made


def test_pages_of_a_topic_answer_404_to_those_who_may_not_read_it(cast, topics):
    for kind, (place, topic) in product(KINDS, topics.items()):
        browser = client(cast, kind)
        opening, answer = topic.posts.order_by("number")
        urls = [topic.get_absolute_url(), f"/p/{opening.pk}/", f"/p/{opening.pk}/revisions/"]
        if place != "deleted":
            urls += [f"/p/{answer.pk}/", f"/search/?q={SECRET}&topic={topic.pk}"]
        for url in urls:
            status = browser.get(url).status_code
            assert (status in (200, 302)) == (kind in MAY_READ[place]), (kind, place, url, status)


LISTS = (
    "/",
    "/new/",
    "/top/all/",
    "/unanswered/",
    "/tags/python/",
    "/tags/python/new/",
    f"/search/?q={SECRET}",
    "/search/?q=is:question",
    "/search/?q=user:author",
    f"/write/similar/?title=The+{SECRET}",
    "/members/author/",
    "/categories/",
)


SHOW_ALL = ("/", "/new/", "/top/all/", f"/search/?q={SECRET}", "/tags/python/")


def test_lists_show_what_may_be_read_and_nothing_else(cast, topics):
    for kind, url in product(KINDS, LISTS):
        browser = client(cast, kind)
        page = browser.get(url, follow=True).content.decode()
        for place in topics:
            if kind not in MAY_READ[place] or place == "deleted":
                assert f"The {SECRET} of {place}" not in page, (kind, place, url)
                assert f"/c/{place}/" not in page or place == "deleted", (kind, place, url)
            elif url in SHOW_ALL:
                assert f"of {place}" in page, (kind, place, url)


def test_a_category_is_there_for_those_who_may_read_it(cast, topics):
    for kind, place in product(KINDS, set(topics) - {"deleted"}):
        browser = client(cast, kind)
        for url in (f"/c/{place}/", f"/c/{place}/new/"):
            assert (browser.get(url).status_code == 200) == (kind in MAY_READ[place]), (kind, url)


@pytest.mark.parametrize("kind", ["visitor", "moderator"])
def test_syndication_holds_what_a_visitor_may_read_whoever_asks(kind, cast, topics):
    browser = client(cast, kind)
    for url in ("/feed.atom", "/feed.rss", "/new/feed.atom", "/top/all/feed.rss", "/tags/python/feed.atom"):
        text = browser.get(url).content.decode()
        assert f"The {SECRET} of everyone" in text
        for place in set(topics) - {"everyone"}:
            assert f"of {place}" not in text, (url, place)
    for place, topic in topics.items():
        expected = 200 if place == "everyone" else 404
        assert browser.get(f"/t/{topic.pk}/feed.atom").status_code == expected
        if place not in ("everyone", "deleted"):
            assert browser.get(f"/c/{place}/feed.atom").status_code == 404
    assert "of members" not in browser.get("/sitemap-topics.xml").content.decode()


def test_bookmarks_following_and_inbox_forget_what_may_no_longer_be_read(cast, topics, member_named):
    reader = member_named("reader")
    for topic in topics.values():
        Bookmark.objects.create(member=reader, post=topic.posts.get(number=0))
    keeping.follow(cast["author"], member=reader)
    Notification.objects.bulk_create(
        Notification(member=reader, kind="answered", source_kind="post", source_id=t.posts.get(number=0).pk)
        for t in topics.values()
    )
    cast["reader"] = reader
    browser = client(cast, "reader")
    for url in ("/bookmarks/", "/following/", "/inbox/"):
        page = browser.get(url).content.decode()
        assert f"The {SECRET} of members" in page, url
        for place in ("groups", "moderators", "below-moderators", "deleted"):
            assert f"of {place}" not in page, (url, place)


def test_a_hidden_comment_and_a_deleted_answer_are_seen_by_their_authors_and_moderators(cast, member_named):
    topic = builders.question(cast["author"])
    answer = builders.answer(topic, cast["member"], body="The quagga of answers.")
    comment = commenting.comment(answer, author=cast["member"], body="The okapi of comments.")
    removing.delete(comment, by=cast["member"])
    url = topic.get_absolute_url()
    for kind in KINDS:
        assert ("okapi" in client(cast, kind).get(url).content.decode()) == (kind in ("member", "moderator", "admin"))
    removing.delete(answer, by=cast["member"])
    for kind in KINDS:
        assert ("quagga" in client(cast, kind).get(url).content.decode()) == (kind in ("member", "moderator", "admin"))


def test_a_merged_topic_leads_to_where_it_went_and_is_in_no_list(cast, topics):
    gone = builders.question(cast["author"], title="The pangolin question", place=builders.category("everyone"))
    steering.merge(gone, by=cast["moderator"], into=topics["everyone"])
    browser = client(cast, "visitor")
    answer = browser.get(gone.get_absolute_url())
    assert (answer.status_code, answer["Location"]) == (301, topics["everyone"].get_absolute_url())
    assert "pangolin" not in browser.get("/new/").content.decode()


def test_the_rail_leads_moderators_to_the_closed_categories_and_nobody_else(client_of, mod, alice):
    builders.category("Backstage", readers=Audience.MODERATORS)
    clients = [client_of(mod), client_of(alice), client_of(mod), Client()]
    pages = [client.get("/unanswered/").content.decode() for client in clients]
    assert ['href="/c/backstage/"' in page for page in pages] == [True, False, True, False]
