"""What a kind of report is, and those that there are. The rooms above register theirs when the site starts.

A report's parameters are the cleaned values of its form as JSON: they come from a page's address, from the API or
from a saved report alike. Modules with expressions import ibis and duckdb; so a kind imports them only within
`answer` and `people`, which run in commands and in tasks of the queue `analytics`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms

if TYPE_CHECKING:
    import ibis

    from events.engine import Reader

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Series:
    name: str
    values: Sequence[float | None]
    dashed_from: int | None = None  # the first value of a period that is not over


@dataclass(frozen=True)
class Chart:
    title: str
    shape: str  # line, bar or stacked
    labels: Sequence[str]  # ISO dates where they are times, so that annotations find their place
    series: Sequence[Series]
    percent: bool = False


class Kind(ABC):
    """One kind of report: an admin page, an endpoint of the API and a saved report show the same answer."""

    key: str  # in addresses: "retention"
    title: Any  # lazy text
    about: Any = ""  # what it answers, in a sentence (lazy text)
    form: type[forms.Form]  # GET parameters; initial values are the defaults
    main: Sequence[str] = ()  # fields that are seen at once; the form folds the others away
    options: Mapping[str, str] = {}  # fields that its command calls otherwise: {"back": "return"}
    command: str = ""  # what manage.py calls it, where not by its key
    prompt: bool = True  # computed when its page is opened; else, as it takes minutes, when its button is pressed
    permissions: Sequence[str] = ()  # that it takes beside that of reports
    names_people: bool = False  # it takes that of lists of people too, and each look is written down
    listed: bool = True  # among the reports that one may ask
    private: bool = False  # shown by a page of its own alone, which says who may read it
    charts_below: bool = False  # the numbers come first on its page
    template: str  # shows `result`, `params` and `kind` within the page

    @abstractmethod
    def answer(self, params: Params, reader: Reader) -> dict[str, Any]:
        """The result as JSON, without NaN or Infinity. ValueError, with words for the admin, where params are bad."""

    @abstractmethod
    def people(self, params: Params, cell: Params, reader: Reader) -> ibis.Table:
        """Who is behind one number of the answer: distinct `person`, of the expression that counted them."""

    @abstractmethod
    def rows(self, result: dict[str, Any]) -> list[list[Any]]:
        """The answer as a table for CSV, its first row the headings."""

    def headline(self, params: Params, result: dict[str, Any]) -> str:
        """The answer in one sentence."""
        return ""

    def charts(self, params: Params, result: dict[str, Any]) -> list[Chart]:
        return []


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    KINDS[kind.key] = kind
