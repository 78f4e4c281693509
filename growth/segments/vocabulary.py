"""The words that conditions may use: events and attributes, and how a definition is read with them."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.members.attributes import ATTRIBUTES
from events.names import select
from growth.segments.conditions import Node, parse

# Of a person's first event, or of the first that tells: label and what it holds. Visitors have them too.
FACTS: dict[str, tuple[Promise, str]] = {
    "first_seen": (_("first seen"), "time"),
    "source": (_("origin"), "text"),
    "device": (_("device"), "text"),
    "language": (_("language of the browser"), "text"),
    "country": (_("country"), "text"),
    "join_method": (_("how they joined"), "text"),
    "first_category": (_("first category"), "text"),
}
LABELS: dict[str, Promise] = {
    **{name: attribute.label for name, attribute in ATTRIBUTES.items()},
    **{name: label for name, (label, _holds) in FACTS.items()},
}
HOLDS: dict[str, str] = {
    **{name: attribute.holds for name, attribute in ATTRIBUTES.items()},
    **{name: holds for name, (_label, holds) in FACTS.items()},
}


def read(definition: Any) -> Node:
    """The condition that a definition says; conditions.Invalid where it says none."""
    return parse(definition, events=select, attributes=HOLDS)
