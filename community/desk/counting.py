"""Pages of long lists: rows are counted no further than anyone turns pages."""

from __future__ import annotations

from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

MOST = 10_000  # rows that can be reached by turning pages; a search or a filter leads to the others
FAR = 1000


class BoundedPaginator(Paginator):
    """`count` is exact up to MOST, and MOST beyond: counting a million rows for every page costs more than the page."""

    object_list: QuerySet[Any]  # as the admin gives it

    @cached_property
    def _counted(self) -> int:
        return self.object_list.order_by()[: MOST + 1].values("pk").count()

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST)

    def page(self, number: int | str) -> Page:
        """Far behind, the ids are found first: else every row before them is joined with all that is shown of it."""
        found = super().page(number)
        if found.number * self.per_page > FAR:
            rows = cast(QuerySet[Any], found.object_list)
            ids = list(rows.values_list("pk", flat=True))
            found.object_list = self.object_list.filter(pk__in=ids)
        return found

    @property
    def words(self) -> str:
        """The number of rows, for people."""
        if self._counted <= MOST:
            return str(self._counted)
        if (estimate := self._estimate()) > MOST:
            return _("about %d") % round(estimate, 2 - len(str(estimate)))
        return _("more than %d") % MOST

    def _estimate(self) -> int:
        """What PostgreSQL's statistics say of the whole table; 0 for a part of it."""
        if self.object_list.query.where:
            return 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass(%s)", [self._table])
            found = cursor.fetchone()
        return max(found[0], 0) if found else 0

    @property
    def _table(self) -> str:
        return connection.ops.quote_name(self.object_list.model._meta.db_table)
