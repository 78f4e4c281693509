"""A row of a dump as it goes into its temporary table: columns in the order of core/staged.py, texts rendered."""

from __future__ import annotations

from community.forum import indexing, wording
from community.forum.text import excerpt, heading, render, render_inline, to_markdown
from community.imports.core.values import website
from community.imports.stackexchange.files import ANSWER, QUESTION, Row
from community.members import names

EXCERPT, WIKI = 4, 5


def user(row: Row) -> tuple:
    base = names.slug(row["DisplayName"] or "")
    if len(base) < 2 or names.reserved(base):
        base = f"{base or 'user'}-{row['Id']}"
    about = row["AboutMe"] or ""
    return (
        row["Id"],
        base,
        row["DisplayName"] or base,
        row["CreationDate"],
        row["LastAccessDate"] or row["CreationDate"],
        row["Location"] or "",
        website(row["WebsiteUrl"] or ""),
        to_markdown(about),
        render(about, format="html").html if about else "",
        True,  # profiles are public there
    )


def tag(row: Row) -> tuple:
    return row["Id"], row["TagName"], row["ExcerptPostId"], row["WikiPostId"]


def post(row: Row) -> tuple:
    kind, title, tags = row["PostTypeId"], row["Title"] or "", row["Tags"] or []
    rendered = render(row["Body"], format="html")
    return (
        row["Id"],
        kind,
        row["ParentId"],
        row["AcceptedAnswerId"],
        row["OwnerUserId"],
        row["CreationDate"],
        to_markdown(row["Body"]) if kind == WIKI else row["Body"],
        rendered.html,
        excerpt(rendered.plain, 500) if kind == EXCERPT else "",
        indexing.vector(title=title, tags=tags, plain=rendered.plain) if kind in (QUESTION, ANSWER) else None,
        title,
        heading(title[: wording.TITLE_MAX]),
        wording.slug(title, "question"),
        tags,
        max(row["ViewCount"] or 0, 0),
        row["LastEditDate"],
        row["LastEditorUserId"],
        row["LastActivityDate"] or row["CreationDate"],
        row["ClosedDate"],
        row["CommunityOwnedDate"] is not None,
        "question",
        "html",
        None,
        None,
    )


def comment(row: Row) -> tuple:
    html = render_inline(row["Text"]).html
    return row["Id"], row["PostId"], row["UserId"], row["CreationDate"], row["Text"], html, row["Score"] or 0


def vote(row: Row) -> tuple:
    amount = max(row["BountyAmount"] or 0, 0)
    return row["Id"], row["PostId"], row["VoteTypeId"], row["CreationDate"], row["UserId"], amount


def badge(row: Row) -> tuple:
    return row["Id"], row["UserId"], row["Name"][:60], row["Date"], row["Class"] or 3, row["TagBased"] or False


def link(row: Row) -> tuple:
    return row["Id"], row["PostId"], row["RelatedPostId"], row["LinkTypeId"], row["CreationDate"]


def history(row: Row) -> tuple:
    return (
        row["Id"],
        row["PostId"],
        row["PostHistoryTypeId"],
        row["RevisionGUID"],
        row["CreationDate"],
        row["UserId"],
        (row["Text"] or "").replace("\r\n", "\n"),
        (row["Comment"] or "")[:300],
    )
