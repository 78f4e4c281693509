"""The files of a Stack Exchange dump: what each must and may carry, and how the values read.

Source: "Database schema documentation for the public data dump" (meta.stackexchange.com/q/2677).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from community.imports.core.staged import ANSWER, QUESTION
from community.imports.core.values import moment, small, text, whole

Row = dict[str, Any]
Parse = Callable[[str], Any]


def rank(text: str) -> int:
    if text not in {"1", "2", "3"}:
        raise ValueError("no class of badges")
    return int(text)


def flag(text: str) -> bool:
    if text not in {"True", "False"}:
        raise ValueError("neither True nor False")
    return text == "True"


def tag_name(value: str) -> str:
    if not value or len(value) > 40:
        raise ValueError("not 1 to 40 characters")
    return value


def tag_names(value: str) -> list[str]:
    """`<a><b>`, or `|a|b|` in dumps since 2024."""
    return [tag_name(name) for name in value.replace("|", "><").strip("<>").split("><") if name]


def _complete_post(row: Row) -> str:
    if row["PostTypeId"] == QUESTION and not row["Title"]:
        return "a question without Title"
    if row["PostTypeId"] == ANSWER and row["ParentId"] is None:
        return "an answer without ParentId"
    return ""


def _anything(row: Row) -> str:
    return ""


@dataclass(frozen=True)
class DumpFile:
    name: str
    root: str
    required: Mapping[str, Parse]
    optional: Mapping[str, Parse]
    problem: Callable[[Row], str] = _anything  # what is wrong with the row as a whole
    may_be_absent: bool = False


USERS = DumpFile(
    "Users.xml",
    "users",
    {"Id": whole, "CreationDate": moment},
    {"DisplayName": text, "LastAccessDate": moment, "Location": text, "WebsiteUrl": text, "AboutMe": text},
)
TAGS = DumpFile("Tags.xml", "tags", {"Id": whole, "TagName": tag_name}, {"ExcerptPostId": whole, "WikiPostId": whole})
POSTS = DumpFile(
    "Posts.xml",
    "posts",
    {"Id": whole, "PostTypeId": small, "CreationDate": moment, "Body": text},
    {
        "ParentId": whole,
        "AcceptedAnswerId": whole,
        "OwnerUserId": whole,
        "Title": text,
        "Tags": tag_names,
        "ViewCount": small,
        "LastEditDate": moment,
        "LastEditorUserId": whole,
        "LastActivityDate": moment,
        "ClosedDate": moment,
        "CommunityOwnedDate": moment,
    },
    _complete_post,
)
COMMENTS = DumpFile(
    "Comments.xml",
    "comments",
    {"Id": whole, "PostId": whole, "Text": text, "CreationDate": moment},
    {"UserId": whole, "Score": small},
)
VOTES = DumpFile(
    "Votes.xml",
    "votes",
    {"Id": whole, "PostId": whole, "VoteTypeId": small, "CreationDate": moment},
    {"UserId": whole, "BountyAmount": small},
)
BADGES = DumpFile(
    "Badges.xml",
    "badges",
    {"Id": whole, "UserId": whole, "Name": text, "Date": moment},
    {"Class": rank, "TagBased": flag},
)
LINKS = DumpFile(
    "PostLinks.xml",
    "postlinks",
    {"Id": whole, "PostId": whole, "RelatedPostId": whole, "LinkTypeId": small, "CreationDate": moment},
    {},
)
HISTORY = DumpFile(
    "PostHistory.xml",
    "posthistory",
    {"Id": whole, "PostId": whole, "PostHistoryTypeId": small, "RevisionGUID": text, "CreationDate": moment},
    {"UserId": whole, "Text": text, "Comment": text},
    may_be_absent=True,
)

FILES = (USERS, TAGS, POSTS, COMMENTS, VOTES, BADGES, LINKS, HISTORY)
