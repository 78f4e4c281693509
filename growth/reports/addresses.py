"""Questions in addresses: read from those that our pages have made, and written into them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from growth.reports import access
from growth.reports.asking import Question
from growth.reports.forms import params, query
from growth.reports.kinds import KINDS, Kind

BACK = "back"  # the moment that the report was asked as of, of whose number a list of people is


def kind_or_404(key: str, member: Any) -> Kind:
    """PermissionDenied where the member may not ask it."""
    if key not in KINDS or KINDS[key].private:
        raise Http404
    if not access.may_ask(member, KINDS[key]):
        raise PermissionDenied
    return KINDS[key]


def question_or_404(kind: Kind, given: Mapping[str, Any], cell: Mapping[str, Any] | None = None) -> Question:
    form = kind.form(given)
    if not form.is_valid():
        raise Http404
    return Question(kind, params(form), cell)


def address_of(name: str, question: Question, *, room: str = "reports") -> str:
    """Of a page of a question, or of an act on it."""
    asked = [query(question.kind.form, question.params)]
    if question.cell is not None:
        asked.append(urlencode({"cell": json.dumps(question.cell, separators=(",", ":"))}))
    return "?".join(filter(None, [reverse(f"{room}:{name}", args=[question.kind.key]), "&".join(filter(None, asked))]))


def page_of(question: Question) -> str:
    return address_of("report" if question.cell is None else "people", question)


def cell_or_404(text: str) -> dict[str, Any]:
    """Which number is meant, as a page of ours wrote it."""
    try:
        found = json.loads(text)
    except ValueError:
        raise Http404 from None
    if not isinstance(found, dict):
        raise Http404
    return found
