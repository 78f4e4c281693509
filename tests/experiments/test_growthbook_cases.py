"""The cases of the GrowthBook SDK specification, as they were published."""

import json

import pytest

from experiments import bucketing, conditions, redirects
from experiments.evaluation import Context, compile, evaluate, run

pytestmark = pytest.mark.reference
TRIAL = {
    "variationId": "variation",
    "inExperiment": "in_experiment",
    "hashUsed": "hash_used",
    "hashAttribute": "attribute",
    "hashValue": "unit",
    "bucket": "bucket",
    "key": "key",
    "stickyBucketUsed": "sticky_used",
    "value": "value",
}


@pytest.fixture(scope="module")
def cases(reference):
    return json.loads((reference / "conformance" / "growthbook" / "cases.json").read_text())


def told(trial, expected):
    return {name: getattr(trial, TRIAL[name]) for name in expected if name in TRIAL}


def wanted(expected):
    return {name: value for name, value in expected.items() if name in TRIAL}


def test_conditions_hold_where_they_should(cases):
    found = {case[0]: conditions.evaluate(*case[1:3], *case[4:]) for case in cases["evalCondition"]}
    assert found == {case[0]: case[3] for case in cases["evalCondition"]}


def test_hashes_are_those_of_every_other_client(cases):
    for seed, value, version, expected in cases["hash"]:
        assert bucketing.bucket(seed, value, version) == expected


def test_ranges_follow_weights_and_coverage(cases):
    for name, given, expected in cases["getBucketRange"]:
        assert bucketing.bucket_ranges(*given) == [pytest.approx(one) for one in expected], name
    for count, expected in cases["getEqualWeights"]:
        assert bucketing.equal_weights(count) == pytest.approx(expected)


def test_a_number_chooses_its_variation(cases):
    for name, number, ranges, expected in cases["chooseVariation"]:
        assert bucketing.choose_variation(number, ranges) == expected, name


def test_namespaces_and_addresses(cases):
    for name, unit, namespace, expected in cases["inNamespace"]:
        assert bucketing.in_namespace(unit, namespace) is expected, name
    for name, key, url, count, expected in cases["getQueryStringOverride"]:
        assert bucketing.query_override(key, url, count) == expected, name


def test_flags_have_their_values(cases):
    for name, given, key, expected in cases["feature"]:
        context = {one: value for one, value in given.items() if one not in ("attributes", "features")}
        if context.pop("contextualBandits", None) is not None:
            continue  # contextual bandits are another thing
        found = evaluate({"features": given.get("features", {})}, given.get("attributes", {}), key, **context)
        told_of = (found.value, found.on, found.source, found.rule)
        assert told_of == (expected["value"], expected["on"], expected["source"], expected["ruleId"]), name
        if "experimentResult" in expected:
            assert told(found.trial, expected["experimentResult"]) == wanted(expected["experimentResult"]), name


def test_experiments_by_themselves(cases):
    for name, given, experiment, *expected in cases["run"]:
        context = {one: value for one, value in given.items() if one != "attributes"}
        found = run(experiment, given.get("attributes", {}), **context)
        assert [found.value, found.trial.in_experiment, found.trial.hash_used] == expected, name


def test_assignments_stick(cases):
    for name, given, documents, key, expected, kept in cases["stickyBucket"]:
        context = Context(compile(given), given["attributes"], stickyBucketAssignmentDocs=documents)
        assert told(context.flag(key).trial, expected) == wanted(expected), name
        assert context.documents == kept, name


def test_addresses_are_split(cases):
    for name, given, expected in cases["urlRedirect"]:
        found = redirects.redirects(given["experiments"], given["attributes"], given["url"])
        assert [
            {"inExperiment": one.evaluation.trial.in_experiment, "urlRedirect": one.url, "urlWithParams": one.target}
            for one in found
        ] == expected, name
