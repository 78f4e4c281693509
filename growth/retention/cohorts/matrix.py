"""The cohort table as a page shows it: each number in words, how dark it is, and where its members are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from growth.reports.kinds import Params
from growth.retention.cohorts.grid import COMPLETE, FUTURE
from growth.retention.cohorts.naming import breakdown_name, group_name, percent, windows

SHOWN = 60  # cohorts, the latest; CSV has them all, and those of nobody
SHADES = 10
Address = Callable[..., str]  # of the members behind a cell, by its keywords


@dataclass(frozen=True)
class Shown:
    text: str = ""
    about: str = ""  # the count behind the share
    address: str = ""
    look: str = ""  # classes


@dataclass(frozen=True)
class Line:
    name: str
    size: int
    address: str
    cells: Sequence[Shown]


@dataclass(frozen=True)
class Matrix:
    columns: Sequence[str]
    whole: Line
    cohorts: Sequence[Line]
    hidden: int  # cohorts before those shown
    by: str  # what the groups are told apart by
    groups: Sequence[Line]


def peopled(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Cohorts in which somebody is: of a community moved here from elsewhere, years may lie between two of them."""
    return [row for row in rows if row["size"]]


def matrix(params: Params, result: Mapping[str, Any], address: Address) -> Matrix:
    cohorts = peopled(result["rows"])
    rows = cohorts[-SHOWN:]
    groups, summed = result.get("groups", ()), _of_sums(params, address)
    return Matrix(
        columns=windows(params),
        whole=_weighted(_("All, weighted"), result, summed),
        cohorts=[_cohort(row, address) for row in rows],
        hidden=len(cohorts) - len(rows),
        by=breakdown_name(params) if groups else "",
        groups=[_weighted(group_name(params, group["value"]), group, summed, group=group["value"]) for group in groups],
    )


def _of_sums(params: Params, address: Address) -> Address:
    """Who starts in several periods is counted in each of them, so no list of people has as many as such a sum."""
    return (lambda **cell: "") if params["mode"] == "recurring" else address


def _weighted(name: str, table: Mapping[str, Any], address: Address, **cell: str) -> Line:
    size = sum(row["size"] for row in table["rows"])
    cells = [_total(total, address, **cell) for total in table["overall"]]
    return Line(name, size, address(**cell) if size else "", cells)


def _total(total: Mapping[str, Any], address: Address, **cell: str) -> Shown:
    if total["value"] is None:
        return Shown(look="none")
    cohorts = ngettext("%(n)d cohort", "%(n)d cohorts", total["cohorts"]) % {"n": total["cohorts"]}
    return _share(total, f"{_of(total['count'], total['size'])}, {cohorts}", _shade(total["value"]), address, **cell)


def _cohort(row: Mapping[str, Any], address: Address) -> Line:
    cohort, size = row["cohort"], row["size"]
    cells = [_cell(cell, size, address, cohort) for cell in row["cells"]]
    return Line(cohort, size, address(cohort=cohort), cells)


def _cell(cell: Mapping[str, Any], size: int, address: Address, cohort: str) -> Shown:
    if cell["state"] == FUTURE:
        return Shown(look="none")
    about = _of(cell["count"], size)
    if cell["state"] == COMPLETE:
        return _share(cell, about, _shade(cell["value"]), address, cohort=cohort)
    return _share(cell, f"{about}, {_('not over yet')}", "part", address, cohort=cohort)


def _share(cell: Mapping[str, Any], about: str, look: str, address: Address, **where: str) -> Shown:
    return Shown(percent(cell["value"]), about, address(**where, k=cell["k"]) if cell["count"] else "", look)


def _of(count: int, size: int) -> str:
    return _("%(count)d of %(size)d") % {"count": count, "size": size}


def _shade(value: float) -> str:
    """By the root, so that small shares are told apart too; the same share has the same shade in every table."""
    return f"shade-{round(sqrt(value) * SHADES)}"
