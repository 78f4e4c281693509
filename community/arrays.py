"""Arrays of PostgreSQL in queries."""

from __future__ import annotations

from django.db.models import BooleanField, F, Func
from django.db.models.expressions import Combinable


# Django's own `pk=Func(…)` would put ANY between brackets, which PostgreSQL refuses.
def in_array(array: Combinable, column: str = "pk") -> Func:
    """Whether the row's id (or another column) stands in `array`, mostly an OuterRef of an array column."""
    both = {"template": "%(expressions)s)", "arg_joiner": " = ANY("}
    return Func(F(column), array, output_field=BooleanField(), **both)
