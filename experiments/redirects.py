"""Split URL: experiments whose variations are other addresses ("urlRedirect" of the GrowthBook specification)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from experiments.evaluation import run
from experiments.results import Evaluation


@dataclass(frozen=True, slots=True)
class Redirect:
    evaluation: Evaluation
    url: str  # of the variation, as it was written
    target: str  # with what the visitor's own address asked for, where that is to be kept


def redirects(experiments: Sequence[Mapping[str, Any]], attributes: Mapping[str, Any], url: str) -> list[Redirect]:
    """Those for a visitor of `url`, in order; of one whose variation names no address there is none."""
    found = []
    for experiment in experiments:
        if not matches(experiment.get("urlPatterns") or (), url):
            continue
        evaluation = run(experiment, attributes, url=url)
        there = (evaluation.value or {}).get("urlRedirect") if evaluation.variation is not None else None
        if there:
            target = _with_query(there, url) if experiment.get("persistQueryString") else there
            found.append(Redirect(evaluation, there, target))
    return found


def matches(patterns: Sequence[Mapping[str, Any]], url: str) -> bool:
    """Whether one of those that include does, and none of those that exclude; without an including one, all are in."""
    including = [one for one in patterns if one.get("include", True)]
    excluding = [one for one in patterns if not one.get("include", True)]
    wanted = not including or any(_matches(one, url) for one in including)
    return wanted and not any(_matches(one, url) for one in excluding)


def _matches(pattern: Mapping[str, Any], url: str) -> bool:
    if pattern.get("type") == "regex":
        try:
            found = re.compile(pattern["pattern"])
        except re.error:
            return False
        path = urlunsplit(urlsplit(url)._replace(scheme="", netloc=""))
        return bool(found.search(url) or found.search(path))
    return _simple(pattern["pattern"], url)


def _simple(pattern: str, url: str) -> bool:
    """Host and path with `*` for anything; of the query, the parameters that the pattern names."""
    wanted, given = urlsplit(_absolute(pattern)), urlsplit(_absolute(url))
    if wanted.netloc not in ("_", "") and not _globbed(wanted.netloc, given.netloc):
        return False
    if not _globbed(wanted.path.strip("/"), given.path.strip("/")):
        return False
    asked = dict(parse_qsl(given.query))
    return all(_globbed(value, asked.get(name, "")) for name, value in parse_qsl(wanted.query))


def _absolute(url: str) -> str:
    return url if "://" in url else f"https://_/{url.lstrip('/')}" if url.startswith("/") else f"https://{url}"


def _globbed(pattern: str, text: str) -> bool:
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text, re.IGNORECASE))


def _with_query(there: str, url: str) -> str:
    """The new address's own parameters, then those of the old one that it does not set."""
    parts = urlsplit(there)
    own = parse_qsl(parts.query)
    names = {name for name, _ in own}
    kept = [(name, value) for name, value in parse_qsl(urlsplit(url).query) if name not in names]
    return urlunsplit(parts._replace(query=urlencode([*own, *kept])))
