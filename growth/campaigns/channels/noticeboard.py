"""Notices for the site's inboxes, written together where they come together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.utils import timezone

MOST = 500  # in one statement

# In the order of members, as all verbs lock them. Who was told is not told again; who is gone is not told.
WRITE = """
WITH given AS (
  SELECT * FROM unnest(%s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::text[])
  AS g (message, member, title, body, path)
), written AS (
  INSERT INTO campaigns_notice (message_id, member_id, title, body, path, created_at)
  SELECT message, member, title, body, path, %s FROM given JOIN members_member ON members_member.id = member
  WHERE is_active ORDER BY member
  ON CONFLICT (message_id) DO NOTHING
  RETURNING id, member_id, created_at
)
INSERT INTO notifications_notification (member_id, kind, source_kind, source_id, created_at)
SELECT member_id, 'campaign', 'notice', id, created_at FROM written ORDER BY member_id
"""
WRITTEN = "SELECT message_id, id FROM campaigns_notice WHERE message_id = ANY(%s)"


@dataclass(frozen=True)
class Note:
    message_id: UUID
    member_id: int
    title: str
    body: str
    path: str


@dataclass
class Noticeboard:
    _waiting: list[tuple[Note, asyncio.Future[int | None]]] = field(default_factory=list)
    _writer: asyncio.Task[None] | None = None

    async def post(self, note: Note) -> int | None:
        """The notice's id; None where there is no such member any more. Raises django.db.Error."""
        self._waiting.append((note, answer := asyncio.get_running_loop().create_future()))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await answer

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                found = await sync_to_async(write)([note for note, _answer in batch])
            except Exception as fault:  # each of those who wait is told
                answers = [answer for _note, answer in batch if not answer.done()]
                for answer in answers:
                    answer.set_exception(fault)
                continue
            for note, answer in batch:
                if not answer.done():
                    answer.set_result(found.get(note.message_id))


def write(notes: Sequence[Note]) -> dict[UUID, int]:
    """Each once, whatever is repeated; the ids of those that are there now."""
    if not connection.in_atomic_block:  # this thread has no request whose end would do it
        connection.close_if_unusable_or_obsolete()
    columns = [list(column) for column in zip(*[tuple(vars(note).values()) for note in notes], strict=True)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WRITE, [*columns, timezone.now()])
        cursor.execute(WRITTEN, [columns[0]])
        return dict(cursor.fetchall())
