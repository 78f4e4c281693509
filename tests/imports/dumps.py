"""Small dumps written by hand, and the command run on them."""

import json
from io import StringIO
from itertools import count
from pathlib import Path
from xml.sax.saxutils import quoteattr

from django.core.management import call_command

from community.imports.stackexchange.files import FILES

ROOTS = {file.name.removesuffix(".xml"): file.root for file in FILES}
BOM = "\ufeff"


class Dump:
    """A dump in the making: each method adds a row and gives its id; `write` writes the files."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.rows: dict[str, list[dict[str, object]]] = {name: [] for name in ROOTS if name != "PostHistory"}
        self.ids = count(1)

    def add(self, file: str, **attributes: object) -> int:
        row = {"Id": next(self.ids), **attributes}
        self.rows.setdefault(file, []).append({name: value for name, value in row.items() if value is not None})
        return int(str(row["Id"]))

    def user(self, name: str = "Ada Lovelace", **more: object) -> int:
        return self.add("Users", **{"DisplayName": name, "CreationDate": "2018-03-01T08:00:00.123", **more})

    def question(self, author: int | None = None, **more: object) -> int:
        plain = {"Title": "Why?", "Body": "<p>Why?</p>", "Tags": "<gates>", "CreationDate": "2018-03-02T10:00:00.500"}
        return self.add("Posts", **{"PostTypeId": 1, "OwnerUserId": author, **plain, **more})

    def answer(self, question: int, author: int | None = None, **more: object) -> int:
        plain = {"Body": "<p>Because.</p>", "CreationDate": "2018-03-03T12:00:00"}
        return self.add("Posts", **{"PostTypeId": 2, "ParentId": question, "OwnerUserId": author, **plain, **more})

    def comment(self, post: int, author: int | None = None, **more: object) -> int:
        plain = {"Text": "Indeed.", "CreationDate": "2018-03-04T12:00:00"}
        return self.add("Comments", **{"PostId": post, "UserId": author, **plain, **more})

    def vote(self, post: int, kind: int = 2, day: str = "2018-03-05", **more: object) -> int:
        return self.add("Votes", **{"PostId": post, "VoteTypeId": kind, "CreationDate": f"{day}T00:00:00.000", **more})

    def badge(self, user: int, **more: object) -> int:
        plain = {"Name": "Student", "Date": "2018-03-06T07:08:09.010", "Class": 3, "TagBased": "False"}
        return self.add("Badges", **{"UserId": user, **plain, **more})

    def tag(self, name: str, **more: object) -> int:
        return self.add("Tags", **{"TagName": name, **more})

    def link(self, post: int, related: int, kind: int = 1) -> int:
        when = "2018-03-07T00:00:00"
        return self.add("PostLinks", PostId=post, RelatedPostId=related, LinkTypeId=kind, CreationDate=when)

    def history(self, post: int, kind: int, guid: str, text: str = "", **more: object) -> int:
        plain = {"CreationDate": "2018-03-02T10:00:00.500", "Text": text}
        return self.add(
            "PostHistory", **{"PostId": post, "PostHistoryTypeId": kind, "RevisionGUID": guid, **plain, **more}
        )

    def write(self) -> Path:
        self.directory.mkdir(exist_ok=True)
        for name, rows in self.rows.items():
            lines = [f"  <row {' '.join(f'{key}={quoteattr(str(row[key]))}' for key in row)} />" for row in rows]
            text = "\n".join(
                [f'{BOM}<?xml version="1.0" encoding="utf-8"?>', f"<{ROOTS[name]}>", *lines, f"</{ROOTS[name]}>\n"]
            )
            (self.directory / f"{name}.xml").write_text(text, encoding="utf-8")
        return self.directory


def run(directory: Path, *options: str) -> dict:
    """What the command says on its last line. CommandError where it refuses."""
    out = StringIO()
    call_command("import_stackexchange", str(directory), *options, stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])
