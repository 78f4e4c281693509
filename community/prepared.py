"""Queries that pages ask all the time: Django words them once, PostgreSQL plans them once, then only values travel.

    @cache
    def _topic(reader: Reader) -> Prepared[Topic]:
        return Prepared(Topic.objects.visible_to(reader).filter(pk=Asked("topic")))

    _topic(kind_of(member)).rows(topic=7, **known_of(member))

They are written as all reads are, so what may be seen is said in one place. Only for look-ups by key and walks of an
index, whose best plan is the same for all values; what depends on them (a tag's feed, a search) is planned each time.
And whatever changes must be Asked: a time of now would stay that of the first asking.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from django.contrib.auth.models import AnonymousUser
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.models import Expression, Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler
from psycopg.sql import quote
from psycopg.types.numeric import Int8

if TYPE_CHECKING:
    from community.members.models import Member

Row = TypeVar("Row", bound=Model)
ASKED_BEFORE_PREPARED = 2  # times on one connection
BIGINTS = range(-(2**63), 2**63)


class Asked(Expression):
    """A value that is known when the query is asked; until then it stands for itself."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Any:
        return "%s", [self]


class AnyMember:
    """A member, in a query that does not say yet which one."""

    is_authenticated = True
    pk = Asked("member")
    read_before = Asked("read_before")

    def __init__(self, *, moderates: bool) -> None:
        self.moderates = moderates


VISITOR, MEMBER, MODERATOR = AnonymousUser(), AnyMember(moderates=False), AnyMember(moderates=True)


def kind_of(reader: Member | AnonymousUser) -> Member | AnonymousUser:
    """The stand-in for all readers who are answered by the same SQL."""
    if isinstance(reader, AnonymousUser) or not reader.is_authenticated:
        return VISITOR
    return cast("Member", MODERATOR if reader.moderates else MEMBER)


def known_of(reader: Member | AnonymousUser) -> dict[str, Any]:
    """What the stand-in leaves to be asked."""
    return {"member": reader.pk, "read_before": getattr(reader, "read_before", None)}


def fetch(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a query written by hand, planned once as well."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    try:
        return _fetch(connection, sql, values)
    except NotSupportedError:
        # Since it was planned, a migration changed the type of a column.
        if connection.in_atomic_block:
            raise
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")
        return _fetch(connection, sql, values)


def _fetch(connection: Any, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    connection.close_if_health_check_failed()  # as each query of Django's own begins
    connection.ensure_connection()
    connection.connection.prepare_threshold = ASKED_BEFORE_PREPARED
    with connection._prepare_cursor(_Cursor(connection.connection)) as cursor:  # type: ignore[call-arg]
        cursor.execute(sql, [_typed(value) for value in values])
        return cursor.fetchall()


class Prepared(Generic[Row]):
    """The rows of a queryset in which some values are Asked."""

    def __init__(self, queryset: QuerySet[Row]) -> None:
        self._compiler = _Compiler(queryset.query, connections[DEFAULT_DB_ALIAS], DEFAULT_DB_ALIAS)
        self._compiler.word()

    def rows(self, **values: Any) -> list[Row]:
        """Names that the query does not ask for are passed over."""
        if any(isinstance(value, int) and value not in BIGINTS for value in values.values()):
            return []  # as Django's look-ups answer a number that no column holds
        compiler = self._compiler.asking(values)
        source = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=compiler, _known_related_objects={})
        return list(ModelIterable(cast(Any, source)))

    def first(self, **values: Any) -> Row | None:
        return next(iter(self.rows(**values)), None)


class _Compiler(SQLCompiler):
    """Keeps its SQL and what it knows of the columns; a copy is filled with values. Stands for its query as well."""

    values: Sequence[Any] = ()

    def word(self) -> None:
        sql, params = cast(tuple[str, list[Any]], self.as_sql())
        self.asked = [param for param in params if isinstance(param, Asked)]
        # What is not asked stays in the text: from `kind = $1` PostgreSQL could not tell that a partial index fits.
        words = ("%s" if isinstance(param, Asked) else quote(param).replace("%", "%%") for param in params)
        self.sql = sql.replace("%%", "%%%%") % tuple(words)

    def asking(self, values: dict[str, Any]) -> _Compiler:
        asking = copy(self)
        asking.connection = connections[DEFAULT_DB_ALIAS]  # each thread has its own
        asking.values = [values[asked.name] for asked in self.asked]
        return asking

    def get_compiler(self, using: str) -> _Compiler:
        return self

    def execute_sql(self, *args: Any, **kwargs: Any) -> Any:
        return [fetch(self.sql, self.values)]


class _Cursor(ServerBindingCursor):
    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """psycopg keeps no text of what is prepared already, and Django's log of queries asks for it."""
        found = super().execute(query, params, **options)  # type: ignore[misc]
        self._query: Any = self._query or SimpleNamespace(query=query.encode())
        return found


def _typed(value: Any) -> Any:
    """Numbers in one width: PostgreSQL prepares a statement for each combination of its values' types."""
    if type(value) is int:
        return Int8(value)
    return [_typed(item) for item in value] if isinstance(value, list) else value
