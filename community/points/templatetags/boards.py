"""Points with their sign."""

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def signed(points: int) -> str:
    """+10, −2 with a minus sign, 0."""
    sign = "+" if points > 0 else "−" if points < 0 else ""
    return f"{sign}{number_format(abs(points), force_grouping=True)}"
