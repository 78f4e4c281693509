"""What pages say about a number, and words that need their context to be translated."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext, pgettext

from community import spoken


@spoken.kept
def points_word(n: int) -> str:
    return ngettext("point", "points", n)


@spoken.kept
def answers_word(n: int) -> str:
    return ngettext("answer", "answers", n)


@spoken.kept
def replies_word(n: int) -> str:
    return ngettext("reply", "replies", n)


def points(n: int) -> str:
    return ngettext("%(n)s point", "%(n)s points", n) % {"n": n}


def answers(n: int) -> str:
    return ngettext("%(n)s answer", "%(n)s answers", n) % {"n": n}


def replies(n: int) -> str:
    return ngettext("%(n)s reply", "%(n)s replies", n) % {"n": n}


def topics(n: int) -> str:
    return ngettext("%(n)s topic", "%(n)s topics", n) % {"n": n}


def views(n: int) -> str:
    return ngettext("%(n)s view", "%(n)s views", n) % {"n": n}


def votes(n: int) -> str:
    return ngettext("%(n)s vote", "%(n)s votes", n) % {"n": n}


def in_posts(n: int) -> str:
    return ngettext("in %(n)s post", "in %(n)s posts", n) % {"n": n}


def more_comments(n: int) -> str:
    return ngettext("%(n)s more comment", "%(n)s more comments", n) % {"n": n}


def following_topic() -> str:
    return pgettext("a topic", "Following")


def span_heading(*, yearly: bool) -> str:
    return pgettext("heading", "Year") if yearly else pgettext("heading", "Month")


@spoken.kept
def compact(points: int) -> str:
    """1,284 as it is, 12,840 as 12.8k: short enough for a byline."""
    if points < 10_000:
        return number_format(points, force_grouping=True)
    return f"{points / 1000:.1f}k" if points < 100_000 else f"{points // 1000}k"


def answer_prompt(which: str) -> str:
    """Below a question that nobody has answered. The wordings are those of an experiment (community.forum.trials)."""
    if which == "first":
        return gettext("Nobody has answered yet: yours would be the first.")
    if which == "told":
        return gettext("No answer yet. Whoever asked is told as soon as you write one.")
    return gettext("No answer yet. If you know a part of it, that is a start.")
