"""Whatever is awarded and reversed in whatever order, the ledger comes to what the rules say."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.members.models import Member
from community.points import ledger
from community.points.models import JOINED, Entry, PointsDay
from community.points.verifying import verify

START = datetime(2026, 5, 1, 8, tzinfo=UTC)
RULES = ["question_upvoted", "answer_upvoted", "answer_downvoted", "answer_accepted", "share"]
CAPS = {"votes": 200, "share": 10}

award = st.tuples(st.just("award"), st.sampled_from(RULES), st.integers(0, 2), st.integers(1, 13))
reversal = st.tuples(st.just("reverse"), st.integers(0, 400))
acts = st.lists(st.one_of(award, award, reversal), max_size=12)


def play(member, acts):
    keys = []
    for number, (act, *what) in enumerate(acts):
        if act == "award":
            rule, day, times = what
            for time in range(times):
                keys.append(f"act:{number}:{time}")
                at = START + timedelta(days=day, seconds=len(keys))
                ledger.award(
                    rule, member_id=member.pk, source=("post", 1), key=keys[-1], at=at, scopes=[f"tag:{number % 2}"]
                )
        elif keys:
            ledger.reverse(keys[what[0] % len(keys)], at=START + timedelta(days=9))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts)
def test_ledger_balance_and_days_agree_after_any_sequence(member_named, acts):
    member = member_named(f"m{Member.objects.count()}")
    play(member, acts)

    entries = list(Entry.objects.filter(member=member).select_related("rule"))
    member.refresh_from_db()
    assert member.points == max(1, sum(entry.granted for entry in entries))

    raw, granted = defaultdict(int), defaultdict(int)
    for entry in entries:
        raw[entry.day, entry.pool] += entry.raw
        granted[entry.day, entry.pool] += entry.granted
    assert granted == {(day, pool): min(raw[day, pool], CAPS.get(pool, raw[day, pool])) for day, pool in raw}

    counted = sum(entry.granted for entry in entries if entry.rule.name != JOINED)
    assert sum(PointsDay.objects.filter(member=member, scope="site").values_list("points", flat=True)) == counted
    assert verify(boards=False).differences == 0
