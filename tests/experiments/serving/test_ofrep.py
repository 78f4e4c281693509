"""OFREP as a program meets it: answers, and what stock clients trip over (each a test of its own)."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from experiments import asked
from experiments.serving import limits, reading
from tests.experiments import rows

pytestmark = pytest.mark.django_db


def test_the_variation_is_told_with_what_an_exposure_needs(ask, published):
    flag = rows.flag("copy", kind="string", off_value="old", on_value="new")
    asked = rows.experiment("copy-1", values=("a", "b"))
    rows.rule(flag, experiment=asked)
    published(flag)
    answer = ask("copy", {"targetingKey": "7"}).json()
    variation = answer["metadata"]["variation"]
    assert answer == {
        "key": "copy",
        "value": "ab"[variation],
        "reason": "SPLIT",
        "variant": f"v{variation}",
        "metadata": {"experiment": "copy-1", "variation": variation, "phase": asked.phases.get().pk},
    }


@pytest.mark.parametrize(
    ("fields", "rule", "context", "value", "reason", "variant"),
    [
        ({}, None, {}, False, "STATIC", "off"),
        ({"everyone": True}, None, {}, True, "STATIC", "on"),
        ({"everyone": False}, None, {}, False, "STATIC", "off"),
        ({"staff": True}, None, {"staff": True}, True, "TARGETING_MATCH", "on"),
        ({"staff": True}, None, {"staff": False}, False, "TARGETING_MATCH", "off"),
        ({}, {"value": True, "condition": {"plan": "pro"}}, {"plan": "pro"}, True, "TARGETING_MATCH", "rule-{}"),
        ({}, {"value": True, "condition": {"plan": "pro"}}, {}, False, "TARGETING_MATCH", "off"),
        ({"percent": "99.9"}, None, {"targetingKey": "8"}, True, "SPLIT", "on"),
        ({"killed_at": timezone.now(), "everyone": True}, None, {}, False, "DISABLED", "off"),
    ],
)
def test_every_answer_has_its_reason_and_its_variant(ask, published, fields, rule, context, value, reason, variant):
    flag = rows.flag(**fields)
    number = rows.rule(flag, **rule).pk if rule else 0
    published(flag)
    answer = ask(flag.name, context).json()
    assert answer == {"key": flag.name, "value": value, "reason": reason, "variant": variant.format(number)}


def test_a_flag_whose_prerequisite_fails_leaves_the_callers_default(ask, published):
    parent, child = rows.flag(everyone=False), rows.flag()
    rows.rule(child, value=True, prerequisites=[{"flag": parent.name, "condition": {"value": True}, "gate": True}])
    published(parent, child)
    assert ask(child.name, {"targetingKey": "7"}).json() == {"key": child.name, "reason": "DISABLED", "variant": None}


def test_a_float_is_told_as_one(ask, published):
    flag = rows.flag("weight", kind="number", off_value=1.0, on_value=2.5)
    published(flag)
    assert b'"value":1.0' in ask("weight", {}).content


@pytest.mark.parametrize("name", ["nothing", "a/b", "a%2Fb", "..", "%ff", "A B"])
def test_an_unknown_flag_is_told_in_json_whatever_its_name(ask, name):
    response = ask(name, {"targetingKey": "7"})
    assert response.status_code == 404
    assert response.json()["errorCode"] == "FLAG_NOT_FOUND"
    assert response.json()["errorDetails"]


class TestWithoutATargetingKey:
    @pytest.mark.parametrize("context", [None, {}, {"targetingKey": ""}, {"plan": "pro"}])
    def test_a_split_flag_says_that_it_is_missing(self, ask, published, context):
        flag = rows.flag(percent="50")
        published(flag)
        response = ask(flag.name, context)
        assert response.status_code == 400
        assert response.json()["errorCode"] == "TARGETING_KEY_MISSING"
        assert response.json()["errorDetails"]

    def test_a_targeted_flag_answers_the_default(self, ask, published):
        flag = rows.flag()
        rows.rule(flag, value=True, condition={"id": {"$in": ["7"]}})
        published(flag)
        assert ask(flag.name).json()["value"] is False
        assert ask(flag.name, {"targetingKey": "7"}).json()["value"] is True

    def test_a_split_that_is_not_reached_needs_none(self, ask, published):
        flag = rows.flag(percent="50")
        rows.rule(flag, value=True, condition={"plan": "pro"})
        published(flag)
        assert ask(flag.name, {"plan": "pro"}).json()["value"] is True

    def test_a_layer_needs_one_too(self, ask, published):
        flag, asked = rows.flag(), rows.experiment()
        rows.rule(flag, experiment=asked)
        rows.layer("page", lease=(asked, 0, 10_000))
        published(flag)
        assert ask(flag.name).json()["errorCode"] == "TARGETING_KEY_MISSING"

    def test_in_a_bulk_the_others_are_answered(self, ask, published):
        published(split := rows.flag("b", percent="50"), rows.flag("a"), rows.flag("c"))
        found = {one["key"]: one for one in ask().json()["flags"]}
        assert found[split.name]["errorCode"] == "TARGETING_KEY_MISSING"
        assert found["a"]["value"] is found["c"]["value"] is False


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("{", "PARSE_ERROR"),
        (b"\xff", "PARSE_ERROR"),
        ('{"context": NaN}', "PARSE_ERROR"),
        ('{"context": {"targetingKey": "\\ud800"}}', "PARSE_ERROR"),
        ("[" * 5_000, "PARSE_ERROR"),
        ('{"context": {"n": ' + "9" * 5_000 + "}}", "PARSE_ERROR"),
        ("[]", "INVALID_CONTEXT"),
        ('{"context": []}', "INVALID_CONTEXT"),
        ('{"context": null}', "INVALID_CONTEXT"),
        ('{"context": {"targetingKey": 7}}', "INVALID_CONTEXT"),
        ('{"context": {"targetingKey": null}}', "INVALID_CONTEXT"),
        (json.dumps({"context": {"a": "x" * reading.MOST}}), "INVALID_CONTEXT"),
        (json.dumps({"context": {"targetingKey": "x" * 201}}), "INVALID_CONTEXT"),
    ],
)
@pytest.mark.parametrize("name", ["flag", ""])
def test_a_body_that_is_none_is_refused_in_json(ask, published, raw, code, name):
    published(rows.flag("flag"))
    response = ask(name, raw=raw)
    assert response.status_code == 400
    assert response.json()["errorCode"] == code
    assert response.json()["errorDetails"]


@pytest.mark.parametrize("value", [10**400, 1e308 * 10, -0.0, [], {}, [[]], "", None, True, {"$gt": 1}])
def test_no_attribute_is_a_fault(ask, published, value):
    flag = rows.flag()
    for condition in ({"a": {"$gt": 5}}, {"a": {"$vgt": "1.2"}}, {"a": {"$regex": "x"}}, {"a.b": {"$size": 1}}):
        rows.rule(flag, value=True, condition=condition)
    published(flag)
    raw = json.dumps({"context": {"a": value}}).replace("Infinity", "1e999")
    assert ask(flag.name, raw=raw).json()["value"] in (True, False)


class TestBulk:
    def test_all_flags_are_told_by_name(self, ask, published):
        published(rows.flag("b"), rows.flag("a"), rows.flag("c", environments=()))
        answer = ask(context={"targetingKey": "7"})
        assert [flag["key"] for flag in answer.json()["flags"]] == ["a", "b"]

    def test_equal_flags_and_an_equal_context_have_an_equal_etag(self, ask, published):
        flag = rows.flag("a")
        published(flag)
        one, same = ask(raw='{"context": {"a": 1, "b": 2}}'), ask(raw='{"context":{"b":2,"a":1}}')
        other = ask(raw='{"context": {"a": 1}}')
        assert one["ETag"] == same["ETag"] != other["ETag"]
        published(rows.flag("b"))
        assert ask(raw='{"context": {"a": 1, "b": 2}}')["ETag"] != one["ETag"]

    @pytest.mark.parametrize("form", ["{}", "W/{}", '"x", {}', "*"])
    def test_who_has_it_is_told_only_that(self, ask, published, form):
        published(rows.flag("a"))
        etag = ask(context={})["ETag"]
        response = ask(context={}, **{"if-none-match": form.format(etag)})
        assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)

    def test_all_of_them_were_asked_for(self, ask, published, monkeypatch):
        monkeypatch.setattr(asked, "names", set())
        published(rows.flag("a"), rows.flag("b"))
        ask(context={})
        assert asked.names == {"a", "b"}

    def test_nothing_is_asked_of_the_database_but_the_key(self, ask, published, django_assert_num_queries):
        published(*(rows.flag(percent="50") for _ in range(5)))
        ask(context={"targetingKey": "7"})
        with django_assert_num_queries(0):
            assert len(ask(context={"targetingKey": "8"}).json()["flags"]) == 5


class TestKeys:
    @pytest.mark.parametrize("secret", ["", "fws_nonsense", "fws_" + "0" * 48, "fwc_\x00"])
    def test_without_one_that_stands_nothing_is_told(self, ask, secret):
        response = ask("flag", {}, secret=secret)
        assert response.status_code == 401
        assert response["WWW-Authenticate"] == "Bearer"
        assert response.json()["errorDetails"]

    def test_it_may_come_in_a_header_of_its_own(self, ask, published, key_of):
        published(rows.flag("flag"))
        assert ask("flag", {}, secret="", **{"x-api-key": key_of()}).status_code == 200

    def test_it_opens_its_own_environment(self, ask, published, key_of, monkeypatch):
        from experiments import snapshot

        keeper = snapshot.Keeper(snapshot.NOTHING, environment="staging")
        monkeypatch.setitem(snapshot._others, "staging", keeper)
        secret = key_of(environment="staging")
        published(rows.flag("here"), rows.flag("there", environments=["staging"]))
        assert ask("there", {}, secret=secret).status_code == 200
        assert ask("here", {}, secret=secret).status_code == 404
        assert ask("there", {}).status_code == 404

    @pytest.mark.parametrize("kind", ["client", "server"])
    @pytest.mark.parametrize("name", ["flag", ""])
    def test_whom_a_rule_excludes_is_excluded_whatever_the_key(self, ask, published, key_of, kind, name):
        flag = rows.flag("flag")
        rows.rule(flag, value=False, condition={"member": {"$in": ["7"]}})
        rows.rule(flag, value=True)
        published(flag)
        secret, found = key_of(kind), []
        for member in ("7", "8"):
            told = ask(name, {"member": member}, secret=secret).json()
            found.append((told if name else told["flags"][0])["value"])
        assert found == [False, True]


class TestLimits:
    @pytest.fixture(autouse=True)
    def _counted(self, settings):
        settings.RATE_LIMITS = True

    def test_too_many_of_a_client_are_told_when_to_come_back(self, ask, published, key_of, monkeypatch):
        monkeypatch.setattr(limits, "CLIENT", limits.Rate(per_second=0.1, burst=2))
        published(rows.flag("flag"))
        secret = key_of("client")
        assert [ask("flag", {}, secret=secret).status_code for _ in range(3)] == [200, 200, 429]
        response = ask("flag", {}, secret=secret)
        assert 1 <= int(response["Retry-After"]) <= 10
        assert response.json()["errorDetails"]
        assert ask("flag", {}).status_code == 200

    def test_who_guesses_keys_is_slowed_down(self, ask, monkeypatch):
        monkeypatch.setattr(limits, "REFUSED", limits.Rate(per_second=1, burst=1))
        assert [ask("flag", {}, secret="fws_").status_code for _ in range(2)] == [401, 429]

    def test_who_is_slowed_down_costs_the_database_nothing(
        self, ask, published, monkeypatch, django_assert_num_queries
    ):
        published(rows.flag("flag"))
        ask("flag", {})
        monkeypatch.setattr(limits, "REFUSED", limits.Rate(per_second=0.01, burst=2))
        with django_assert_num_queries(2):
            found = [ask("flag", {}, secret=f"fws_{number:048}").status_code for number in range(20)]
            assert found == [401] * 2 + [429] * 18
            assert ask("flag", {}).status_code == 200  # who is known to have one, from the same address

    def test_the_limits_of_readers_are_not_its(self, ask, published, monkeypatch):
        from community.members import limits as readers

        monkeypatch.setitem(readers.OF_ADDRESS, "write", (readers.Limit(1, readers.MINUTE),))
        published(rows.flag("flag"))
        assert [ask("flag", {}).status_code for _ in range(3)] == [200, 200, 200]


class TestPages:
    def test_a_page_of_any_origin_may_ask_with_a_clients_key(self, ask, published, key_of, client):
        published(rows.flag("flag"))
        asked = client.options(
            "/ofrep/v1/evaluate/flags",
            headers={"origin": "https://app.example", "access-control-request-method": "POST"},
        )
        assert asked.status_code == 204
        assert asked["Access-Control-Allow-Origin"] == "*"
        assert "POST" in asked["Access-Control-Allow-Methods"]
        assert {"Authorization", "If-None-Match"} <= set(asked["Access-Control-Allow-Headers"].split(", "))
        answer = ask(context={}, secret=key_of("client"))
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in answer["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer
        assert not answer.cookies

    def test_a_servers_key_is_not_for_pages(self, ask, published):
        published(rows.flag("flag"))
        assert "Access-Control-Allow-Origin" not in ask("flag", {})

    def test_another_method_is_refused_in_json(self, client):
        response = client.get("/ofrep/v1/evaluate/flags")
        assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")
        assert response.json()["errorDetails"]
