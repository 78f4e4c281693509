"""Topics: the feeds with their filters, starting one, and what may be done with it."""

from __future__ import annotations

import pytest

from community.forum import removing, steering
from community.forum.models import Audience, Topic
from community.moderation import hiding
from events.models import Event
from tests import builders
from tests.api.test_problems import problem


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [one["id"] for one in response.json()["items"]]


def test_a_row_says_what_the_page_does(anybody, alice):
    topic = builders.question(alice, tags=["redis"], title="Why is the board late?")
    alice.refresh_from_db()
    row = anybody.get("topics/").json()["items"][0]
    assert row | {"created_at": "", "active_at": ""} == {
        "id": topic.pk,
        "kind": "question",
        "title": "Why is the board late?",
        "category": {"slug": "general", "name": "General"},
        "tags": ["redis"],
        "author": {
            "id": alice.pk,
            "username": "alice",
            "name": "alice",
            "points": alice.points,
            "is_moderator": False,
            "avatar": None,
            "url": "http://testserver/members/alice/",
        },
        "score": 0,
        "replies": 0,
        "views": 0,
        "accepted": None,
        "unread": False,
        "created_at": "",
        "active_at": "",
        "pinned_at": None,
        "closed_at": None,
        "url": f"http://testserver/t/{topic.pk}/why-is-the-board-late/",
    }


def test_pages_follow_one_another_without_gap_or_repetition(anybody, alice):
    made = [builders.discussion(alice).pk for _ in range(5)]
    seen, response = [], anybody.get("topics/", feed="new", page_size=2)
    while True:
        seen += ids(response)
        following = response.json()["next"]
        assert response.get("Link", "") == (f'<{following}>; rel="next"' if following else "")
        if following is None:
            break
        response = anybody.get(following)
    assert seen == made[::-1]


def test_a_cursor_of_another_list_is_refused(anybody, alice):
    for _ in range(2):
        builders.question(alice)
    cursor = anybody.get("topics/", feed="top", page_size=1).json()["next"].split("cursor=")[1].split("&")[0]
    errors = problem(anybody.get("members/", cursor=cursor), 400, "invalid")["errors"]
    assert [one["parameter"] for one in errors] == ["cursor"]


def test_filters_narrow_the_list(anybody, api_of, alice, bob, mod):
    place = builders.category("Other")
    question = builders.question(alice, tags=["redis"])
    article = builders.article(bob, tags=["redis", "python"], place=place)
    closed = builders.discussion(bob, tags=[])
    steering.close(closed, by=mod, reason="Enough was said.")
    for query, expected in (
        ({"kind": "question"}, {question}),
        ({"tag": "REDIS"}, {question, article}),
        ({"category": "other"}, {article}),
        ({"author": "Bob"}, {article, closed}),
        ({"closed": "true"}, {closed}),
        ({"closed": "false"}, {question, article}),
        ({"accepted": "true"}, set()),
        ({"feed": "unanswered"}, {question}),
        ({"feed": "following"}, set()),
    ):
        assert set(ids(anybody.get("topics/", **query))) == {topic.pk for topic in expected}, query
    assert set(ids(api_of(bob).get("topics/", feed="following"))) == {article.pk, closed.pk}


def test_a_category_or_tag_that_is_not_there_is_said_to_be_so(anybody, db):
    for query in ({"tag": "nothing"}, {"category": "nothing"}):
        errors = problem(anybody.get("topics/", **query), 400, "invalid")["errors"]
        assert [(one["parameter"], one["code"]) for one in errors] == [(*query, "not_found")]


def test_only_the_fields_asked_for(anybody, alice):
    topic = builders.question(alice, title="Why is the board late?")
    assert anybody.get("topics/", fields="title,id").json()["items"] == [{"id": topic.pk, "title": topic.title}]
    assert anybody.get(f"topics/{topic.pk}/", fields="replies").json() == {"replies": 0}
    problem(anybody.get("topics/", fields="id,titel"), 400, "invalid")


def test_what_is_the_same_still_is_not_sent_again(anybody, api_of, alice, bob):
    topic = builders.question(alice)
    first = anybody.get(f"topics/{topic.pk}/")
    held = {"If-None-Match": f'"other", {first["ETag"]}'}
    again = anybody.get(f"topics/{topic.pk}/", held)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert "Authorization" in again["Vary"]
    builders.answer(topic, bob)
    assert anybody.get(f"topics/{topic.pk}/", held).status_code == 200


def test_a_head_is_a_read_without_its_body(token_of, alice):
    caller = token_of(alice, "read")
    read, head = caller.get("topics/"), caller.send("HEAD", "topics/")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", read["ETag"])


def test_starting_one(api_of, alice):
    builders.category()
    builders.tag("redis")
    given = {"title": "Why is the board late?", "body": "It **is** late.", "category": "general", "tags": ["redis"]}
    made = api_of(alice).post("topics/", given)
    assert (made.status_code, made["Location"]) == (201, f"http://testserver/api/v1/topics/{made.json()['id']}/")
    assert Event.objects.get(name="topic_started").source == "api"
    topic = Topic.objects.get(pk=made.json()["id"])
    assert (topic.author, topic.title, made.json()["opening"]["body"]) == (alice, given["title"], given["body"])
    assert "<strong>is</strong>" in made.json()["opening"]["html"]


def test_a_category_that_one_may_not_post_in_is_not_there(api_of, alice):
    builders.category("News", posters=Audience.MODERATORS)
    given = {"title": "Why is the board late?", "body": "It **is** late.", "category": "news", "kind": "discussion"}
    problem(api_of(alice).post("topics/", given), 404, "not-found")


@pytest.fixture
def gone(alice, bob, mod):
    """Topics that strangers must not find: in a closed category, deleted, hidden."""
    inner = builders.category("Inner", readers=Audience.MODERATORS, posters=Audience.MODERATORS)
    secret = builders.discussion(mod, place=inner, title="Plans of the moderators")
    deleted, hidden = (builders.discussion(bob, title=f"{word} by somebody") for word in ("Deleted", "Hidden"))
    for topic in (secret, deleted, hidden):
        builders.answer(topic, mod if topic == secret else bob)
    removing.delete(deleted, by=bob)
    hiding.hide(builders.opening(hidden), by=mod, reason="Spam.")
    return [secret, deleted, hidden]


def test_what_is_not_for_one_is_nowhere(anybody, api_of, alice, gone):
    for caller in (anybody, api_of(alice)):
        assert ids(caller.get("topics/")) == []
        assert caller.get("search/", q="moderators deleted hidden").json()["items"] == []
        assert ids(caller.get("categories/")) == ids(anybody.get("categories/"))
        for topic in gone:
            posts = list(topic.posts.all())
            addresses = [f"topics/{topic.pk}/", f"topics/{topic.pk}/posts/"]
            addresses += [f"posts/{post.pk}/{rest}" for post in posts for rest in ("", "comments/", "revisions/")]
            for address in addresses:
                problem(caller.get(address), 404, "not-found")


def test_what_is_not_for_one_cannot_be_written_to(api_of, alice, gone):
    topic, post = gone[0].pk, builders.opening(gone[0]).pk
    for method, address, body in (
        ("POST", f"topics/{topic}/posts/", {"body": "May I come in?"}),
        ("PUT", f"topics/{topic}/follow/", None),
        ("PUT", f"posts/{post}/bookmark/", None),
        ("PUT", f"posts/{post}/vote/", {"value": 1}),
        ("POST", f"posts/{post}/flags/", {"reason": "spam"}),
        ("PATCH", f"posts/{post}/", {"version": 1, "body": "Written from outside."}),
    ):
        problem(api_of(alice).send(method, address, body), 404, "not-found")


def test_moderators_see_them(api_of, mod, gone):
    for topic in gone:
        assert api_of(mod).get(f"topics/{topic.pk}/").status_code == 200


def test_moderators_close_pin_move_and_merge(api_of, alice, mod):
    caller, topic, other = api_of(mod), builders.discussion(alice), builders.discussion(alice)
    builders.category("Other")
    closed = caller.put(f"topics/{topic.pk}/closure/", {"reason": "Enough was said."}).json()
    assert (bool(closed["closed_at"]), closed["close_reason"]) == (True, "Enough was said.")
    assert caller.delete(f"topics/{topic.pk}/closure/").status_code == 204
    assert caller.put(f"topics/{topic.pk}/pin/").status_code == 204
    assert caller.get(f"topics/{topic.pk}/").json()["pinned_at"]
    assert caller.put(f"topics/{topic.pk}/category/", {"category": "other"}).json()["category"]["slug"] == "other"
    assert caller.post(f"topics/{topic.pk}/merge/", {"into": other.pk}).json()["replies"] == 1
    merged = caller.get(f"topics/{topic.pk}/").json()
    assert (merged["merged_into"], merged["opening"]) == (other.pk, None)


def test_deleted_and_restored(api_of, alice):
    topic, caller = builders.discussion(alice), api_of(alice)
    assert caller.delete(f"topics/{topic.pk}/").status_code == 204
    assert caller.get(f"topics/{topic.pk}/").json()["deleted_at"]
    assert caller.post(f"topics/{topic.pk}/restore/").json()["deleted_at"] is None


def test_what_is_read_is_not_unread(api_of, alice, bob):
    topic, caller = builders.discussion(bob), api_of(alice)
    assert caller.get("topics/").json()["items"][0]["unread"] is True
    assert caller.put(f"topics/{topic.pk}/reading/", {"number": 2**31 - 1}).status_code == 204
    assert caller.get("topics/").json()["items"][0]["unread"] is False
