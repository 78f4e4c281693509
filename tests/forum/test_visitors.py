"""What visitors are shown is kept until it changes: after every verb it is what a page made anew says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import redis
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from community.forum import (
    accepting,
    commenting,
    editing,
    posting,
    removing,
    steering,
    tag_keeping,
    visitors,
    voting,
)
from community.forum.feeds import PAGE
from community.forum.models import Category, Comment, Post, Topic
from community.members.models import Member
from community.moderation import hiding
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@dataclass
class Scene:
    topic: Topic
    answer: Post
    comment: Comment
    asker: Member
    mod: Member

    @property
    def opening(self) -> Post:
        return builders.opening(self.topic)

    @property
    def pages(self) -> tuple[str, ...]:
        return ("/", "/tags/python/", self.topic.get_absolute_url())


@pytest.fixture(autouse=True)
def _a_moment():
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return django_capture_on_commit_callbacks


@pytest.fixture
def scene(alice: Member, mod: Member, settings) -> Scene:
    settings.KEEP_PAGES = True
    topic = builders.question(alice, title="Why is the page old?", tags=("python", "redis"))
    answer = builders.answer(topic, builders.trusted("bea"))
    return Scene(topic, answer, builders.comment(answer), alice, mod)


@pytest.fixture
def show(settings) -> Callable[[str], str]:
    def read(url: str, *, anew: bool = False, **headers: str) -> str:
        settings.KEEP_PAGES = not anew
        response = Client().get(url, headers=headers)
        settings.KEEP_PAGES = True
        if response.status_code != 200:
            return str(response.status_code)
        # Without the other topics below and beside, which may be a minute old.
        return re.split('<section class="also">|<aside class="rail"', response.content.decode())[0]

    return read


def _rename(member: Member, name: str) -> None:
    member.display_name = name
    member.save()


def _recolour(category: Category) -> None:
    category.name = "Everything"
    category.save()


ACTS: dict[str, Callable[[Scene], object]] = {
    "a topic is started": lambda s: builders.question(s.asker, tags=("python",)),
    "a topic is answered": lambda s: posting.answer(s.topic, author=s.mod, body="Because nobody told Redis of it."),
    "a comment is made": lambda s: commenting.comment(s.opening, author=s.asker, body="On a Tuesday, too."),
    "a comment is edited": lambda s: commenting.edit_comment(s.comment, editor=s.mod, body="Or five?", version=1),
    "a comment is deleted": lambda s: removing.delete(s.comment, by=s.mod),
    "an answer is voted for": lambda s: voting.vote(s.answer, member=s.mod, value=1),
    "a question is voted for": lambda s: voting.vote(s.opening, member=s.mod, value=1),
    "an answer is accepted": lambda s: accepting.accept(s.answer, member=s.asker),
    "a title is edited": lambda s: editing.edit(
        s.opening, editor=s.asker, body="It said so yesterday.", version=1, title="Why is it new?", tags=["python"]
    ),
    "an answer is edited": lambda s: editing.edit(s.answer, editor=s.mod, body="Tell Redis of it, then.", version=1),
    "an answer is hidden": lambda s: hiding.hide(s.answer, by=s.mod, reason="spam"),
    "a topic is hidden": lambda s: hiding.hide(s.opening, by=s.mod, reason="spam"),
    "an answer is deleted": lambda s: removing.delete(s.answer, by=s.mod),
    "a topic is deleted": lambda s: removing.delete(s.topic, by=s.mod),
    "a topic is closed": lambda s: steering.close(s.topic, by=s.mod, reason="Settled."),
    "a topic is pinned": lambda s: steering.pin(s.topic, by=s.mod),
    "a topic is moved": lambda s: steering.move(s.topic, by=s.mod, category=builders.category("Elsewhere")),
    "a topic is merged": lambda s: steering.merge(s.topic, by=s.mod, into=builders.question(s.asker)),
    "a tag is renamed": lambda s: tag_keeping.rename(builders.tag("redis"), name="valkey", by=s.mod),
    "a tag becomes a synonym": lambda s: tag_keeping.make_synonym(
        builders.tag("redis"), of=builders.tag("python"), by=s.mod
    ),
    "a member is renamed": lambda s: _rename(s.asker, "Alice the Second"),
    "a category is renamed": lambda s: _recolour(s.topic.category),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_after_every_verb_visitors_see_what_is(act, scene, show, committed):
    before = [show(url) for url in scene.pages]
    with committed(execute=True):
        act(scene)
    after = [show(url) for url in scene.pages]
    assert after == [show(url, anew=True) for url in scene.pages]
    assert after != before


def test_a_kept_page_asks_the_database_nothing(scene, django_assert_num_queries):
    first = [Client().get(url).content for url in scene.pages]
    with django_assert_num_queries(0):
        assert [Client().get(url).content for url in scene.pages] == first


def test_each_opening_of_a_kept_topic_is_counted(scene, show, redis_client, settings):
    for _visit in range(3):
        show(scene.topic.get_absolute_url())
    assert redis_client.hget(f"{settings.REDIS_PREFIX}views", scene.topic.pk) == b"3"


def test_each_language_and_theme_has_its_own_page(scene, show):
    english = show("/")
    assert 'lang="zh-hans"' in show("/", **{"Accept-Language": "zh-hans"})
    assert show("/") == english
    dark = Client()
    dark.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in dark.get("/").content.decode()


def test_more_rows_are_not_taken_for_a_page(scene, show):
    for _row in range(PAGE):
        builders.question(scene.asker)
    more = re.search(r'hx-get="([^"]+)"', show("/new/"))[1]  # type: ignore[index]
    assert "<html" in show(f"/new/{more}")
    assert "<html" not in show(f"/new/{more}", **{"HX-Request": "true"})


def test_a_member_is_shown_their_own_page_and_leaves_none_behind(scene, show, client_of):
    mine = client_of(scene.asker).get(scene.topic.get_absolute_url()).content.decode()
    assert "Sign out" in mine
    assert "Sign out" not in show(scene.topic.get_absolute_url())


def test_a_kept_page_holds_no_token_of_another_visitor(scene, show):
    assert "csrfmiddlewaretoken" not in show("/")
    strict = Client(enforce_csrf_checks=True)
    strict.get("/")
    assert strict.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"}).status_code == 302


def test_a_member_needs_the_token_for_language_and_theme(scene):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(scene.asker, backend="django.contrib.auth.backends.ModelBackend")
    assert strict.post("/i18n/setlang/", {"language": "zh-hans"}).status_code == 403
    scene.asker.refresh_from_db()
    assert scene.asker.language == ""


@pytest.mark.parametrize("asked", ["?utm_source=mail", "?page=7", "?order=newest", "?after=WzFd"])
def test_lists_of_other_questions_are_not_kept(scene, asked, redis_client, settings):
    Client().get(f"/{asked}")
    assert not list(redis_client.scan_iter(f"{settings.REDIS_PREFIX}page:*"))


@pytest.mark.parametrize(
    ("asked", "kept"), [("order=oldest", 1), ("page=1", 1), ("order=1", 0), ("page=01", 0), ("x=", 0)]
)
def test_of_a_topic_only_what_can_be_asked_in_few_ways_is_kept(scene, asked, kept, redis_client, settings):
    Client().get(f"{scene.topic.get_absolute_url()}?{asked}")
    assert len(list(redis_client.scan_iter(f"{settings.REDIS_PREFIX}page:*"))) == kept


def test_a_stamp_that_ran_out_brings_no_old_page_back(scene, show, settings, redis_client, committed):
    with committed(execute=True):
        steering.close(scene.topic, by=scene.mod, reason="Settled.")
    page = show(scene.topic.get_absolute_url())
    redis_client.delete(f"{settings.REDIS_PREFIX}pages:topic:{scene.topic.pk}")
    with committed(execute=True):
        hiding.hide(scene.answer, by=scene.mod, reason="spam")
    assert show(scene.topic.get_absolute_url()) != page


def test_what_was_rolled_back_drops_nothing(scene, show, committed, redis_client, settings):
    show("/")
    kept = set(redis_client.scan_iter(f"{settings.REDIS_PREFIX}page*"))
    with committed(execute=True), pytest.raises(PermissionDenied):
        steering.close(scene.topic, by=builders.member(), reason="I may not.")
    assert set(redis_client.scan_iter(f"{settings.REDIS_PREFIX}page*")) == kept


def test_without_redis_pages_are_made_anew(scene, show, monkeypatch):
    nowhere = redis.Redis(unix_socket_path="/nonexistent/redis.sock", retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(visitors, "_redis", lambda: nowhere)
    assert "Why is the page old?" in show("/")
    visitors._stamp_anew(visitors.LISTS)
