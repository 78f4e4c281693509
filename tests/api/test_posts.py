"""Posts and what belongs to them: comments, votes, acceptance, bookmarks, flags, revisions."""

from __future__ import annotations

import pytest

from community.forum import accepting, editing, voting
from community.forum.models import Draft
from tests import builders
from tests.api.test_problems import problem


@pytest.fixture
def question(alice):
    return builders.question(alice)


def test_the_best_first_or_in_the_order_of_time(anybody, question, alice):
    first, second, third = (builders.answer(question) for _ in range(3))
    accepting.accept(third, member=alice)
    voting.vote(second, member=builders.trusted(), value=1)

    def numbers(order: str) -> list[int]:
        found, response = [], anybody.get(f"topics/{question.pk}/posts/", order=order, page_size=1, fields="number")
        while True:
            found += [one["number"] for one in response.json()["items"]]
            if response.json()["next"] is None:
                return found
            response = anybody.get(response.json()["next"])

    assert numbers("best") == [0, 3, 2, 1]
    assert numbers("oldest") == [0, 1, 2, 3]
    assert numbers("newest") == [3, 2, 1, 0]
    assert (first.number, second.number, third.number) == (1, 2, 3)


def test_answering_and_replying(api_of, bob, question, alice):
    made = api_of(bob).post(f"topics/{question.pk}/posts/", {"body": "Restart the *worker*."}).json()
    assert (made["number"], made["author"]["username"], made["accepted"], made["my_vote"]) == (1, "bob", False, None)
    discussion = builders.discussion(alice)
    to = builders.answer(discussion, alice)
    reply = api_of(bob).post(f"topics/{discussion.pk}/posts/", {"body": "Not so fast.", "in_reply_to": to.pk})
    assert reply.json()["in_reply_to"] == to.pk


def test_a_reply_to_a_post_of_elsewhere_is_to_nothing(api_of, bob, question, alice):
    discussion = builders.discussion(alice)
    body = {"body": "Not so fast.", "in_reply_to": builders.opening(question).pk}
    problem(api_of(bob).post(f"topics/{discussion.pk}/posts/", body), 404, "not-found")


def test_changing_an_opening_changes_the_topic(api_of, alice, question):
    builders.tag("redis")
    post = builders.opening(question)
    change = {"version": 1, "title": "A better title than before", "tags": ["redis"], "summary": "Say it better."}
    changed = api_of(alice).patch(f"posts/{post.pk}/", change).json()
    assert (changed["version"], changed["body"]) == (2, post.body)
    topic = api_of(alice).get(f"topics/{question.pk}/").json()
    assert (topic["title"], topic["tags"]) == ("A better title than before", ["redis"])


def test_who_edits_an_old_version_is_shown_the_new_one(api_of, alice, question):
    post = builders.opening(question)
    editing.edit(post, editor=alice, body="Changed in another window.", version=1)
    document = problem(
        api_of(alice).patch(f"posts/{post.pk}/", {"version": 1, "body": "Changed in this window."}),
        409,
        "edit-conflict",
    )
    assert document["current"] == {"version": 2, "body": "Changed in another window."}
    assert Draft.objects.get(member=alice).content["body"] == "Changed in this window."


def test_an_imported_text_keeps_its_format_until_it_is_written_anew(api_of, alice):
    post = builders.opening(builders.discussion(alice))
    editing.edit(post, editor=alice, body="<p>Written in <b>HTML</b>.</p>", version=1, format="html")
    for change, format in (({"title": "Only the title changed"}, "html"), ({"body": "In *Markdown*."}, "markdown")):
        post.refresh_from_db()
        changed = api_of(alice).patch(f"posts/{post.pk}/", {"version": post.version, **change})
        assert changed.json()["format"] == format


def test_revisions_and_the_way_back(api_of, anybody, alice, question):
    post = builders.opening(question)
    editing.edit(post, editor=alice, body="The second text of it.", version=1, summary="Shorter.")
    found = anybody.get(f"posts/{post.pk}/revisions/").json()["items"]
    assert [(one["version"], one["summary"]) for one in found] == [(2, "Shorter."), (1, "")]
    back = api_of(alice).post(f"posts/{post.pk}/revert/", {"to_version": 1, "version": 2}).json()
    assert (back["version"], back["body"]) == (3, post.body)
    problem(api_of(alice).post(f"posts/{post.pk}/revert/", {"to_version": 9, "version": 3}), 422, "unfit")
    problem(api_of(alice).post(f"posts/{post.pk}/revert/", {"to_version": 1, "version": 2}), 409, "edit-conflict")


def test_votes_are_cast_changed_and_withdrawn(api_of, question):
    caller, post = api_of(builders.trusted()), builders.opening(question)
    assert caller.put(f"posts/{post.pk}/vote/", {"value": 1}).json() == {"value": 1, "score": 1}
    assert caller.put(f"posts/{post.pk}/vote/", {"value": -1}).json() == {"value": -1, "score": -1}
    assert caller.get(f"posts/{post.pk}/").json()["my_vote"] == -1
    assert caller.delete(f"posts/{post.pk}/vote/").status_code == 204
    assert caller.get(f"posts/{post.pk}/").json()["score"] == 0
    for value in (0, 2, "up", True, None):
        problem(caller.put(f"posts/{post.pk}/vote/", {"value": value}), 400, "invalid")


def test_the_asker_accepts_and_takes_it_back(api_of, alice, question):
    answer, caller = builders.answer(question), api_of(alice)
    assert caller.put(f"topics/{question.pk}/acceptance/", {"post": answer.pk}).json()["accepted"] == answer.pk
    assert caller.get(f"posts/{answer.pk}/").json()["accepted"] is True
    assert caller.delete(f"topics/{question.pk}/acceptance/").status_code == 204
    elsewhere = builders.answer(builders.question(alice))
    problem(caller.put(f"topics/{question.pk}/acceptance/", {"post": elsewhere.pk}), 404, "not-found")


def test_comments_are_written_changed_deleted_and_restored(api_of, anybody, alice, bob, question):
    post, caller = builders.opening(question), api_of(alice)
    made = caller.post(f"posts/{post.pk}/comments/", {"body": "Which version?"}).json()
    address = f"comments/{made['id']}/"
    changed = caller.patch(address, {"body": "Which version of it?", "version": 1}).json()
    assert (changed["version"], changed["body"]) == (2, "Which version of it?")
    problem(caller.patch(address, {"body": "Which one is it?", "version": 1}), 409, "edit-conflict")
    assert [one["id"] for one in anybody.get(f"posts/{post.pk}/comments/").json()["items"]] == [made["id"]]
    assert caller.delete(address).status_code == 204
    assert anybody.get(f"posts/{post.pk}/comments/").json()["items"] == []
    problem(anybody.get(address), 404, "not-found")
    problem(api_of(bob).post(f"{address}restore/"), 404, "not-found")
    assert caller.post(f"{address}restore/").json()["deleted_at"] is None


def test_bookmarks_are_kept_and_dropped_twice_over(api_of, bob, question):
    caller, post = api_of(bob), builders.opening(question)
    for _ in range(2):
        assert caller.put(f"posts/{post.pk}/bookmark/").status_code == 204
    kept = caller.get("bookmarks/").json()["items"]
    assert [one["post"]["id"] for one in kept] == [post.pk]
    for _ in range(2):
        assert caller.delete(f"posts/{post.pk}/bookmark/").status_code == 204
    assert caller.get("bookmarks/").json()["items"] == []


def test_flags_are_ones_own_and_moderators_decide(api_of, question, alice, mod):
    member = builders.trusted()
    caller, post = api_of(member), builders.opening(question)
    problem(caller.post(f"posts/{post.pk}/flags/", {"reason": "other"}), 400, "invalid")
    flag = caller.post(f"posts/{post.pk}/flags/", {"reason": "spam", "note": "A shop."}).json()
    assert caller.get("flags/").json()["items"] == [flag]
    assert api_of(alice).get("flags/").json()["items"] == []
    problem(caller.put(f"flags/{flag['id']}/verdict/", {"verdict": "hide"}), 403, "forbidden")
    judged = api_of(mod).put(f"flags/{flag['id']}/verdict/", {"verdict": "hide"}).json()
    assert judged["state"] == "agreed"
    problem(caller.get(f"posts/{post.pk}/"), 404, "not-found")
    assert api_of(mod).get("flags/", state="open").json()["items"] == []
