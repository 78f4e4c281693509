"""What is done to a flag: checked as a whole, kept with who and why, published, taken back."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from experiments.flags import changing
from experiments.flags.describing import describe
from experiments.models import Edition, Environment, Experiment, Flag, FlagChange, Publication, Variation

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora(member_named):
    return member_named("dora")


def body(name: str, environment: str = "production"):
    return Publication.objects.filter(environment__key=environment, flag=name).values_list("body", flat=True).first()


def rule(value, **fields):
    return {"value": value, **fields}


def test_a_new_flag_is_live_where_the_site_is_and_published(dora):
    flag = changing.create("composer", by=dora, why="To try it.")
    assert (flag.lifecycle, flag.superusers) == ("live", False)
    assert body("composer")["defaultValue"] is False
    made = flag.changes.get()
    assert (made.by, made.act, made.why, made.before) == (dora, "created", "To try it.", None)
    assert made.after == describe(flag)
    assert made.after["environments"] == ["production"]


def test_a_flag_without_an_environment_is_a_draft_that_nobody_is_told_of(dora):
    flag = changing.create("composer", by=dora, environments=[])
    assert (flag.lifecycle, body("composer")) == ("draft", None)
    changing.change(flag, by=dora, environments=["production"])
    assert flag.lifecycle == "live"
    assert body("composer") is not None


def test_a_change_keeps_the_whole_flag_before_and_after(dora):
    flag = changing.create("limit", kind="number", off_value=1, by=dora)
    before = describe(flag)
    changing.change(flag, by=dora, why="More.", note="Of pages", users=[dora], rules=[rule(2), rule(3, coverage=500)])
    made = flag.changes.first()
    assert (made.before, made.after) == (before, describe(flag))
    assert [one["value"] for one in made.after["rules"]] == [2, 3]
    assert (made.after["users"], flag.note) == ([dora.pk], "Of pages")


def test_what_changes_nothing_is_no_change(dora):
    flag = changing.create("composer", by=dora, rules=[rule(True, condition={"country": "DE"})])
    version = Edition.objects.get(environment__key="production").version
    changing.change(flag, by=dora, note="", rules=[rule(True, condition={"country": "DE"})])
    assert flag.changes.count() == 1
    assert Edition.objects.get(environment__key="production").version == version


def test_one_and_its_float_are_two_values(dora):
    flag = changing.create("limit", kind="number", off_value=1, by=dora)
    changing.change(flag, by=dora, off_value=1.0)
    assert repr(body("limit")["defaultValue"]) == "1.0"
    changing.revert(flag.changes.first(), by=dora, why="Whole.")
    assert repr(Flag.objects.get().off_value) == "1"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"off_value": "no"}, "off_value"),
        ({"on_value": 1}, "on_value"),
        ({"kind": "colour"}, "kind"),
        ({"schema": {"type": "nothing"}}, "schema"),
        ({"kind": "string", "off_value": "a", "on_value": "b", "percent": 5}, "percent"),
        ({"percent": "100.5"}, "percent"),
        ({"percent": -1}, "percent"),
        ({"environments": ["moon"]}, "environments"),
        ({"users": [0]}, "users"),
        ({"lifecycle": "born"}, "lifecycle"),
        ({"rules": [{"value": 3}]}, "rules"),
        ({"rules": [{"value": True, "condition": {"a": {"$nope": 1}}}]}, "rules"),
        ({"rules": [{"value": True, "segments": ["not a slug"]}]}, "rules"),
        ({"rules": [{"value": True, "environments": ["moon"]}]}, "rules"),
        ({"rules": [{"value": True, "coverage": 10_001}]}, "rules"),
        ({"rules": [{"value": True, "prerequisites": [{"flag": "moon", "condition": {}}]}]}, "rules"),
        ({"rules": [{"value": True, "prerequisites": [{"flag": "composer"}]}]}, "rules"),
        ({"rules": [{"value": True, "prerequisites": {"flag": "composer"}}]}, "rules"),
    ],
)
def test_what_would_not_be_sound_is_refused_beside_its_field_and_nothing_is_written(dora, fields, field):
    flag = changing.create("composer", by=dora)
    before = describe(flag)
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        changing.change(flag, by=dora, **fields)
    assert list(refused.value.message_dict) == [field]
    assert describe(Flag.objects.get(pk=flag.pk)) == before
    assert flag.changes.count() == 1


@pytest.mark.parametrize("name", ["", "a/b", "Composer", "-a", "ä", "a" * 101, "a\n"])
def test_a_name_fits_an_address(dora, name):
    with pytest.raises(ValidationError) as refused, transaction.atomic():
        changing.create(name, by=dora)
    assert "name" in refused.value.message_dict


def test_a_name_is_of_one_flag_and_stays(dora):
    flag = changing.create("composer", by=dora)
    for wrong in (lambda: changing.create("composer", by=dora), lambda: changing.change(flag, by=dora, name="other")):
        with pytest.raises(ValidationError) as refused, transaction.atomic():
            wrong()
        assert "name" in refused.value.message_dict


def test_a_rule_ends_after_it_starts(dora):
    now = timezone.now()
    with pytest.raises(ValidationError, match="ends after it starts"):
        changing.create("composer", by=dora, rules=[rule(True, starts_at=now, ends_at=now - timedelta(hours=1))])


def test_flags_may_ask_each_other_but_not_in_a_circle(dora):
    first = changing.create("first", by=dora)
    on = {"value": True}
    changing.create("second", by=dora, rules=[rule(True, prerequisites=[{"flag": "first", "condition": on}])])
    changing.create("third", by=dora, rules=[rule(True, prerequisites=[{"flag": "second", "condition": on}])])
    with pytest.raises(ValidationError, match="first → third → second → first"):
        changing.change(first, by=dora, rules=[rule(True, prerequisites=[{"flag": "third", "condition": on}])])
    with pytest.raises(ValidationError, match="first → first"):
        changing.change(first, by=dora, rules=[rule(True, prerequisites=[{"flag": "first", "condition": on}])])


def test_an_experiments_values_fit_the_flag_that_it_is_on(dora):
    flag = changing.create("copy", kind="string", off_value="a", by=dora)
    experiment = Experiment.objects.create(key="copy-1", name="Copy", flag=flag)
    Variation.objects.create(experiment=experiment, index=0, key="a", name="A", value="a")
    changing.change(flag, by=dora, rules=[{"experiment": experiment}])
    assert flag.rules.get().experiment == experiment
    with pytest.raises(ValidationError, match="A: Does not fit the schema"), transaction.atomic():
        changing.change(flag, by=dora, schema={"maxLength": 0}, off_value="", on_value="")
    other = changing.create("other", kind="string", off_value="a", by=dora)
    with pytest.raises(ValidationError, match="on another flag"):
        changing.change(other, by=dora, rules=[{"experiment": experiment}])


def test_an_experiment_that_runs_keeps_its_rule(dora):
    flag = changing.create("copy", by=dora)
    experiment = Experiment.objects.create(key="copy-1", name="Copy", flag=flag)
    changing.change(flag, by=dora, rules=[{"experiment": experiment}])
    entered = flag.changes.first()
    Experiment.objects.update(status="running", started_at=timezone.now())
    for wrong in (
        lambda: changing.change(flag, by=dora, rules=[]),
        lambda: changing.revert(entered, by=dora, why="No."),
    ):
        with pytest.raises(ValidationError, match="copy-1 runs"), transaction.atomic():
            wrong()


def test_a_killed_flag_is_off_with_its_rules_kept_and_comes_back(dora):
    flag = changing.create("composer", by=dora, rules=[rule(True)])
    standing = body("composer")
    changing.kill(flag, by=dora, why="Pages fail.")
    assert body("composer") == {"defaultValue": False} or not body("composer").get("rules")
    assert flag.rules.count() == 1
    changing.revive(flag, by=dora, why="Mended.")
    assert body("composer") == standing
    assert list(flag.changes.values_list("act", "why")) == [
        ("revived", "Mended."),
        ("killed", "Pages fail."),
        ("created", ""),
    ]


@pytest.mark.parametrize("verb", [changing.kill, changing.revive, changing.archive])
def test_an_act_of_weight_says_why(dora, verb):
    flag = changing.create("composer", by=dora)
    with pytest.raises(ValidationError, match="Say why"):
        verb(flag, by=dora, why=" ")


def test_an_archived_flag_is_told_to_nobody(dora):
    flag = changing.create("composer", by=dora)
    changing.archive(flag, by=dora, why="Its code is gone.")
    assert (flag.lifecycle, body("composer"), list(flag.environments.all())) == ("archived", None, [])


def test_a_flag_that_others_depend_on_or_an_experiment_runs_on_is_not_archived(dora):
    flag = changing.create("first", by=dora)
    second = changing.create(
        "second", by=dora, rules=[rule(True, prerequisites=[{"flag": "first", "condition": {"value": True}}])]
    )
    with pytest.raises(ValidationError, match="second depend on it"):
        changing.archive(flag, by=dora, why="Done.")
    Experiment.objects.create(key="e", name="E", flag=second, status="running", started_at=timezone.now())
    with pytest.raises(ValidationError, match="An experiment runs"):
        changing.archive(second, by=dora, why="Done.")


def test_a_change_is_taken_back_and_that_too(dora):
    soon = datetime(2030, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    flag = changing.create("composer", by=dora, percent="12.5", expires_on=date(2030, 1, 1), users=[dora])
    first = describe(flag)
    rules = [rule(True, starts_at=soon, condition={"a": 1}, coverage=9)]
    changing.change(flag, by=dora, percent=None, expires_on=None, users=[], rules=rules)
    second = describe(flag)
    changing.revert(flag.changes.first(), by=dora, why="It was wrong.")
    assert describe(Flag.objects.get(pk=flag.pk)) == first
    taken = flag.changes.first()
    assert (taken.act, taken.reverts.act) == ("taken back", "changed")
    changing.revert(taken, by=dora, why="It was right.")
    assert describe(Flag.objects.get(pk=flag.pk)) == second


def test_taking_back_leaves_what_others_changed_since(dora):
    flag = changing.create("composer", by=dora)
    changing.change(flag, by=dora, note="Old")
    noted = flag.changes.first()
    changing.change(flag, by=dora, rules=[rule(True)])
    changing.revert(noted, by=dora, why="No.")
    assert (flag.note, flag.rules.count()) == ("", 1)


def test_a_creation_is_not_taken_back(dora):
    flag = changing.create("composer", by=dora)
    with pytest.raises(ValidationError, match="archive"):
        changing.revert(flag.changes.get(), by=dora, why="No.")


def test_an_archived_flag_is_brought_back_where_it_was_live(dora):
    Environment.objects.create(key="staging", name="Staging")
    flag = changing.create("composer", by=dora, environments=["production", "staging"])
    changing.archive(flag, by=dora, why="Done.")
    changing.revert(flag.changes.first(), by=dora, why="Not done.")
    assert flag.lifecycle == "live"
    assert body("composer") is not None
    assert describe(flag)["environments"] == ["production", "staging"]


def test_taking_back_what_no_longer_holds_is_refused(dora):
    first = changing.create("first", by=dora)
    second = changing.create(
        "second", by=dora, rules=[rule(True, prerequisites=[{"flag": "first", "condition": {"value": True}}])]
    )
    changing.change(second, by=dora, rules=[])
    changing.archive(first, by=dora, why="Gone.")
    with pytest.raises(ValidationError, match="no flag first"):
        changing.revert(second.changes.first(), by=dora, why="Back.")


def test_history_is_not_rewritten(dora):
    made = changing.create("composer", by=dora).changes.get()
    for wrong in (lambda: FlagChange.objects.update(why="x"), lambda: FlagChange.objects.filter(pk=made.pk).delete()):
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            wrong()


def test_the_database_refuses_what_the_verbs_would(dora):
    with pytest.raises(IntegrityError), transaction.atomic():
        Flag.objects.bulk_create([Flag(name="a/b")])
    with pytest.raises(IntegrityError), transaction.atomic():
        Flag.objects.bulk_create([Flag(name="a", kind="string", percent=5)])


def test_a_change_costs_few_queries_whatever_its_rules(dora, django_assert_max_num_queries):
    flag = changing.create("composer", by=dora)
    rules = [rule(True, condition={"n": n}) for n in range(50)]
    with django_assert_max_num_queries(45):
        changing.change(flag, by=dora, rules=rules)
    assert connection.vendor == "postgresql"


@pytest.mark.parametrize("seed", range(3))
def test_whatever_was_done_is_undone_backwards(dora, seed):
    chance = random.Random(seed)
    flag = changing.create("composer", by=dora)
    stood = [describe(flag)]
    for _turn in range(6):
        acts = {
            "note": chance.choice("abc"),
            "percent": chance.choice([None, "5.0", "99.9"]),
            "users": chance.sample([dora], chance.randint(0, 1)),
            "environments": chance.choice([[], ["production"]]),
            "killed_at": chance.choice([None, timezone.now()]),
            "rules": [
                rule(chance.random() < 0.5, coverage=chance.randint(0, 10_000)) for _ in range(chance.randint(0, 3))
            ],
        }
        changing.change(flag, by=dora, **dict(chance.sample(sorted(acts.items()), 3)))
        stood.append(describe(flag))
    made = list(flag.changes.exclude(act="created"))
    for one in made:
        changing.revert(one, by=dora, why="Back.")
        assert describe(flag) == one.before
    assert describe(flag) == stood[0]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_close_no_circle(member_named):
    dora = member_named("dora")
    flags = [changing.create(name, by=dora) for name in ("first", "second")]
    together = threading.Barrier(2)

    def depend(flag: Flag, on: Flag) -> str:
        together.wait()
        try:
            changing.change(
                flag, by=dora, rules=[rule(True, prerequisites=[{"flag": on.name, "condition": {"value": True}}])]
            )
        except ValidationError:
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(depend, flags, reversed(flags)))
    assert sorted(found) == ["done", "refused"]
