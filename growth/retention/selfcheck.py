"""The same questions to every engine that is installed, over one snapshot: their answers must be the same."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from growth.reports.forms import MomentField, QuestionForm, params
from growth.reports.kinds import KINDS, Kind, Params

if TYPE_CHECKING:
    import ibis

    from events.engine import Reader

NEEDS = {"duckdb": "duckdb", "clickhouse": "chdb", "spark": "pyspark"}
QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("retention", {"start": "signed_up", "back": "active", "period": "week", "periods": 8}),
    ("retention", {"start": "active", "back": "active", "period": "month", "periods": 6, "mode": "recurring"}),
    ("retention", {"start": "signed_up", "back": "active", "period": "day", "periods": 14, "rolling": "on"}),
    ("funnel", {"steps": "signed_up,topic_started|answer_posted,answer_received,accept_received", "window": "30d"}),
    ("funnel", {"steps": "topic_started,answer_received", "window": "7d", "order": "strict"}),
    ("funnel", {"steps": "comment_posted,answer_posted,topic_started", "window": "7d", "order": "any"}),
    ("lifecycle", {"period": "week"}),
    ("stickiness", {"period": "week"}),
    ("active_members", {}),
    ("metrics", {}),
)


class SelfCheckForm(QuestionForm):
    since = until = segment = breakdown = None  # type: ignore[assignment]
    as_of = MomentField(label=gettext_lazy("As of"))


class SelfCheck(Kind):
    key = "selfcheck"
    title = gettext_lazy("Engines compared")
    about = gettext_lazy("The same questions to each engine that is installed, and whether they give the same answers.")
    form: type[forms.Form] = SelfCheckForm
    template = "reports/kinds/selfcheck.html"
    prompt = False

    def answer(self, params: Params, reader: Reader) -> dict[str, Any]:
        found = {engine: check(engine, params, reader) for engine in NEEDS if is_installed(engine)}
        return {"engines": list(found), "questions": [_compared(at, found) for at in range(len(QUESTIONS))]}

    def people(self, params: Params, cell: Params, reader: Reader) -> ibis.Table:
        raise ValueError("a comparison is of no people")

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        engines = result["engines"]
        heads = ["kind", "parameters", *(f"{engine} {part}" for engine in engines for part in ("hash", "seconds"))]
        return [
            heads,
            *([row["kind"], row["params"], *_cells(row, engines), row["same"]] for row in result["questions"]),
        ]

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        engines, asked = len(result["engines"]), len(result["questions"])
        if engines < 2:
            return ""
        differing = dict.fromkeys(str(KINDS[row["kind"]].title) for row in result["questions"] if not row["same"])
        if differing:
            return _("The engines differ in: %(kinds)s.") % {"kinds": ", ".join(differing)}
        return _("%(n)d engines gave the same %(asked)d answers.") % {"n": engines, "asked": asked}


def is_installed(engine: str) -> bool:
    return find_spec(NEEDS[engine]) is not None


def check(engine: str, given: Params, reader: Reader) -> list[dict[str, Any]]:
    """The hash of each question's answer and the seconds it took."""
    from events.engine import reading  # noqa: PLC0415 - ibis and an engine

    with reading(as_of=reader.as_of, snapshot=reader.snapshot, engine=engine) as other:
        return [_asked(kind, {**extra, "tz": given["tz"], "as_of": given["as_of"]}, other) for kind, extra in QUESTIONS]


def _asked(kind: str, given: dict[str, Any], reader: Reader) -> dict[str, Any]:
    form = KINDS[kind].form(given)
    if not form.is_valid():
        raise ValueError(f"{kind}: {form.errors.as_text()}")
    began = time.perf_counter()
    answer = KINDS[kind].answer(params(form), reader)
    return {"hash": digest(answer), "seconds": round(time.perf_counter() - began, 2)}


def digest(answer: Mapping[str, Any]) -> str:
    """Of an answer, with numbers to nine digits: engines add floats up in different orders."""
    plain = json.loads(json.dumps(answer), parse_float=lambda text: f"{float(text):.9g}")
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def _compared(at: int, found: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    kind, extra = QUESTIONS[at]
    by_engine = {engine: asked[at] for engine, asked in found.items()}
    return {
        "kind": kind,
        "params": " ".join(f"{name}={value}" for name, value in extra.items()),
        "engines": by_engine,
        "same": len({asked["hash"] for asked in by_engine.values()}) == 1,
    }


def _cells(row: Mapping[str, Any], engines: list[str]) -> list[Any]:
    return [row["engines"][engine][part] for engine in engines for part in ("hash", "seconds")]
