"""The order of topics in the hot feed and of answers below a question. Pure."""

from __future__ import annotations

from datetime import datetime
from math import copysign, log10, sqrt

HALF_DAY_AND_MORE = 79_200
"""Seconds (22 hours) of youth that are worth ten times the score."""

Z = 1.281551565545
"""Of the normal distribution: the bound holds with 90 % (80 % two-sided), as on Lobsters."""


def hot(score: int, replies: int, created_at: datetime) -> float:
    """Higher is hotter (after Lobsters). Time is in it as an addend, so it changes with votes and replies only.

    Replies count half a vote each and never more than the score, so that a quarrel alone heats nothing.
    """
    talk = max(0.0, min(replies / 2, score + 1))
    warmth = log10(max(1.0, abs(score + 1) + talk))
    return copysign(warmth, score + 1) + created_at.timestamp() / HALF_DAY_AND_MORE


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
