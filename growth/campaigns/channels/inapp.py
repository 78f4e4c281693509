"""Notices in the inbox of the site. The provider has neither settings nor a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import Error

from growth.campaigns.channels.base import Base
from growth.campaigns.channels.interface import Outcome, Sending
from growth.campaigns.channels.noticeboard import Note

if TYPE_CHECKING:
    from growth.campaigns.channels.sessions import Sessions


class InApp(Base):
    """A message is written once, whatever is repeated."""

    repeats_are_known = True

    async def deliver(self, sending: Sending, session: Sessions) -> Outcome:
        message = sending.message
        parts = urlsplit(message.url)
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        note = Note(message.message_id, sending.target.member_id, message.title, message.text or message.body, path)
        try:
            notice = await session.notices.post(note)
        except Error as fault:
            return Outcome("retry", reason=type(fault).__name__)
        if notice is None:
            return Outcome("dead_token", reason="no such member")
        return Outcome("accepted", external_id=str(notice))
