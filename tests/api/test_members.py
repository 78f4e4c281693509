"""Members, their points and boards; what is only theirs; nothing of it leaks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from community.forum import accepting, keeping, voting
from community.forum.leaving import leave
from community.forum.models import Audience
from community.members.models import Member
from community.moderation import suspending
from tests import builders
from tests.api.test_problems import problem


def test_no_answer_holds_an_address_of_mail(api_of, anybody, alice, bob, mod):
    Member.objects.update(email="secret@example.org")
    topic = builders.question(alice)
    builders.comment(builders.answer(topic, bob), bob)
    keeping.follow(alice, member=bob)
    addresses = ["me/", "members/", "members/alice/", "topics/", f"topics/{topic.pk}/", f"topics/{topic.pk}/posts/"]
    addresses += ["search/?q=fail", "follows/", "notifications/", "leaderboard/?period=all", "members/alice/points/"]
    for caller in (anybody, api_of(bob), api_of(alice), api_of(mod)):
        for address in addresses:
            assert b"secret@" not in caller.get(address).content


def test_a_private_profile_keeps_its_activity_from_strangers(anybody, api_of, bob, alice):
    Member.objects.filter(pk=alice.pk).update(profile_public=False)
    builders.question(alice)
    assert anybody.get("members/alice/").json()["activity"] is None
    problem(anybody.get("members/alice/points/"), 401, "unauthenticated")
    assert [one["username"] for one in anybody.get("members/").json()["items"]] == ["bob"]
    assert api_of(bob).get("members/alice/").json()["activity"]["counts"]["topics"] == 1


def test_who_left_is_nowhere(anybody, alice):
    topic = builders.question(alice)
    leave(alice)
    problem(anybody.get("members/alice/"), 404, "not-found")
    assert anybody.get(f"topics/{topic.pk}/").json()["author"] is None


def test_the_directory_by_name_and_by_prefix(anybody, alice, bob, carol):
    def names(**query: object) -> list[str]:
        return [one["username"] for one in anybody.get("members/", **query).json()["items"]]

    assert names(order="name") == ["alice", "bob", "carol"]
    assert names(q="CA") == ["carol"]


def test_points_are_public_their_entries_are_not(api_of, anybody, alice, bob, mod):
    answer = builders.answer(builders.question(alice), bob)
    accepting.accept(answer, member=alice)
    found = anybody.get("members/bob/points/").json()
    assert found["points"] == 21
    assert {one["rule"]: one["points"] for one in found["rules"]} == {
        "answer_accepted": 15,
        "first_post": 5,
        "joined": 1,
    }
    problem(api_of(alice).get("members/bob/points/entries/"), 403, "forbidden")
    for caller in (api_of(bob), api_of(mod)):
        entries = caller.get("members/bob/points/entries/", page_size=1).json()
        line = entries["items"][0]
        assert (line["rule"], line["granted"], line["balance"]) == ("answer_accepted", 15, 21)
        assert line["cause"]["url"] == f"http://testserver/p/{answer.pk}/"
        following = caller.get(entries["next"]).json()
        assert [one["rule"] for one in following["items"]] == ["first_post"]


def test_a_board_and_ones_place_on_it(api_of, anybody, alice, bob):
    topic = builders.question(alice, tags=["redis"])
    accepting.accept(builders.answer(topic, bob), member=alice)
    of_all, of_redis = [("bob", 20, 1), ("alice", 7, 2)], [("bob", 15, 1), ("alice", 2, 2)]
    for query, expected in (
        ({"period": "all"}, of_all),
        ({"period": "week", "tag": "redis"}, of_redis),
        ({"period": "week", "category": "general"}, of_redis),
    ):
        rows = anybody.get("leaderboard/", **query).json()["items"]
        assert [(row["member"]["username"], row["points"], row["rank"]) for row in rows] == expected, query
    mine = api_of(alice).get("leaderboard/me/", period="all").json()
    assert mine == {"rank": 2, "points": 7, "change": 0, "gap": 13, "next_rank": 1}
    first = anybody.get("leaderboard/", period="all", page_size=1).json()
    assert [row["member"]["username"] for row in anybody.get(first["next"]).json()["items"]] == ["alice"]


@pytest.mark.parametrize("query", [{"tag": "nothing"}, {"category": "inner"}, {"tag": "redis", "category": "general"}])
def test_a_board_that_is_not_there_or_not_for_one(anybody, mod, query):
    builders.category("Inner", readers=Audience.MODERATORS, posters=Audience.MODERATORS)
    builders.question(mod, tags=["redis"])
    problem(anybody.get("leaderboard/", **query), 400, "invalid")


def test_what_was_told_and_that_it_is_read(api_of, alice, bob):
    topic = builders.question(alice, title="Why is the board late?")
    answer = builders.answer(topic, bob)
    caller = api_of(alice)
    (told,) = caller.get("notifications/", unread="true").json()["items"]
    assert told["text"] == "bob answered “Why is the board late?”"
    assert (told["kind"], told["url"]) == ("answered", f"http://testserver/p/{answer.pk}/")
    assert api_of(bob).post("notifications/read/", {"ids": [told["id"]]}).json() == {"read": 0}
    assert caller.get("me/").json()["unread_notifications"] == 1
    assert caller.post("notifications/read/", {}).json() == {"read": 1}
    assert caller.get("notifications/", unread="true").json()["items"] == []
    assert len(caller.get("notifications/").json()["items"]) == 1


def test_follows_of_each_kind(api_of, alice, bob):
    topic = builders.question(bob, tags=["redis"])
    caller = api_of(alice)
    for address in (f"topics/{topic.pk}/follow/", "tags/redis/follow/", "members/bob/follow/"):
        assert caller.put(address).status_code == 204
    kinds = ("member", "tag", "topic")
    found = [{kind for kind in kinds if one[kind]} for one in caller.get("follows/").json()["items"]]
    assert found == [{kind} for kind in kinds]
    assert [one["tag"]["name"] for one in caller.get("follows/", kind="tag").json()["items"]] == ["redis"]
    problem(caller.put("members/alice/follow/"), 422, "unfit")
    assert caller.delete("tags/redis/follow/").status_code == 204
    assert caller.get("tags/redis/").json()["following"] is False


def test_drafts_are_saved_listed_and_dropped(api_of, alice, bob):
    caller = api_of(alice)
    assert caller.put("drafts/reply:7/", {"body": "Half an answer"}).status_code == 204
    assert [one["key"] for one in caller.get("drafts/").json()["items"]] == ["reply:7"]
    assert caller.get("drafts/reply:7/").json()["content"] == {"body": "Half an answer"}
    problem(api_of(bob).get("drafts/reply:7/"), 404, "not-found")
    problem(caller.put("drafts/shopping/", {"body": "Milk"}), 422, "unfit")
    assert caller.delete("drafts/reply:7/").status_code == 204


def test_me_says_what_the_token_may(token_of, alice):
    me = token_of(alice, "read", "write:votes").get("me/").json()
    assert (me["username"], me["scopes"]) == ("alice", ["read", "write:votes"])
    assert me["privileges"]["vote-up"] is False


def test_the_suspended_read_why_they_may_not_write(api_of, alice, mod):
    suspending.suspend(alice, by=mod, reason="Spam.", until=timezone.now() + timedelta(days=1))
    topic = builders.question()
    document = problem(api_of(alice).post(f"topics/{topic.pk}/posts/", {"body": "Buy my book."}), 403, "forbidden")
    assert "Spam." in document["detail"]
    assert api_of(alice).get("me/").json()["suspended_until"]


def test_search_finds_words_tags_and_authors(anybody, alice, bob):
    topic = builders.question(alice, title="Why is the leaderboard late?", tags=["redis"])
    answer = builders.answer(topic, bob, body="Publish the leaderboard after the commit.")
    voting.vote(answer, member=builders.trusted(), value=1)
    hits = anybody.get("search/", q="leaderboard").json()["items"]
    assert {hit["post"] for hit in hits} == {builders.opening(topic).pk, answer.pk}
    assert [hit["post"] for hit in anybody.get("search/", q="user:bob commit").json()["items"]] == [answer.pk]
    first = anybody.get("search/", q="leaderboard", page_size=1).json()
    assert len(anybody.get(first["next"]).json()["items"]) == 1
    problem(anybody.get("search/"), 400, "invalid")
