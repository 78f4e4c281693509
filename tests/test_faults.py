"""The table of faults (docs/faults.md) is kept: every fault has an answer and tests, and every test named exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

TESTS = Path(settings.ROOT) / "tests"
ROW = re.compile(r"^\| (?P<fault>[^|]+) \| (?P<answer>[^|]+) \| (?P<tests>[^|]+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
ASKED = (
    "hostile Markdown",
    "deep nesting",
    "oversized",
    "invalid UTF-8",
    "wrong CSRF",
    "foreign ids",
    "replayed requests",
    "concurrent requests",
    "Redis away",
    "PostgreSQL restarting",
    "disk full on upload",
    "clock going backwards",
    "mail server away",
)

ROWS = [
    row.groupdict()
    for row in ROW.finditer((Path(settings.ROOT) / "docs" / "faults.md").read_text())
    if row["fault"] != "fault" and not row["fault"].startswith("-")
]


@cache
def named_in(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("fault", ASKED)
def test_the_faults_that_everybody_asks_about_stand_in_bold(fault):
    assert [row for row in ROWS if f"**{fault}**" in row["fault"]]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["fault"][:40])
def test_each_fault_names_tests_that_exist_and_nothing_else(row):
    named = NAMED.findall(row["tests"])
    assert named
    assert re.sub(r"[\s,]", "", NAMED.sub("", row["tests"])) == ""
    assert [f"{path}::{name}" for path, name in named if name not in named_in(TESTS / path)] == []


def test_no_fault_stands_twice():
    faults = [row["fault"] for row in ROWS]
    assert len(faults) == len(set(faults)) > 40
