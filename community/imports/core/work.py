"""What every step of an import works with: the cursor, the parameters of the run, and the way rows go in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Model

from community.imports.core.progress import Progress

IMPORTED_BEFORE = "(imported_from, imported_id) WHERE imported_from IS NOT NULL"


@dataclass
class Work:
    """One run. `parameters` are named in the SQL as %(source)s and so on; `created` counts what came to be."""

    cursor: Any
    parameters: dict[str, Any]
    progress: Progress
    created: dict[str, int] = field(default_factory=dict)

    def do(self, sql: str) -> int:
        """Run one statement; the number of rows it touched."""
        self.cursor.execute(sql, self.parameters if "%(" in sql else None)
        return self.cursor.rowcount

    def make(self, table: str, columns: str) -> None:
        """Make a temporary table, anew where an import before in the same transaction has left one."""
        self.do(f"DROP TABLE IF EXISTS pg_temp.{table}")
        self.do(f"CREATE TEMPORARY TABLE {table} ({columns}) ON COMMIT DROP")

    def keep(self, table: str, query: str) -> None:
        """Keep what a query finds in a temporary table."""
        self.do(f"DROP TABLE IF EXISTS pg_temp.{table}")
        self.do(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {query}")
        self.do(f"ANALYZE {table}")

    def one(self, sql: str) -> Any:
        self.do(sql)
        return self.cursor.fetchone()[0]

    def all(self, sql: str) -> list[tuple]:
        self.do(sql)
        return self.cursor.fetchall()

    def insert(self, model: type[Model], values: Mapping[str, str], rest: str) -> int:
        """Insert into the model's table what `SELECT values rest` finds; the number of new rows.

        `values` are SQL expressions by column; fields not named get their default, as from the ORM.
        """
        sql, parameters = self._insertion(model, values, rest)
        self.cursor.execute(f"{sql} ON CONFLICT DO NOTHING", parameters)
        return self.cursor.rowcount

    def insert_once(
        self, model: type[Model], values: Mapping[str, str], rest: str, *, into: str, unless: str = IMPORTED_BEFORE
    ) -> int:
        """Insert what has not come from this source before, by `imported_id`; the number of new rows.

        `into` is made: a temporary table (their id, our id, whether new) of the rows of this source, old and new.
        """
        table = model._meta.db_table
        self.make(into, "id bigint PRIMARY KEY, ours bigint, fresh boolean")
        self.do(
            f"INSERT INTO {into} SELECT imported_id, id, false FROM {table} "
            f"WHERE imported_from = %(source)s AND imported_id IS NOT NULL"
        )
        sql, parameters = self._insertion(model, {**values, "imported_from": "%(source)s"}, rest)
        returned = f"ON CONFLICT {unless} DO NOTHING RETURNING imported_id, id"
        self.cursor.execute(
            f"WITH new AS ({sql} {returned}) INSERT INTO {into} SELECT imported_id, id, true FROM new", parameters
        )
        created = self.cursor.rowcount
        # Nobody else can count rows that are not committed, and without counts the plans that follow are bad ones.
        self.do(f"ANALYZE {into}, {table}")
        return created

    def _insertion(self, model: type[Model], values: Mapping[str, str], rest: str) -> tuple[str, dict[str, Any]]:
        defaults = _defaults(model, set(values))
        columns = dict(values) | {column: f"%(default_{column})s" for column in defaults}
        parameters = self.parameters | {f"default_{column}": default for column, default in defaults.items()}
        names, expressions = ", ".join(columns), ", ".join(columns.values())
        return f"INSERT INTO {model._meta.db_table} ({names}) SELECT {expressions} {rest}", parameters


def _defaults(model: type[Model], named: set[str]) -> dict[str, Any]:
    """Django's defaults are not the database's: those of the fields that an INSERT leaves out."""
    found: dict[str, Any] = {}
    for each in model._meta.concrete_fields:
        if each.column is None or each.column in named or each.primary_key or each.generated or each.has_db_default():
            continue
        default = each.get_db_prep_save(each.get_default(), connection)
        if default is not None:
            found[each.column] = default
    return found
