"""Conditions over persons: a tree of JSON, read strictly and written back whole. Pure: no Django, no database.

    {"all": [
        {"event": "answer_posted", "at_least": 2, "within_days": 14},
        {"not": {"event": "seen", "within_days": 7}},
        {"attribute": "country", "is": ["DE", "CN"]}
    ]}

docs/analytics.md has the grammar in words.
"""

from growth.segments.conditions.parsing import Fault, Invalid, parse
from growth.segments.conditions.tree import (
    SEEN,
    All,
    Any,
    Bounds,
    Dated,
    Did,
    Events,
    Flag,
    Measured,
    Named,
    Node,
    Not,
    Period,
    When,
    leaves,
)
from growth.segments.conditions.writing import write

__all__ = [
    "SEEN",
    "All",
    "Any",
    "Bounds",
    "Dated",
    "Did",
    "Events",
    "Fault",
    "Flag",
    "Invalid",
    "Measured",
    "Named",
    "Node",
    "Not",
    "Period",
    "When",
    "leaves",
    "parse",
    "write",
]
