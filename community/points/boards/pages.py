"""A page of a board with its members and charts, in two queries beside Redis."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.utils.formats import number_format

from community import spoken
from community.members.models import Member
from community.points import sparkline
from community.points.boards import ranked, standings, totals
from community.points.boards.standings import Place
from community.points.periods import Period, site_day
from community.points.sparkline import Axis


@dataclass(frozen=True)
class Row:
    """A line of the table, its numbers as they are written."""

    place: Place
    member: Member
    me: bool
    rank: str
    points: str
    moved: str  # ranks won or lost
    spark: str  # the points of an SVG polyline; empty without points in its days

    @classmethod
    def of(cls, place: Place, member: Member, spark: str, viewer: Member | None) -> Row:
        me = viewer is not None and viewer.pk == member.pk
        return cls(place, member, me, grouped(place.rank), grouped(place.points), grouped(abs(place.change)), spark)


def grouped(number: int) -> str:
    """As `intcomma` writes it, but at once where there is nothing to group."""
    return str(number) if number < 1000 else _grouped(number)


@spoken.kept
def _grouped(number: int) -> str:
    return number_format(number, force_grouping=True)


@dataclass(frozen=True)
class BoardPage:
    rows: list[Row]
    mine: Row | None
    number: int
    pages: int
    axis: Axis
    live: bool

    @property
    def mine_apart(self) -> bool:
        """Whether my row stands on another page, and so is pinned below this one."""
        return self.mine is not None and all(row.place.member_id != self.mine.place.member_id for row in self.rows)

    @property
    def drawn(self) -> bool:
        """Whether there is anything to draw: an old community has points, but none in the last year."""
        return any(row.spark for row in self.rows)

    @property
    def shown(self) -> list[Row]:
        return [*self.rows, self.mine] if self.mine and self.mine_apart else self.rows

    @property
    def my_page(self) -> int:
        return (self.mine.place.rank - 1) // standings.SIZE + 1 if self.mine else 1


def build(scope: str, period: Period, *, number: int, viewer: Member | None) -> BoardPage:
    member_id = viewer.pk if viewer else None
    found = standings.read(scope, period, page=number, member_id=member_id, size=standings.SIZE)
    places = [*found.rows, found.mine] if found.mine else list(found.rows)
    axis = sparkline.axis(period, site_day())
    members = ranked.bylines({place.member_id for place in places})
    sparks = _sparks(scope, list(members), axis)
    rows = {
        pk: Row.of(place, members[pk], sparks.get(pk, ""), viewer)
        for place in places
        if (pk := place.member_id) in members
    }
    return BoardPage(
        rows=[rows[place.member_id] for place in found.rows if place.member_id in rows],
        mine=rows.get(found.mine.member_id) if found.mine else None,
        number=number,
        pages=max(1, -(-found.length // standings.SIZE)),
        axis=axis,
        live=found.live,
    )


def _sparks(scope: str, member_ids: list[int], axis: Axis) -> dict[int, str]:
    points: dict[int, dict[date, int]] = defaultdict(dict)
    for member, day, total in totals.by_bucket(scope, member_ids, axis):
        points[member][day] = total
    return sparkline.lines(axis, points, list(points))
