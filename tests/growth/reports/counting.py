"""A small kind of report: how many persons did an event, and how often. For the tests of what surrounds the kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
from django import forms
from ibis import _

from events.engine import EVENTS, Reader
from growth.reports.cells import whole
from growth.reports.forms import QuestionForm
from growth.reports.kinds import Chart, Kind, Series


class CountingForm(QuestionForm):
    breakdown = None  # type: ignore[assignment]
    event = forms.CharField(initial="topic_started", help_text="100 % of an event's name")
    often = forms.IntegerField(initial=1, min_value=1)
    loud = forms.BooleanField(required=False)


class Counting(Kind):
    key = "counting"
    title = "Counting"
    about = "How many persons did it, and how often."
    form = CountingForm
    template = "counting/kind.html"

    def answer(self, params: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
        if params["event"] == "never":
            raise ValueError("There is no event\n“never”.")
        rows = reader.records(self._doers(params).order_by("person"))
        return {"doers": len(rows), "times": sum(row["times"] for row in rows), "loud": params["loud"]}

    def people(self, params: Mapping[str, Any], cell: Mapping[str, Any], reader: Reader) -> ibis.Table:
        doers = self._doers(params)
        return doers.filter(doers.times >= whole(cell, "times")).select("person")

    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        return [["doers", "times"], [result["doers"], result["times"]]]

    def charts(self, params: Mapping[str, Any], result: dict[str, Any]) -> list[Chart]:
        series = Series("doers", [result["doers"], None], dashed_from=1)
        return [Chart("Doers", "line", ["2026-01-05", "2026-01-12"], [series])]

    def _doers(self, params: Mapping[str, Any]) -> ibis.Table:
        found = EVENTS.filter(EVENTS.name == params["event"]).group_by("person").agg(times=_.count())
        return found.filter(found.times >= params["often"])
