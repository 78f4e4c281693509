"""The plan of the house, held by tests: floors, sizes, names, migrations."""

import ast
import re
import shutil
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

PACKAGES = ("config", "events", "experiments", "community", "growth")
BANNED_NAMES = {"utils.py", "helpers.py", "common.py"}


def python_files(*roots: str) -> Iterator[Path]:
    for root in roots:
        for path in sorted((settings.ROOT / root).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Each function with its span in lines."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.relative_to(settings.ROOT)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def lint_imports(directory: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([program, "--no-cache"], cwd=directory, text=True, capture_output=True)


def test_no_file_is_longer_than_400_lines():
    lengths = {
        str(path.relative_to(settings.ROOT)): sum(1 for line in path.read_text().splitlines() if line.strip())
        for path in python_files(*PACKAGES, "tests", "bench")
    }
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_functions_are_short():
    spans = [span for path in python_files(*PACKAGES) for span in functions(path)]
    assert [span for span in spans if span[1] > 60] == []
    lengths = [length for _, length in spans]
    assert statistics.median(lengths) <= 8
    assert statistics.quantiles(lengths, n=10)[-1] <= 25


def test_no_file_is_a_drawer_of_odds_and_ends():
    assert [path for path in python_files(*PACKAGES, "tests") if path.name in BANNED_NAMES] == []


def test_imports_go_down_only():
    found = lint_imports(settings.ROOT)
    assert found.returncode == 0, found.stdout


UPWARD = {
    "events/planted.py": "import community.members.models",
    "experiments/planted.py": "import growth",
    "community/planted.py": "import config.settings",
    "community/points/planted.py": "import community.forum.models",
    "community/members/planted.py": "import community.points.models",
}


def test_each_import_upward_is_caught(tmp_path):
    for name in PACKAGES:
        shutil.copytree(settings.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(settings.ROOT / "pyproject.toml", tmp_path)
    for module, line in UPWARD.items():
        (tmp_path / module).write_text(f"{line}\n")
    found = lint_imports(tmp_path)
    assert found.returncode == 1
    for module, line in UPWARD.items():
        assert re.search(rf"{module.removesuffix('.py').replace('/', '.')} -> {line.split()[1]}\b", found.stdout)


@pytest.mark.django_db
def test_every_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_app_has_one_numbered_line_of_migrations():
    """Two migrations of one number are two people's; the second must be made anew."""
    for folder in (folder for name in PACKAGES for folder in (settings.ROOT / name).glob("**/migrations")):
        numbers = [path.name[:4] for path in folder.glob("[0-9]*.py")]
        assert len(numbers) == len(set(numbers)), folder


def test_the_project_does_not_name_the_machine_it_was_made_on():
    places = {str(settings.ROOT), str(Path.home()), socket.gethostname()} - {"/", "/root", "localhost"}
    pattern = re.compile("|".join(rf"(?<![\w/]){re.escape(place)}\b" for place in sorted(places)))
    listing = ["git", "-c", "safe.directory=*", "ls-files"]
    tracked = subprocess.run(listing, cwd=settings.ROOT, text=True, capture_output=True, check=True)
    named = [
        f"{path}: {match.group()}"
        for path in tracked.stdout.splitlines()
        if (settings.ROOT / path).is_file()
        and not path.endswith(".mo")  # the bytes of a compiled catalogue may spell anything; its source is read
        and (match := pattern.search((settings.ROOT / path).read_text(errors="replace")))
    ]
    assert named == []
