"""A Stack Exchange dump's history once more, in plain Python straight from its XML: what the importer must record.

Shares nothing with community.imports; the definitions are those of docs/metrics.md ("Imported history").
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

Row = dict[str, str]
SIGN_UP, WRITTEN, RECEIVED, VOTED, BADGE = range(5)  # the order within one moment
QUESTION, ANSWER = "1", "2"
ACCEPT, UP, DOWN, FAVOURITE, BOUNTY = "1", "2", "3", "5", "8"


class Happening(NamedTuple):
    member: int  # the dump's id
    name: str
    us: int  # microseconds since 1970, UTC
    order: int  # position in the total order of all events


def history(directory: Path) -> list[Happening]:
    """Every event of the dump's members in total order."""
    dump = _Dump(directory)
    found = [one for part in (dump.people, dump.posts, dump.comments, dump.votes, dump.accepts) for one in part()]
    found.sort(key=lambda one: one[3], reverse=True)  # `answer_accepted` comes before `accept_received`
    found.sort(key=lambda one: one[:3])
    return [Happening(member, name, us, order) for order, (us, _step, _nth, name, member) in enumerate(found)]


_Found = Iterator[tuple[int, int, int, str, int]]  # us, step, the dump's id of the cause, name, member


class _Dump:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.members = {int(row["Id"]) for row in self.rows("Users")} - {-1}
        posts = {row["Id"]: row for row in self.rows("Posts")}
        self.questions = {key: row for key, row in posts.items() if row["PostTypeId"] == QUESTION}
        self.answers = {
            key: row for key, row in posts.items() if row["PostTypeId"] == ANSWER and row["ParentId"] in self.questions
        }
        self.known = self.questions | self.answers

    def rows(self, name: str) -> Iterator[Row]:
        for _event, element in ElementTree.iterparse(self.directory / f"{name}.xml"):
            if element.tag == "row":
                yield dict(element.attrib)
                element.clear()

    def told(self, member: int | None, name: str, us: int, step: int, nth: str) -> _Found:
        if member is not None:
            yield us, step, int(nth), name, member

    def member(self, row: Row, key: str) -> int | None:
        found = int(row.get(key, "-1"))
        return found if found in self.members else None

    def people(self) -> _Found:
        for row in self.rows("Users"):
            if int(row["Id"]) in self.members:
                yield from self.told(int(row["Id"]), "signed_up", _us(row["CreationDate"]), SIGN_UP, row["Id"])
        for row in self.rows("Badges"):
            yield from self.told(self.member(row, "UserId"), "badge_earned", _us(row["Date"]), BADGE, row["Id"])

    def posts(self) -> _Found:
        for key, row in self.known.items():
            author, us = self.member(row, "OwnerUserId"), _us(row["CreationDate"])
            if key in self.questions:
                yield from self.told(author, "topic_started", us, WRITTEN, key)
                continue
            yield from self.told(author, "answer_posted", us, WRITTEN, key)
            asker = self.member(self.questions[row["ParentId"]], "OwnerUserId")
            if asker != author:
                yield from self.told(asker, "answer_received", us, RECEIVED, key)

    def comments(self) -> _Found:
        for row in self.rows("Comments"):
            if row["PostId"] not in self.known:
                continue
            commenter, us = self.member(row, "UserId"), _us(row["CreationDate"])
            author = self.member(self.known[row["PostId"]], "OwnerUserId")
            yield from self.told(commenter, "comment_posted", us, WRITTEN, row["Id"])
            if author != commenter:
                yield from self.told(author, "comment_received", us, RECEIVED, row["Id"])

    def votes(self) -> _Found:
        """Nobody is told to have cast one: this dump keeps voters to itself."""
        favourites = set()
        for row in sorted(self.rows("Votes"), key=lambda row: (self._voted(row), int(row["Id"]))):
            kind, key, post = row["VoteTypeId"], row["Id"], row["PostId"]
            if post not in self.known:
                continue
            user, us = self.member(row, "UserId"), self._voted(row)
            author = self.member(self.known[post], "OwnerUserId")
            if kind in (UP, DOWN):
                yield from self.told(author, "vote_received", us, VOTED, key)
            elif kind == BOUNTY:
                yield from self.told(user, "bounty_offered", us, VOTED, key)
            elif kind == FAVOURITE and (user, post) not in favourites:
                favourites.add((user, post))
                yield from self.told(user, "bookmarked", us, VOTED, key)

    def accepts(self) -> _Found:
        dated = {row["PostId"]: row for row in self.rows("Votes") if row["VoteTypeId"] == ACCEPT}
        for question in self.questions.values():
            answer = self.answers.get(question.get("AcceptedAnswerId", ""))
            if answer is None or answer["ParentId"] != question["Id"]:
                continue
            vote = dated.get(answer["Id"])
            us = self._voted(vote) if vote else _us(answer["CreationDate"])
            nth = (vote or answer)["Id"]
            asker, author = self.member(question, "OwnerUserId"), self.member(answer, "OwnerUserId")
            yield from self.told(asker, "answer_accepted", us, VOTED, nth)
            if asker != author:
                yield from self.told(author, "accept_received", us, VOTED, nth)

    def _voted(self, vote: Row) -> int:
        """A vote has a day only, and none came before its post."""
        post = self.known.get(vote["PostId"])
        return max(_us(vote["CreationDate"]), _us(post["CreationDate"]) if post else 0)


def _us(text: str) -> int:
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )
