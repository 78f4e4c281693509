import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from community.members.models import Member
from community.points import ledger, rules
from community.points.models import Entry, Rule

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def replay(db, capsys):
    """Run the command with JSON; what it printed."""

    def run(name, *options):
        call_command("replay_points", "--rules", str(name), "--dry-run", "--format", "json", *options)
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def history(alice, bob, carol, give):
    Member.objects.filter(pk=alice.pk).update(imported_from="elsewhere", imported_id=77)
    for number in range(3):
        give(alice, "question_upvoted", at=NOON, key=f"q{number}")
    for _vote in range(19):
        give(alice, "answer_upvoted", at=NOON)  # with the questions 220 raw, 200 granted
    give(alice, "question_upvoted", at=NOON + timedelta(days=1))
    give(bob, "answer_accepted")
    give(bob, "first_post")
    give(carol, "answer_downvoted")


@pytest.mark.usefixtures("history")
def test_each_day_is_capped_anew_under_the_other_rules(replay, alice):
    # 3 × 5 + 19 × 10 = 205 is still cut to 200; the next day's question gives 5 instead of 10.
    moved = replay("stackexchange-2018")["members"]

    assert {"member": alice.pk, "source_id": 77, "now": 211, "then": 206} in moved


@pytest.mark.usefixtures("history")
def test_rules_that_the_other_set_lacks_give_nothing(replay, bob):
    assert replay("stackexchange") == {
        "moved": 1,
        "members": [{"member": bob.pk, "source_id": None, "now": 21, "then": 16}],
    }


@pytest.mark.usefixtures("history")
def test_under_the_same_rules_nobody_moves(replay):
    assert replay("default") == {"moved": 0, "members": []}


@pytest.mark.usefixtures("history")
def test_all_lists_those_who_stay_with_the_floor_of_one(replay, carol):
    found = replay("default", "--all")

    assert found["moved"] == 0
    assert len(found["members"]) == 3
    assert {"member": carol.pk, "source_id": None, "now": 1, "then": 1} in found["members"]


@pytest.mark.usefixtures("history")
def test_what_was_reversed_counts_under_no_rules(replay, alice):
    for number in range(3):
        ledger.reverse(f"q{number}")

    found = {member["member"]: member for member in replay("stackexchange-2018", "--all")["members"]}
    assert (found[alice.pk]["now"], found[alice.pk]["then"]) == (201, 196)


@pytest.mark.usefixtures("history")
def test_a_revised_rule_shows_whom_it_would_have_moved(replay, bob):
    rules.revise(Rule.objects.active().get(name="answer_accepted"), points=20, by=bob)

    assert replay("default")["members"] == [{"member": bob.pk, "source_id": None, "now": 21, "then": 26}]


@pytest.mark.usefixtures("history")
def test_a_file_of_rules_is_a_set(replay, tmp_path, alice, bob):
    path = tmp_path / "rules.json"
    votes = {"points": 20, "pool": "votes", "cap": 50}
    path.write_text(json.dumps({"joined": {"points": 1}, "question_upvoted": votes, "answer_upvoted": votes}))

    then = {member["member"]: member["then"] for member in replay(path)["members"]}
    assert then == {alice.pk: 1 + 50 + 20, bob.pk: 1}


@pytest.mark.usefixtures("history")
def test_nothing_is_written(replay):
    before = (Entry.objects.count(), dict(Member.objects.values_list("pk", "points_total")))
    replay("stackexchange-2018")

    assert (Entry.objects.count(), dict(Member.objects.values_list("pk", "points_total"))) == before


@pytest.mark.usefixtures("history")
def test_as_text_the_greatest_change_comes_first(capsys, alice, bob):
    call_command("replay_points", "--rules", "stackexchange-2018", "--dry-run")

    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"member {alice.pk}: 211 -> 206 (-5)", f"member {bob.pk}: 21 -> 16 (-5)", "2 would move"]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"a": 5}',
        '{"a": {"points": "5"}}',
        '{"a": {"points": true}}',
        '{"a": {"points": 5, "cap": 10}}',
        '{"a": {"points": -5, "pool": "p", "cap": 10}}',
        '{"a": {"points": 5, "colour": 1}}',
    ],
)
def test_a_bad_file_is_one_line_and_exit_2(db, tmp_path, capsys, text):
    path = tmp_path / "rules.json"
    path.write_text(text)
    with pytest.raises(SystemExit) as stopped:
        call_command("replay_points", "--rules", str(path), "--dry-run")

    assert stopped.value.code == 2
    output = capsys.readouterr()
    assert (output.out, output.err.count("\n")) == ("", 1)


def test_an_unknown_set_is_exit_2(db, capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command("replay_points", "--rules", "nowhere", "--dry-run")

    assert stopped.value.code == 2
    assert "stackexchange-2018" in capsys.readouterr().err


def test_without_dry_run_nothing_is_replayed(db, capsys):
    with pytest.raises(SystemExit) as stopped:
        call_command("replay_points", "--rules", "default")

    assert stopped.value.code == 2
    assert "preview" in capsys.readouterr().err
