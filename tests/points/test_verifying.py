"""A ledger made by the verbs verifies; a planted difference of any kind is found and told."""

import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F

from community.members.models import Member
from community.points import ledger
from community.points.boards import live
from community.points.models import Entry, PointsDay
from community.points.periods import current, site_day
from community.points.recount import recount


@pytest.fixture
def history(alice, bob, boards, give, committing):
    """Votes over the cap, an acceptance taken back, a downvote, on two tags."""
    with committing():
        for number in range(22):
            give(alice, key=f"vote:{number}", scopes=["tag:1"])
        ledger.reverse("vote:3")
        give(alice, "answer_accepted", key="accept", scopes=["tag:2"])
        ledger.reverse("accept")
        give(bob, "question_downvoted")


@pytest.fixture
def verified(history, capsys):
    """Run the command; its exit code and what it printed."""

    def run():
        try:
            call_command("verify_points")
            code = 0
        except SystemExit as stopped:
            code = stopped.code
        return code, json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def plant(history, committing):
    """Write a vote that no verb would, with everything derived in order."""

    def write(**changes):
        entry = Entry.objects.filter(rule__name="answer_upvoted").order_by("pk").first()
        entry.pk, entry.key = None, "planted"
        for name, value in changes.items():
            setattr(entry, name, value)
        entry.save(force_insert=True)
        with committing():
            recount()

    return write


def kinds(found):
    return sorted({detail["kind"] for detail in found["details"]})


def test_what_the_verbs_wrote_has_no_difference(verified):
    code, found = verified()

    assert code == 0
    assert found == {"entries": Entry.objects.count(), "members": 2, "differences": 0, "details": []}


def test_a_changed_balance_is_found(verified, alice):
    Member.objects.filter(pk=alice.pk).update(points_total=F("points_total") + 5)
    code, found = verified()

    assert (code, found["differences"]) == (1, 2)  # the board of all time shows the balance, too
    assert found["details"][0] == {"kind": "balance", "member": alice.pk, "balance": 206, "expected": 201}


@pytest.mark.parametrize("act", ["change", "loss", "invention"])
def test_a_wrong_points_day_is_found(verified, bob, act):
    days = PointsDay.objects.filter(scope="tag:1")
    if act == "change":
        days.update(points=1)
    elif act == "loss":
        days.delete()
    else:
        PointsDay.objects.create(scope="tag:9", day=site_day(), member=bob, points=3)
    code, found = verified()

    assert (code, found["differences"], kinds(found)) == (1, 1, ["points_day"])


def test_a_day_over_its_cap_is_found(verified, plant, alice):
    plant()
    code, found = verified()

    wanted = {"member": alice.pk, "day": str(site_day()), "pool": "votes", "granted": 210, "expected": 200}
    assert found["details"] == [{"kind": "cap", **wanted}]
    assert code == 1


def test_a_day_under_its_cap_is_found(verified, plant, bob):
    plant(member=bob, granted=3)

    assert kinds(verified()[1]) == ["cap"]


def test_an_uncapped_entry_that_grants_something_else_is_found(verified, plant):
    accepted = Entry.objects.get(key="accept")
    plant(rule=accepted.rule, raw=15, granted=14, pool="")

    assert kinds(verified()[1]) == ["granted"]


def test_an_award_that_its_rule_does_not_give_is_found(verified, plant, bob):
    plant(member=bob, raw=12, granted=12)

    assert kinds(verified()[1]) == ["rule"]


def test_a_reversal_that_is_no_mirror_is_found(verified, plant, bob):
    original = Entry.objects.get(key="vote:7")
    plant(raw=-10, granted=-10, reversal_of=original, member=bob)

    assert "reversal" in kinds(verified()[1])


def test_a_member_without_the_first_point_is_found(verified, bob, committing):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered
        cursor.execute("ALTER TABLE points_entry DISABLE TRIGGER points_entry_append_only")
        cursor.execute("DELETE FROM points_entry WHERE key = %s", [f"joined:{bob.pk}"])
        cursor.execute("ALTER TABLE points_entry ENABLE TRIGGER points_entry_append_only")
    with committing():
        recount()

    assert verified()[1]["details"] == [{"kind": "joined", "member": bob.pk}]


def test_a_board_that_differs_is_found(verified, alice, bob, monkeypatch):
    monkeypatch.setattr("community.points.verifying.PAUSE", 0)
    week = current("week").key
    live.client().zadd(live._set_and_mark(week)[0], {live._member(bob.pk): -70})
    code, found = verified()

    assert found["details"] == [{"kind": "board", "member": bob.pk, "board": week, "points": 70, "expected": 0}]
    assert code == 1


def test_without_redis_all_but_the_boards_is_verified(verified, settings, capsys):
    settings.REDIS_DATA_URL = "unix:///nowhere/redis.sock"

    assert verified()[0] == 0


@pytest.mark.slow
def test_a_recount_repairs_balances_days_and_boards(verified, alice, bob, committing):
    Member.objects.filter(pk=alice.pk).update(points_total=7)
    PointsDay.objects.filter(scope="tag:1").update(points=1)
    PointsDay.objects.create(scope="tag:9", day=site_day(), member=bob, points=3)
    assert verified()[0] == 1

    with committing():
        recount()
    assert verified() == (0, {"entries": Entry.objects.count(), "members": 2, "differences": 0, "details": []})
