"""The order of topics in the hot feed and of answers below a question. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from math import copysign, log10, sqrt
from typing import Any

Z = 1.281551565545
"""Of the normal distribution: the bound holds with 90 % (80 % two-sided), as on Lobsters."""


@dataclass(frozen=True)
class Weights:
    """What makes a topic hot. The stored order is that of these; an experiment may give a reader's page others."""

    hours: float = 22  # of youth that are worth ten times the score
    reply: float = 0.5  # votes that a reply counts for
    waiting: float = 0  # what a question without a reply has more: 1 is ten times the score

    @classmethod
    def read(cls, given: Any) -> Weights:
        """Of a flag; what it does not say, or says unfit, is as it is without."""
        if not isinstance(given, Mapping):
            return STANDARD
        names = {field.name for field in fields(cls)}
        known = {name: value for name, value in given.items() if name in names and type(value) in (int, float)}
        return cls(**known) if known.get("hours", 1) > 0 else STANDARD


STANDARD = Weights()


def hot(score: int, replies: int, created_at: datetime, *, waits: bool = False, weights: Weights = STANDARD) -> float:
    """Higher is hotter (after Lobsters). Time is in it as an addend, so it changes with votes and replies only.

    Replies count half a vote each and never more than the score, so that a quarrel alone heats nothing.
    """
    talk = max(0.0, min(replies * weights.reply, score + 1))
    warmth = log10(max(1.0, abs(score + 1) + talk))
    youth = created_at.timestamp() / (weights.hours * 3600)
    return copysign(warmth, score + 1) + youth + (weights.waiting if waits else 0)


def wilson(up: int, down: int) -> float:
    """The lower bound of the share of up-votes, 0 to 1; 0 without votes."""
    n = up + down
    if n == 0:
        return 0.0
    share, square = up / n, Z * Z
    spread = Z * sqrt((share * (1 - share) + square / (4 * n)) / n)
    return max(0.0, (share + square / (2 * n) - spread) / (1 + square / n))


def confidence(up: int, down: int) -> float:
    """What answers are ordered by: `wilson`, and below zero for those with down-votes alone, the more the lower."""
    return wilson(up, down) if up else -wilson(down, 0)
