"""Mentions in imported texts lead to the members that they mean here, and nowhere where there is no such member."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db import connection
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from community.imports.core.work import Work

LINK = re.compile(r'<a href="/members/[^"]*/" class="mention">@([^<]*)</a>')
BATCH = 1000


def relink(work: Work, table: str, meant: str) -> None:
    """Write the HTML of a staged table anew. `meant` gives (id, html, names as written, usernames here or null)."""
    with connection.connection.cursor(name="with_mentions") as cursor:
        cursor.execute(meant)
        while rows := cursor.fetchmany(BATCH):
            work.cursor.executemany(
                f"UPDATE {table} SET html = %s WHERE id = %s",
                [(relinked(html, dict(zip(typed, names, strict=True))), pk) for pk, html, typed, names in rows],
            )


def relinked(html: str, usernames: Mapping[str | None, str | None]) -> str:
    """Our own HTML with its mentions leading to these members, and plain where they would lead nowhere."""

    def link(match: re.Match[str]) -> str:
        username = usernames.get(match[1].lower())
        if not username:
            return f"@{match[1]}"
        url = reverse("members:profile", args=[username])
        return format_html('<a href="{}" class="mention">@{}</a>', url, mark_safe(match[1]))  # noqa: S308

    return LINK.sub(link, html)
