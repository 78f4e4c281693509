"""Laws of assignment, over many units: by big samples with fixed seeds, and for any seed and weights."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, chisquare

from experiments import evaluation
from experiments.bucketing import bucket, bucketer
from experiments.evaluation import Context, compile, evaluate

UNITS = 100_000
seeds = st.text("abcdef0123456789", min_size=1, max_size=32)
shares = st.integers(0, 10_000)
weights = st.lists(st.integers(1, 100), min_size=2, max_size=5)
unit_ids = st.integers(-(2**53), 2**53).filter(bool).map(str)


def program(seed="s", *, coverage=10_000, weights=(1, 1), **rule):
    count = len(weights)
    said = {
        "key": "exp",
        "variations": list(range(count)),
        "weights": [weight / sum(weights) for weight in weights],
        "coverage": coverage / 10_000,
        "seed": seed,
        "hashVersion": 2,
        **rule,
    }
    return compile({"features": {"flag": {"defaultValue": None, "rules": [said]}}})


def drawn(program, units):
    """Each unit's variation, None of those who are not asked."""
    return [evaluate(program, {"id": unit}, "flag").variation for unit in units]


def members(count=UNITS):
    return [str(number) for number in range(1, count + 1)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["members", "visitors"])
def test_numbers_are_uniform(kind):
    dice = random.Random(5)  # noqa: S311
    units = members() if kind == "members" else [str(-dice.randrange(1, 2**53)) for _ in range(UNITS)]
    for seed in ("one", "another", "a-third"):
        number = bucketer(seed, 2)
        cells = [0] * 100
        for unit in units:
            cells[int(number(unit) * 100)] += 1
        assert chisquare(cells).pvalue > 1e-4


@pytest.mark.slow
def test_variations_have_their_weights():
    cells = [0, 0, 0]
    for variation in drawn(program("w", weights=(1, 2, 5)), members()):
        cells[variation] += 1
    assert chisquare(cells, [UNITS / 8, UNITS / 4, UNITS * 5 / 8]).pvalue > 1e-4


def crossed(one, other, units):
    table = [[0, 0], [0, 0]]
    for left, right in zip(drawn(one, units), drawn(other, units), strict=True):
        if left is not None and right is not None:
            table[left][right] += 1
    return table


@pytest.mark.slow
def test_experiments_with_different_seeds_are_independent():
    """Those of two layers, and of two phases of one experiment."""
    units = members(40_000)
    for number in range(3):
        table = crossed(program(f"layer-{number}"), program(f"other-{number}"), units)
        assert chi2_contingency(table).pvalue > 1e-4
        assert sum(map(sum, table)) == len(units)


@pytest.mark.slow
def test_who_has_a_range_of_a_layer_is_no_other_in_another_layer():
    def leased(seed, low, high):
        return {"filters": [{"seed": seed, "attribute": "id", "hashVersion": 2, "ranges": [[low, high]]}]}

    one, other = program("a", **leased("first", 0.2, 0.7)), program("b", **leased("second", 0, 0.5))
    units = members(40_000)
    inside = [[0, 0], [0, 0]]
    for left, right in zip(drawn(one, units), drawn(other, units), strict=True):
        inside[left is None][right is None] += 1
    assert chi2_contingency(inside).pvalue > 1e-4
    assert chi2_contingency(crossed(one, other, units)).pvalue > 1e-4


@settings(max_examples=60, deadline=None)
@given(seed=seeds, less=shares, more=shares, weights=weights, units=st.lists(unit_ids, min_size=1, max_size=40))
def test_nobody_changes_when_coverage_grows(seed, less, more, weights, units):
    less, more = sorted((less, more))
    before = drawn(program(seed, coverage=less, weights=weights), units)
    after = drawn(program(seed, coverage=more, weights=weights), units)
    assert all(old in (None, new) for old, new in zip(before, after, strict=True))


@settings(max_examples=60, deadline=None)
@given(layer=seeds, cuts=st.lists(shares, min_size=2, max_size=6, unique=True), unit=unit_ids)
def test_of_disjoint_ranges_of_one_layer_a_unit_is_in_one_at_most(layer, cuts, unit):
    cuts.sort()
    asked = []
    for low, high in zip(cuts, cuts[1:], strict=False):
        filters = [{"seed": layer, "hashVersion": 2, "ranges": [[low / 10_000, high / 10_000]]}]
        asked.append(drawn(program(f"{low}", filters=filters), [unit])[0] is not None)
    number = bucket(layer, unit, 2) * 10_000
    assert sum(asked) == (cuts[0] <= round(number) < cuts[-1])


@settings(max_examples=60, deadline=None)
@given(seed=seeds, other=seeds, share=st.integers(1, 5000), unit=unit_ids)
def test_whoever_is_held_out_is_asked_by_none_and_all_others_are(seed, other, share, unit):
    filters = [{"seed": seed, "hashVersion": 2, "ranges": [[share / 10_000, 1]]}]
    is_out = bucket(seed, unit, 2) < share / 10_000
    assert (drawn(program(other, filters=filters), [unit]) == [None]) is is_out


@settings(max_examples=60, deadline=None)
@given(seed=seeds, weights=weights, units=st.lists(unit_ids, min_size=1, max_size=20))
def test_what_is_remembered_is_what_would_be_computed(seed, weights, units):
    remembering = program(seed, weights=weights)
    first = drawn(remembering, units)
    assert drawn(remembering, units) == first
    assert [drawn_in_full(remembering, {"id": unit}).variation for unit in units] == first
    assert [evaluate(program(seed, weights=weights), {"id": unit}, "flag").variation for unit in units] == first


def drawn_in_full(program, attributes):
    """Where another experiment is forced, each rule is looked at without what is remembered."""
    return Context(program, attributes, forcedVariations={"another": 1}).flag("flag")


ranges = st.lists(shares, min_size=2, max_size=2).map(lambda both: [one / 10_000 for one in sorted(both)])
filters = st.lists(
    st.builds(
        lambda seed, given, attribute: {"seed": seed, "ranges": [given], "attribute": attribute},
        seeds,
        ranges,
        st.sampled_from(["id", "visitor"]),
    ),
    max_size=2,
)
rules = st.one_of(
    st.builds(lambda share, seed: {"force": "forced", "coverage": share / 10_000, "seed": seed}, shares, seeds),
    st.builds(lambda given: {"force": "ranged", "range": given, "hashVersion": 2}, ranges),
    st.builds(lambda country: {"force": "all", "condition": {"country": country}}, st.sampled_from(["NZ", "CN"])),
    st.builds(
        lambda count, share, seed, status: {
            "key": "exp",
            "variations": list(range(count)),
            "coverage": share / 10_000,
            "seed": seed,
            "hashVersion": 2,
            "status": status,
            "meta": [{"key": "a", "passthrough": share % 2 == 0}],
        },
        st.integers(1, 4),
        shares,
        seeds,
        st.sampled_from(["running", "draft", "stopped"]),
    ),
    st.just({"key": "spaced", "variations": [0, 1], "namespace": ["page", 0.2, 0.7]}),
)


@settings(max_examples=80, deadline=None)
@given(
    given=st.lists(st.tuples(rules, filters), max_size=4),
    unit=st.one_of(unit_ids, st.integers(-99, 99), st.none()),
    visitor=st.one_of(unit_ids, st.none()),
)
def test_the_short_way_and_the_long_one_say_the_same(given, unit, visitor):
    said = [{**rule, "filters": filters} if filters else rule for rule, filters in given]
    flag = compile({"features": {"flag": {"defaultValue": "else", "rules": said}}})
    attributes = {"id": unit, "visitor": visitor, "country": "NZ"}
    wanted = drawn_in_full(flag, attributes)
    for _time in range(2):
        found = evaluate(flag, attributes, "flag")
        assert (found.value, found.source, found.trial) == (wanted.value, wanted.source, wanted.trial)


@settings(max_examples=40, deadline=None)
@given(old=seeds, new=seeds, unit=unit_ids)
def test_what_stuck_stays_whatever_the_seed(old, new, unit):
    rule = {"fallbackAttribute": "visitor", "meta": [{"key": "a"}, {"key": "b"}]}
    context = Context(program(old, **rule), {"id": unit}, stickyBucketAssignmentDocs=[])
    before = context.flag("flag").variation
    again = Context(program(new, coverage=0, **rule), {"id": unit}, stickyBucketAssignmentDocs=context.documents)
    assert again.flag("flag").variation == before
    anew = program(new, **{**rule, "bucketVersion": 1, "minBucketVersion": 1})
    blocked = Context(anew, {"id": unit}, stickyBucketAssignmentDocs=context.documents)
    assert blocked.flag("flag").variation is None  # assigned under a version that is no longer good


def test_a_memory_that_is_full_begins_anew(monkeypatch):
    monkeypatch.setattr(evaluation, "REMEMBERED", 10)
    small = program("s")
    assert drawn(small, members(25)) == drawn(program("s"), members(25))
    assert 0 < len(small.memory) <= 10
