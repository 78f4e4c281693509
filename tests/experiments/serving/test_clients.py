"""Real clients against the live site: they and our evaluator give each unit the same value of every flag."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from growthbook import GrowthBook
from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext

from experiments import publishing, snapshot
from experiments.evaluation import Context
from experiments.models import Environment, Holdout, Layer
from experiments.serving import keys
from tests.experiments import rows

DEFAULTS = {"boolean": True, "string": "mine", "number": -1, "json": {"mine": True}}
Ask = Callable[[dict[str, Any]], dict[str, Any]]  # of a unit's attributes, the values by flag
PLANS, COUNTRIES = ("free", "pro", None), ("CA", "FR", "CN")


@pytest.fixture
def flags(alice) -> dict[str, str]:
    """Their kinds by name: of all types, with layers, a holdout, prerequisites, shares, experiments, overrides."""
    layer = Layer.objects.create(key="page", name="page", seed="page")
    made = {
        "share": rows.flag("share", percent="33.3"),
        "copy": rows.flag("copy", kind="string", off_value="", on_value="new", layer=layer),
        "layout": rows.flag("layout", kind="string", off_value="wide", on_value="new", layer=layer),
        "weight": rows.flag("weight", kind="number", off_value=1.0, on_value=2.5),
        "count": rows.flag("count", kind="number", off_value=0, on_value=7),
        "shape": rows.flag("shape", kind="json", off_value={"a": []}, on_value={"a": [1, {"b": None}]}),
        "gated": rows.flag("gated"),
        "child": rows.flag("child", kind="string", off_value="off", on_value="on"),
        "named": rows.flag("named"),
        "killed": rows.flag("killed", everyone=True, killed_at=rows.timezone.now()),
        "forced": rows.flag("forced", everyone=True),
    }
    made["named"].users.add(alice)
    copy, layout, weight = (
        rows.experiment(key, values=values, coverage=coverage)
        for key, values, coverage in (
            ("copy-1", "abc", 10_000),
            ("layout-1", "xy", 8_000),
            ("weight-1", (0.5, 3.0), 5_000),
        )
    )
    layer.leases.create(experiment=copy, low=0, high=4_000)
    layer.leases.create(experiment=layout, low=4_000, high=9_000)
    rows.rule(made["copy"], value="paying", condition={"plan": "pro", "country": {"$in": ["CA"]}})
    rows.rule(made["copy"], experiment=copy)
    rows.rule(made["layout"], experiment=layout, condition={"country": {"$ne": "CN"}})
    rows.rule(made["weight"], experiment=weight)
    rows.rule(made["count"], value=7, coverage=1_234, seed="count")
    rows.rule(made["shape"], value={"a": [1, {"b": None}]}, condition={"plan": {"$exists": True}}, coverage=5_000)
    on = {"flag": "share", "condition": {"value": True}}
    rows.rule(made["gated"], value=True, prerequisites=[{**on, "gate": True}])
    rows.rule(made["child"], value="on", prerequisites=[{**on, "gate": False}])
    measured = rows.experiment("holdout-1", kind="holdout")
    Holdout.objects.create(key="all", name="all", seed="all", experiment=measured, started_at=rows.timezone.now())
    publishing.publish_all()
    snapshot.refresh()
    return {name: flag.kind for name, flag in made.items()}


def units(count: int) -> Iterator[dict[str, Any]]:
    """Members, visitors and what strangers call their users."""
    names = itertools.cycle((str, lambda n: str(-n), lambda n: f"user-{n}", lambda n: f"用户{n}"))
    for number, name in zip(range(1, count + 1), names, strict=False):
        plan = PLANS[number % 3]
        known = {"plan": plan} if plan else {}
        yield {"id": name(number), "country": COUNTRIES[number % 7 % 3], "member": str(number), **known}


def ours(flags: dict[str, str], unit: dict[str, Any]) -> dict[str, Any]:
    asked = Context(snapshot.current().program, unit)
    return {name: asked.flag(name).value for name in flags}


def secret_of(kind: str) -> str:
    return keys.make(Environment.objects.get(), name="client", kind=kind, by=None)[1]


def of_growthbook(features: dict[str, Any]) -> Ask:
    book = GrowthBook(features=features)

    def ask(unit: dict[str, Any]) -> dict[str, Any]:
        book.set_attributes(unit)
        return {name: book.eval_feature(name).value for name in features}

    return ask


def loaded(url: str) -> dict[str, Any]:
    """What GrowthBook's client has once it has asked the site by itself."""
    book = GrowthBook(api_host=url, client_key=secret_of("server"), attributes={})
    book.load_features()
    return {name: feature.to_dict() for name, feature in book.get_features().items()}


def of_openfeature(url: str, flags: dict[str, str]) -> Callable[..., dict[str, Any]]:
    """OpenFeature's client over OFREP. What the site has no value for, None here, is the client's own default there."""
    secret = secret_of("server")
    provider = OFREPProvider(url, headers_factory=lambda: {"Authorization": f"Bearer {secret}"})
    api.set_provider(provider, "flags")
    client = api.get_client("flags")
    asks = {"boolean": client.get_boolean_details, "string": client.get_string_details}
    asks |= {"json": client.get_object_details, "number": client.get_integer_details}

    def ask(unit: dict[str, Any], only: str) -> dict[str, Any]:
        rest = {name: value for name, value in unit.items() if name != "id"}
        context = EvaluationContext(unit["id"], rest)
        default: Any = DEFAULTS[flags[only]]
        get = client.get_float_details if only == "weight" else asks[flags[only]]
        told = get(only, float(default) if only == "weight" else default, context)
        assert told.error_code is None, (only, told.error_message)
        if told.reason == "DISABLED" and told.variant is None:
            assert told.value == default
            return {only: None}
        return {only: told.value}

    return ask


def of_bulk(post: Callable[..., Any], url: str = "") -> Ask:
    headers = {"X-API-Key": secret_of("server"), "Content-Type": "application/json"}

    def ask(unit: dict[str, Any]) -> dict[str, Any]:
        context = {"targetingKey": unit["id"], **{name: value for name, value in unit.items() if name != "id"}}
        answer = post(f"{url}/ofrep/v1/evaluate/flags", json.dumps({"context": context}), headers)
        return {one["key"]: one.get("value") for one in answer.json()["flags"]}

    return ask


def as_text(found: dict[str, Any]) -> str:
    """With 1.0 and 1, and true, apart."""
    return json.dumps(found, sort_keys=True)


def agree(flags: dict[str, str], ask: Ask, count: int) -> None:
    """Two flags have one value for all; so has `named` where alice is not among the units."""
    seen: dict[str, set[str]] = {name: set() for name in flags}
    for unit in units(count):
        expected, found = ours(flags, unit), ask(unit)
        assert as_text(found) == as_text({name: expected[name] for name in found}), unit
        for name, value in found.items():
            seen[name].add(json.dumps(value))
    assert {name for name, values in seen.items() if len(values) == 1} - {"named"} == {"killed", "forced"}


@pytest.mark.django_db
def test_growthbooks_client_evaluates_the_payload_as_the_site_does(client, flags):
    payload = client.get(f"/api/features/{secret_of('server')}").json()
    agree(flags, of_growthbook(payload["features"]), 300)


@pytest.mark.django_db
def test_a_bulk_tells_what_the_site_decides(client, flags):
    def post(path, body, headers):
        return client.post(path, body, content_type="application/json", headers=headers)

    agree(flags, of_bulk(post), 60)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_growthbooks_client_agrees_on_ten_thousand_units(live_server, flags):
    agree(flags, of_growthbook(loaded(live_server.url)), 10_000)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_bulks_agree_on_ten_thousand_units(live_server, flags):
    session = requests.Session()
    agree(flags, of_bulk(lambda url, body, headers: session.post(url, body, headers=headers), live_server.url), 10_000)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_openfeatures_client_agrees_on_ten_thousand_units(live_server, flags):
    """Each unit asks for one flag, the next one for the next."""
    every, one = of_openfeature(live_server.url, flags), itertools.cycle(flags)
    agree(flags, lambda unit: every(unit, only=next(one)), 10_000)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_openfeatures_client_is_told_of_faults(live_server, flags):
    secret = secret_of("client")
    provider = OFREPProvider(live_server.url, headers_factory=lambda: {"X-API-Key": secret})
    api.set_provider(provider, "faults")
    client = api.get_client("faults")
    nobody, somebody = EvaluationContext(), EvaluationContext("7")
    assert client.get_boolean_details("share", False).error_code == "TARGETING_KEY_MISSING"
    assert client.get_boolean_details("share", False, nobody).error_code == "TARGETING_KEY_MISSING"
    assert client.get_boolean_details("unknown", True, somebody).error_code == "FLAG_NOT_FOUND"
    assert client.get_boolean_details("un/known", True, somebody).error_code == "FLAG_NOT_FOUND"
    assert client.get_string_details("share", "mine", somebody).error_code == "TYPE_MISMATCH"
    assert client.get_boolean_details("killed", True, somebody).value is False
    assert client.get_boolean_details("named", True, nobody).value is False
