"""The SQL of an expression for each engine, and all that is overridden of what Ibis makes of it."""

from __future__ import annotations

from typing import Any

import ibis
import sqlglot.expressions as sge
from ibis.backends.sql.compilers import ClickHouseCompiler, DuckDBCompiler, PySparkCompiler
from ibis.backends.sql.compilers.base import SQLGlotCompiler


class Exact(ClickHouseCompiler):
    """Ibis takes ClickHouse's estimates for distinct counts and quantiles. A number here is the number."""

    def visit_CountDistinct(self, op: Any, *, arg: sge.Expression, where: sge.Expression | None) -> sge.Expression:  # noqa: N802
        return self.agg.uniqExact(arg, where=where)

    def visit_Median(self, op: Any, *, arg: sge.Expression, where: sge.Expression | None) -> sge.Expression:  # noqa: N802
        return self._visit_quantile("quantileExactInclusive", arg, sge.convert(0.5), where)

    def visit_Quantile(  # noqa: N802
        self, op: Any, *, arg: sge.Expression, quantile: sge.Expression, where: sge.Expression | None
    ) -> sge.Expression:
        return self._visit_quantile("quantileExactInclusive", arg, quantile, where)


class Standard(PySparkCompiler):
    """Ibis counts on Spark by adding up, so that none is NULL where it is 0; and it reads an option for floating
    numbers that only its own connection to Spark declares."""

    def visit_CountStar(self, op: Any, *, arg: Any, where: sge.Expression | None) -> sge.Expression:  # noqa: N802
        return self.f.count(sge.Star()) if where is None else self.f.count_if(where)

    def visit_Field(self, op: Any, *, rel: Any, name: str) -> sge.Expression:  # noqa: N802
        return SQLGlotCompiler.visit_Field(self, op, rel=rel, name=name)

    def visit_NonNullLiteral(self, op: Any, *, value: Any, dtype: Any) -> sge.Expression:  # noqa: N802
        if dtype.is_floating():
            return SQLGlotCompiler.visit_NonNullLiteral(self, op, value=value, dtype=dtype)
        return super().visit_NonNullLiteral(op, value=value, dtype=dtype)


COMPILERS: dict[str, type[SQLGlotCompiler]] = {
    "duckdb": DuckDBCompiler,
    "clickhouse": Exact,
    "spark": Standard,
}

# A property of an event as text, empty or NULL where there is none: `event_property` in expressions.
PROPERTY = {
    "duckdb": "json_extract_string({properties}, '$.' || {key})",
    "clickhouse": "JSONExtractString({properties}, {key})",
    "spark": "get_json_object({properties}, concat('$.', {key}))",
}

# The `column` of the earliest row of a group, and of the earliest of those for which a condition holds.
FIRST = {
    "duckdb": "arg_min({column}, (epoch_us, id)) FILTER (WHERE {condition})",
    "clickhouse": "argMinIf({column}, (epoch_us, id), {condition})",
    "spark": "min_by({column}, struct(epoch_us, id)) FILTER (WHERE {condition})",
}


@ibis.udf.scalar.builtin(name="event_property", signature=(("string", "string"), "string"))
def event_property(properties, key):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """The text of one property of EVENTS.properties; numbers are cast from it."""


def sql(expr: ibis.Table, engine: str) -> str:
    compiler = COMPILERS[engine]()
    return compiler.to_sqlglot(expr.unbind()).sql(dialect=compiler.dialect)
