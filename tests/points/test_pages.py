"""The pages of points: boards, a member's own account, how points work, and what each costs in queries."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.forum.models import Audience, Category, Tag
from community.members.models import Member
from community.points import ledger, periods
from community.points.boards import publishing, standings
from tests import builders


@pytest.fixture
def warm(boards):
    """Caches of the frame (rail, privileges) filled, so that a test counts the page's own queries."""
    Client().get(reverse("points:board"))


@pytest.fixture
def crowd(member_named, give, servers, monkeypatch):
    """Eight members with points, the first three with most, on pages of six."""
    monkeypatch.setattr(standings, "SIZE", 6)
    members = [member_named(f"m{number}") for number in range(8)]
    for number, member in enumerate(members):
        for _vote in range(3 if number < 3 else 1):
            give(member)
    publishing.rebuild()
    return members


def names(response):
    return re.findall(r'class="who" href="/members/(\w+)/', response.content.decode())


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.mark.parametrize("period", periods.NAMES)
def test_a_board_lists_a_page_in_two_queries(crowd, warm, client, django_assert_num_queries, period):
    with django_assert_num_queries(2):
        response = client.get(reverse("points:board", args=[period]))

    assert names(response) == [f"m{number}" for number in range(6)]
    assert 'aria-current="page"' in response.content.decode()


def test_a_member_sees_their_row_in_two_queries_beside_session_and_member(
    crowd, warm, client_of, django_assert_num_queries
):
    client = client_of(crowd[7])
    client.get(reverse("points:board"))
    with django_assert_num_queries(5):  # session, member, unread notifications; then the board's two
        response = client.get(reverse("points:board"))

    assert names(response) == [*(f"m{number}" for number in range(6)), "m7"]
    assert "20 to #1" in text(response)


def test_lower_ranks_stand_on_the_next_page(crowd, client):
    response = client.get(reverse("points:board"), {"page": 2})

    assert names(response) == [f"m{number}" for number in range(6, 8)]
    assert "Page 2 of 2" in text(response)


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999"])
def test_a_page_that_cannot_be_is_not_found(db, client, page):
    assert client.get(reverse("points:board"), {"page": page}).status_code == 404


def test_a_page_behind_the_end_says_so(crowd, client):
    assert "The board is not that long." in text(client.get(reverse("points:board"), {"page": 9}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "You have no points here in this period yet."),
        ({"on_boards": False}, "You asked not to be on leaderboards"),
        ({"is_moderator": True}, "Staff and moderators are not ranked."),
    ],
)
def test_who_is_not_on_the_board_is_told_why(boards, alice, give, member_named, client_of, committing, change, words):
    with committing():
        give(alice)
    assert words in text(client_of(member_named("dora", **change)).get(reverse("points:board")))


def test_an_empty_board_says_how_to_get_on_it(boards, client):
    assert "Nobody has points here yet." in text(client.get(reverse("points:board", args=["day"])))


def test_with_redis_away_the_page_is_served_all_the_same(crowd, client, settings):
    settings.REDIS_DATA_URL = "unix:///nowhere/redis.sock"
    response = client.get(reverse("points:board"))

    assert names(response)[:3] == ["m0", "m1", "m2"]


def test_ranks_won_and_lost_since_yesterday_are_shown(alice, bob, give, servers, client):
    yesterday = timezone.now() - timedelta(days=1)
    for member, before, now in ((alice, 2, 0), (bob, 1, 2)):
        for _vote in range(before):
            give(member, at=yesterday)
        for _vote in range(now):
            give(member)
    publishing.rebuild()

    assert "up 1" in text(client.get(reverse("points:board", args=["all"]))).replace("▲ ", "")


def test_a_tags_board_shows_its_members_only(alice, bob, give, client):
    tag = Tag.objects.create(name="c++")
    give(alice, scopes=[f"tag:{tag.pk}"])
    give(bob)
    response = client.get(reverse("points:board", args=["week", "tag", "c++"]))

    assert names(response) == ["alice"]
    assert "Leaderboard: c++" in text(response)


def test_a_tags_board_costs_one_query_more_when_warm(alice, give, warm, client, django_assert_num_queries):
    tag = Tag.objects.create(name="c++")
    give(alice, scopes=[f"tag:{tag.pk}"])
    address = reverse("points:board", args=["week", "tag", "c++"])
    client.get(address)
    with django_assert_num_queries(3):
        client.get(address)


def test_a_synonym_leads_to_the_board_of_its_tag(alice, give, client):
    tag = Tag.objects.create(name="python")
    Tag.objects.create(name="py", synonym_of=tag)
    give(alice, scopes=[f"tag:{tag.pk}"])

    assert names(client.get(reverse("points:board", args=["week", "tag", "py"]))) == ["alice"]


@pytest.mark.parametrize(("reader", "status"), [("alice", 404), ("mod", 200), (None, 404)])
def test_a_categorys_board_is_for_those_who_may_read_it(request, db, client, client_of, reader, status):
    Category.objects.create(name="Staff room", slug="staff-room", readers=Audience.MODERATORS)
    browser = client_of(request.getfixturevalue(reader)) if reader else client

    assert browser.get(reverse("points:board", args=["week", "category", "staff-room"])).status_code == status
    assert ("Staff room" in text(browser.get(reverse("points:scopes")))) == (status == 200)


@pytest.mark.parametrize("path", ["/boards/decade/", "/boards/week/tag/none/", "/boards/week/member/alice/"])
def test_no_such_board_is_not_found(db, client, path):
    assert client.get(path).status_code == 404


def test_categories_and_tags_link_to_their_boards(db, client):
    Tag.objects.create(name="c++", topic_count=2)
    response = client.get(reverse("points:scopes"), {"period": "month"})

    assert reverse("points:board", args=["month", "tag", "c++"]) in response.content.decode()
    assert client.get(reverse("points:scopes"), {"period": "decade"}).status_code == 404


class TestAccount:
    @pytest.fixture
    def account(self, alice, bob, give):
        """Alice's answer was voted up and accepted, and the vote withdrawn."""
        post = builders.answer(builders.topic(author=bob, title="Why is it slow"), author=alice)
        about = {"source": ("post", post.pk)}
        give(alice, "answer_upvoted", key="vote", **about)
        give(alice, "answer_accepted", **about)
        ledger.reverse("vote")
        return reverse("points:mine", args=["alice"])

    def test_each_entry_says_why_and_links_to_its_cause(self, account, alice, client_of):
        response = client_of(alice).get(account)
        page = text(response)

        assert "Answer accepted" in page
        assert "Taken back: Answer voted up" in page
        assert "(taken back since)" in page
        assert "Why is it slow" in page
        balances = [line.balance for line in response.context["page"].lines]
        assert balances == [21, 31, 16, 6, 1]  # vote back, accepted, vote, first post, joined

    def test_one_rule_can_be_chosen(self, account, alice, client_of):
        response = client_of(alice).get(account, {"rule": "answer_upvoted"})

        assert [line.entry.granted for line in response.context["page"].lines] == [-10, 10]

    def test_moderators_see_it_too(self, account, mod, client_of):
        assert len(client_of(mod).get(account).context["page"].lines) == 5

    def test_other_members_see_sums_only(self, account, carol, client_of):
        page = text(client_of(carol).get(account))

        assert "Answer accepted" in page
        assert "Why is it slow" not in page
        assert "Single entries are for the member and moderators." in page

    def test_who_is_not_signed_in_sees_sums_where_the_profile_is_public(self, account, alice, client):
        assert "Answer accepted" in text(client.get(account))
        Member.objects.filter(pk=alice.pk).update(profile_public=False)

        assert client.get(account).status_code == 302

    def test_what_the_cap_cut_is_explained(self, alice, give, client_of):
        for _vote in range(21):
            give(alice)

        page = text(client_of(alice).get(reverse("points:mine", args=["alice"])))
        assert "10 by the rule, but 200 is the most of" in page

    def test_a_long_account_goes_on_with_its_balance(self, alice, give, client_of):
        for _accepted in range(60):
            give(alice, "answer_accepted")
        client = client_of(alice)
        first = client.get(reverse("points:mine", args=["alice"]))
        second = client.get(reverse("points:mine", args=["alice"]), {"after": first.context["page"].after})

        assert [line.balance for line in first.context["page"].lines][:2] == [901, 886]
        assert [line.balance for line in second.context["page"].lines] == [*range(151, 0, -15)]
        assert second.context["page"].after is None

    def test_a_long_account_costs_no_more_queries_than_a_short_one(
        self, account, alice, give, warm, client_of, django_assert_max_num_queries
    ):
        for _accepted in range(60):
            give(alice, "answer_accepted")
        client = client_of(alice)
        client.get(account)
        with django_assert_max_num_queries(8):  # session, member, badge; whose, sums, entries, balance, causes
            client.get(account)

    def test_nobodys_account_is_not_found(self, db, client):
        assert client.get(reverse("points:mine", args=["nobody"])).status_code == 404


def test_how_points_work_is_read_from_the_rows(alice, give, client_of):
    for _accepted in range(4):
        give(alice, "answer_accepted")
    page = text(client_of(alice).get(reverse("points:privileges")))

    assert "Answer voted up at most 200 a day +10" in page
    assert "Voted an answer down −1" in page
    assert "comment ✓ yours 50" in page
    assert "vote down 125" in page


class TestRail:
    def test_the_week_shows_five_and_me(self, crowd, client_of):
        page = client_of(crowd[7]).get(reverse("points:privileges")).content.decode()
        rows = re.findall(r"<li.*?</li>", page.split('class="rank num"')[1].split("</ol>")[0], re.DOTALL)

        assert len(rows) == 6
        assert "20 to #1" in rows[5]

    def test_among_the_five_i_stand_once(self, crowd, client_of):
        page = client_of(crowd[1]).get(reverse("points:privileges")).content.decode()

        assert page.split('class="rank num"')[1].split("</ol>")[0].count("<li") == 5

    def test_when_warm_it_costs_no_query(self, crowd, client_of, django_assert_num_queries):
        client = client_of(crowd[7])
        client.get(reverse("points:privileges"))
        with django_assert_num_queries(4):  # session, member, badge; the rules
            client.get(reverse("points:privileges"))

    def test_without_points_in_the_week_there_is_none(self, boards, client):
        assert 'class="rank num"' not in client.get(reverse("points:privileges")).content.decode()
