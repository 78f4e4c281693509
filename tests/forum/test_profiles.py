from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser

from community.forum import accepting, profiles, voting
from community.forum.models import Follow, Post
from community.forum.models.places import Audience
from community.members.models import Award, Badge, Member
from tests import builders


@pytest.fixture
def answer(alice, bob) -> Post:
    """Alice's answer to Bob's question on tides, voted up by Bob and accepted."""
    builders.give_points(bob, 200)
    question = builders.question(bob, title="When does the tide turn?", tags=["tides", "moon"])
    answer = builders.answer(question, alice)
    voting.vote(answer, member=bob, value=1)
    accepting.accept(answer, member=bob)
    return answer


def html_of(client, username: str = "alice") -> str:
    response = client.get(f"/members/{username}/")
    assert response.status_code == 200
    return response.content.decode()


def test_the_profile_shows_points_answers_tags_and_what_was_done_last(answer, client):
    html = html_of(client)
    assert html.count("When does the tide turn?") == 2  # best answers, recent activity
    assert "✓ accepted" in html
    assert 'href="/tags/moon/"' in html
    assert "Points over time, from" in html
    assert "now 31" in html  # 1 for joining, 5 for the first post, 10 for the vote, 15 for the acceptance


def test_the_ledger_is_one_click_away(alice, client):
    assert 'href="/members/alice/points/"' in html_of(client)


def test_the_name_in_the_address_may_be_of_any_case(alice, client):
    assert "@alice" in html_of(client, "ALICE")
    assert client.get("/members/nobody/").status_code == 404


def test_badges_carry_their_rank_in_words_and_how_often(alice, client):
    gold = Badge.objects.create(name="Lighthouse", rank=Badge.Rank.GOLD, description="Ten accepted answers")
    for badge in (Badge.objects.create(name="Scholar"), gold, gold):
        Award.objects.create(member=alice, badge=badge)
    earned = profiles.badges(alice)
    assert [(badge.name, badge.rank, badge.times) for badge in earned] == [
        ("Lighthouse", "gold", 2),
        ("Scholar", "bronze", 1),
    ]
    assert "(gold)" in html_of(client)


def test_members_follow_each_other_from_the_profile(alice, bob, client_of):
    client = client_of(bob)
    assert ">Follow<" in html_of(client)
    client.post(f"/members/{alice.pk}/follow/", {"on": "1"})
    assert Follow.objects.filter(member=bob, followed=alice).exists()
    assert ">Unfollow<" in html_of(client)
    assert "Follow<" not in html_of(client_of(alice))


def test_activity_kept_from_visitors_is_shown_to_members(answer, alice, bob, client, client_of):
    Member.objects.filter(pk=alice.pk).update(profile_public=False)
    hidden = html_of(client)
    assert "tide" not in hidden
    assert "Points over time" not in hidden
    assert "noindex" in hidden
    assert "tide" in html_of(client_of(bob))


def test_posts_in_places_that_the_viewer_may_not_read_do_not_show(alice, mod, client, client_of):
    closed = builders.category("Backstage", readers=Audience.MODERATORS)
    builders.give_points(mod, 200)
    question = builders.question(mod, title="Whom shall we invite?", place=closed, tags=["guests"])
    reply = Post.objects.create(topic=question, number=1, author=alice, body="Bob", html="Bob", score=3, up=3)
    for viewer, seen in [(AnonymousUser(), False), (mod, True)]:
        activity = profiles.activity(alice, viewer)
        assert ([post.pk for post in activity.recent] == [reply.pk]) is seen
        assert bool(activity.best) is seen
        assert bool(activity.strengths) is seen
        assert activity.counts["answers"] == int(seen)


def test_deleted_and_hidden_posts_do_not_show_even_to_their_author(answer, alice):
    Post.objects.filter(pk=answer.pk).update(hidden_at=datetime(2026, 1, 1, tzinfo=UTC))
    activity = profiles.activity(alice, alice)
    assert (activity.best, activity.recent, activity.strengths) == ([], [], [])


def test_best_answers_are_by_score_and_recent_posts_by_time(alice, bob):
    posts = [builders.answer(builders.question(bob), alice) for _number in range(12)]
    for score, post in enumerate(reversed(posts)):
        Post.objects.filter(pk=post.pk).update(score=score, up=score)
    best, recent = profiles.best_and_recent(profiles.posts_of(alice, bob))
    assert [post.pk for post in best] == [post.pk for post in posts[:5]]
    assert [post.pk for post in recent] == [post.pk for post in reversed(posts[2:])]


def test_strengths_sum_scores_by_tag(alice, bob):
    for tags, score in [(["a", "b"], 3), (["b", "c"], 4), (["c", "d"], -1)]:
        for name in tags:
            builders.tag(name)
        post = builders.answer(builders.question(bob, tags=tags), alice)
        Post.objects.filter(pk=post.pk).update(score=score, up=max(score, 0), down=max(-score, 0))
    found = profiles.strengths(profiles.posts_of(alice, bob))
    assert [(tag.name, tag.score, tag.posts) for tag in found] == [("b", 7, 2), ("a", 3, 1), ("c", 3, 2)]


def test_the_curve_ends_at_the_balance(answer, alice):
    alice.refresh_from_db()
    assert profiles.points_curve(alice).rows[-1][1] == alice.points == 31


def test_a_profile_costs_ten_queries_for_a_member_and_eight_for_a_visitor(
    answer, alice, bob, client, client_of, django_assert_max_num_queries
):
    Award.objects.create(member=alice, badge=Badge.objects.create(name="Scholar"))
    for _more in range(5):
        builders.answer(builders.question(bob), alice)
    with django_assert_max_num_queries(8):
        html_of(client)
    signed_in = client_of(bob)
    with django_assert_max_num_queries(10):
        html_of(signed_in)
