"""Segments by one pass over the events, against counting by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from hypothesis import HealthCheck, given, settings

from community.members.models import Member
from events.engine import reading
from growth.segments import counting
from growth.segments.evaluating import Ask, evaluate
from growth.segments.vocabulary import read
from tests.growth.retention.told import Told, at, snapshot
from tests.growth.segments import oracle
from tests.growth.segments.definitions import AS_OF, STRANGERS, definition, history, seeds

IDS = (101, 102, 103)


@pytest.fixture
def cast(db):
    """Three members of whom this is known; a fourth is staff and nowhere."""
    joined = [datetime(2026, 3, 1, tzinfo=UTC), AS_OF - timedelta(days=10), AS_OF - timedelta(days=10, microseconds=1)]
    for pk, when, points, language in zip(IDS, joined, (1, 7, 10), ("", "en", "zh-hans"), strict=True):
        row = Member(pk=pk, username=f"m{pk}", date_joined=when, points_total=points, language=language)
        row.is_moderator = pk == IDS[1]
        Member.objects.bulk_create([row])
    EmailAddress.objects.create(user_id=IDS[0], email="a@example.org", verified=True)
    EmailAddress.objects.create(user_id=IDS[1], email="b@example.org", verified=False)
    Member.objects.bulk_create([Member(pk=104, username="boss", is_staff=True)])
    facts = ("points", "moderator", "email_verified", "chosen_language", "joined")
    told = zip((1, 7, 10), (False, True, False), (True, False, False), ("", "en", "zh-hans"), joined, strict=True)
    return {pk: dict(zip(facts, row, strict=True)) for pk, row in zip(IDS, told, strict=True)}


def found(wanted, told, *, who="members"):
    with reading(as_of=AS_OF, snapshot=snapshot(told, staff={104})) as reader:
        rows = evaluate(reader, {at: Ask(read(one), who) for at, one in enumerate(wanted)})
    return [rows[at].tolist() for at in range(len(wanted))]


def expected(meant, told, cast, who="members"):
    seen = [one for one in told if one.at < AS_OF and one.person != 104]
    people = {*cast, *(one.person for one in seen)}
    kept = {"members": lambda p: p > 0, "visitors": lambda p: p < 0, "everyone": bool}[who]
    known = {person: dict(cast.get(person, {})) for person in people}
    for one in sorted(seen, key=lambda one: one.at, reverse=True):
        known[one.person]["first_seen"] = one.at
    return sorted(p for p in people if kept(p) and oracle.holds(meant, p, seen, known[p], AS_OF))


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rng=seeds)
def test_a_segment_holds_those_whom_its_definition_means(cast, rng):
    check(cast, rng)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rng=seeds)
def test_a_segment_holds_those_whom_its_definition_means_again_and_again(cast, rng):
    check(cast, rng)


def check(cast, rng):
    wanted = [definition(rng) for _ in range(40)]
    told = history(rng, (*IDS, 104, *STRANGERS))
    who = rng.choice(["members", "visitors", "everyone"])
    for meant, got in zip(wanted, found(wanted, told, who=who), strict=True):
        assert got == expected(meant, told, cast, who), meant


@settings(max_examples=1, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rng=seeds)
def test_many_in_one_pass_are_the_same_as_one_by_one(cast, rng):
    told, wanted = history(rng, (*IDS, *STRANGERS)), [definition(rng) for _ in range(6)]
    assert found(wanted, told) == [found([one], told)[0] for one in wanted]


@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rng=seeds)
def test_persons_taken_a_few_at_a_time_and_filters_in_several_passes_change_nothing(cast, rng):
    told, wanted = history(rng, (*IDS, *STRANGERS)), [definition(rng) for _ in range(12)]
    before = found(wanted, told)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "CELLS_AT_ONCE", 3)
        patch.setattr(counting, "MOST_FILTERS", 2)
        assert found(wanted, told) == before


def test_answered_twice_in_two_weeks_and_not_seen_for_one(cast):
    def answer(person: int, day: str) -> Told:
        return Told(person, "answer_posted", at(day))

    told = [
        answer(101, "2026-03-19T00:00"),
        answer(101, "2026-03-20T00:00"),
        *(answer(102, f"2026-03-{day}T00:00") for day in (19, 20)),
        Told(102, "page_viewed", at("2026-03-31T00:00")),
        answer(103, "2026-03-20T00:00"),
        Told(101, "vote_received", at("2026-03-31T00:00")),  # happens to whom it happens, there or not
        Told(101, "exposed", at("2026-03-31T00:00")),  # in a task, say
    ]
    meant = {
        "all": [
            {"event": "answer_posted", "at_least": 2, "within_days": 14},
            {"not": {"event": "seen", "within_days": 7}},
        ]
    }
    assert found([meant], told) == [[101]]


def test_without_any_event_the_members_are_still_there(cast):
    nobody = {"event": "answer_posted"}
    assert found([nobody, {"not": nobody}], []) == [[], [101, 102, 103]]


def test_a_day_ends_in_the_sites_time_zone(cast, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    midnight = at("2026-03-10T00:00", "Asia/Shanghai")
    told = [Told(101, "answer_posted", midnight), Told(102, "answer_posted", midnight - timedelta(microseconds=1))]
    since = {"event": "answer_posted", "since": "2026-03-10"}
    assert found([since, {"event": "answer_posted", "until": "2026-03-10"}], told) == [[101], [102]]
