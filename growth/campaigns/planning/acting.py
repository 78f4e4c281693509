"""What is done to a campaign between its draft and its end. Who may, is asked by whoever calls.

draft -submit-> review -approve-> scheduled -launch-> running <-> paused, and from each of these to cancelled; what runs
is finished by hand, or when nothing is left to send. Every verb is one transaction with one row of history.
ValidationError where the campaign's state does not allow it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from events.lake.moment import scalar
from growth.campaigns.models import Campaign
from growth.campaigns.planning import scheduling
from growth.campaigns.planning.checking import check
from growth.campaigns.planning.recording import Person, acting, must_be, must_say_why

State = Campaign.State
WRITING = ("created", "changed", "submitted")  # acts of authors


def submit(campaign: Campaign, *, by: Person, why: str = "") -> Campaign:
    """Have it approved. ValidationError by field where something is missing."""
    with acting(campaign, "submitted", by=by, why=why) as row:
        must_be(row, State.DRAFT)
        check(row)
        row.state = State.REVIEW
    return campaign


def approve(campaign: Campaign, *, by: Person, why: str = "", seen: int | None = None) -> Campaign:
    """It goes out at its time; without one when somebody launches it. `seen` is the last of its changes that was looked
    at (last_change). ValidationError where another came since, and to whoever wrote any of it."""
    with acting(campaign, "approved", by=by, why=why) as row:
        must_be(row, State.REVIEW)
        if by and wrote(row, by):
            raise ValidationError(_("You wrote it yourself: somebody else approves it."))
        if seen is not None and seen != last_change(row):
            raise ValidationError(_("It was changed after you looked at it: go back and look again."))
        check(row)
        row.state, row.approved_by_id = State.SCHEDULED, by.pk if by else None
    return campaign


def send_back(campaign: Campaign, *, by: Person, why: str) -> Campaign:
    """A draft again, to be done better."""
    must_say_why(why)
    with acting(campaign, "sent back", by=by, why=why) as row:
        must_be(row, State.REVIEW, State.SCHEDULED)
        row.state, row.approved_by = State.DRAFT, None
    return campaign


def schedule(campaign: Campaign, *, by: Person, why: str = "", at: datetime | None) -> Campaign:
    """Give an approved one another time, or none (None)."""
    with acting(campaign, "scheduled", by=by, why=why) as row:
        must_be(row, State.SCHEDULED)
        row.starts_at = at
        row.full_clean()
    return campaign


def launch(campaign: Campaign, *, by: Person, why: str = "", now: datetime | None = None) -> Campaign:
    """Begin: at `now` where its time has not come. From here on whom it reaches and with what stays as it is."""
    now = now or timezone.now()
    with acting(campaign, "launched", by=by, why=why) as row:
        must_be(row, State.SCHEDULED)
        check(row)
        if row.starts_at is None or not scheduling.begun(row, now):
            row.starts_at = now
        row.state = State.RUNNING
        row.read_to = int(scalar("SELECT pg_snapshot_xmin(pg_current_snapshot())::text"))
        scheduling.add_first(row)
    return campaign


def pause(campaign: Campaign, *, by: Person, why: str) -> Campaign:
    """Nothing goes out and nobody is frozen until it is resumed. Who enters meanwhile waits, until their row is old."""
    must_say_why(why)
    with acting(campaign, "paused", by=by, why=why) as row:
        must_be(row, State.RUNNING)
        row.state, row.paused_why = State.PAUSED, why[:300]
    return campaign


def resume(campaign: Campaign, *, by: Person, why: str = "") -> Campaign:
    with acting(campaign, "resumed", by=by, why=why) as row:
        must_be(row, State.PAUSED)
        row.state, row.paused_why = State.RUNNING, ""
    return campaign


def cancel(campaign: Campaign, *, by: Person, why: str = "") -> Campaign:
    """For good: what was not sent yet is cancelled (ending.py)."""
    with acting(campaign, "cancelled", by=by, why=why) as row:
        must_be(row, State.DRAFT, State.REVIEW, State.SCHEDULED, State.RUNNING, State.PAUSED)
        row.state, row.finished_at = State.CANCELLED, timezone.now()
    return campaign


def finish(campaign: Campaign, *, by: Person, why: str = "") -> Campaign:
    """Nobody enters any more and nothing is left to send; by hand what was not sent yet is cancelled."""
    with acting(campaign, "finished", by=by, why=why) as row:
        must_be(row, State.RUNNING, State.PAUSED)
        row.state, row.finished_at = State.FINISHED, timezone.now()
    return campaign


def stop_test(campaign: Campaign, *, by: Person, why: str, winner: int | None = None) -> Campaign:
    """From now on all who get anything get the winner, an index; without one (the test did harm) the campaign is
    finished. Who is held back stays so."""
    must_say_why(why)
    with acting(campaign, "test stopped", by=by, why=why) as row:
        must_be(row, State.RUNNING, State.PAUSED)
        if row.test_stopped_at:
            raise ValidationError(_("The test was stopped before."))
        if winner is not None and not row.variations.filter(index=winner).exists():
            raise ValidationError({"winner": _("There is no such variation.")})
        row.test_stopped_at, row.winner = timezone.now(), winner
        if winner is None:
            row.state, row.finished_at = State.FINISHED, timezone.now()
    return campaign


def wrote(campaign: Campaign, member: Any) -> bool:
    """Whether any of it is this member's: made, changed or handed in."""
    return campaign.created_by_id == member.pk or campaign.changes.filter(act__in=WRITING, by=member.pk).exists()


def last_change(campaign: Campaign) -> int | None:
    """The id of the newest row of its history."""
    return campaign.changes.order_by("-pk").values_list("pk", flat=True).first()
