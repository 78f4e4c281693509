"""How near the points of an imported community come to its own: `python bench/reputation.py DIR`.

Imports the Stack Exchange dump in DIR under each rule set, compares members' points with the dump's `Reputation`, and
rolls back. Prints one JSON object: per rule set Spearman's rho and how many are equal, among members with a question
or an answer, and the largest differences.
"""

import argparse
import json
import os
import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import transaction  # noqa: E402 (after setup)
from scipy.stats import spearmanr  # noqa: E402

from community.imports.stackexchange import files, importing, reading  # noqa: E402
from community.members.models import Member  # noqa: E402

RULE_SETS = ("stackexchange", "stackexchange-2018")
SHOWN = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    directory = parser.parse_args().directory
    reputation = _reputation(directory)
    points = {rules: _points(directory, rules) for rules in RULE_SETS}
    found = {rules: _compare(points[rules], reputation) for rules in RULE_SETS}
    print(json.dumps({"dump": directory.resolve().name, "members_with_a_post": len(points[RULE_SETS[0]]), **found}))


def _reputation(directory: Path) -> dict[int, int]:
    """By the dump's id. The importer has no use for this attribute."""
    users = files.DumpFile("Users.xml", "users", {"Id": files.whole, "Reputation": files.whole}, {})
    return {row["Id"]: row["Reputation"] for _line, row in reading.rows(directory, users)}


def _points(directory: Path, rules: str) -> dict[int, int]:
    """Points of members with a post, by the dump's id."""
    source = f"reputation under {rules}"
    with transaction.atomic():
        importing.import_dump(directory, source=source, rules=rules, checking=_tell, importing=_tell)
        members = Member.objects.filter(imported_from=source, posts__isnull=False).distinct()
        points = dict(members.values_list("imported_id", "points"))
        transaction.set_rollback(True)
    return points


def _compare(points: dict[int, int], reputation: dict[int, int]) -> dict[str, object]:
    ids = sorted(points)
    differences = {pk: points[pk] - reputation[pk] for pk in ids}
    largest = sorted(ids, key=lambda pk: -abs(differences[pk]))[:SHOWN]
    return {
        "spearman_rho": round(float(spearmanr([points[pk] for pk in ids], [reputation[pk] for pk in ids])[0]), 4),
        "exact": sum(not difference for difference in differences.values()),
        "exact_but_for_100": sum(difference in (0, -100) for difference in differences.values()),
        "median_difference": sorted(differences.values())[len(ids) // 2],
        "largest": [{"user": pk, "points": points[pk], "reputation": reputation[pk]} for pk in largest],
    }


def _tell(what: str, rows: int = 0, *, total: int | None = None) -> None:
    pass


if __name__ == "__main__":
    main()
