"""Django's sessions in the database, whose look-up every page of a member begins with."""

from __future__ import annotations

from functools import cache

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from community.prepared import Asked, Prepared


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        found = _session().first(key=self.session_key, now=timezone.now())
        if found is None:
            self._session_key = None
        return found


@cache
def _session() -> Prepared[Session]:
    return Prepared(Session.objects.filter(session_key=Asked("key"), expire_date__gt=Asked("now")))
