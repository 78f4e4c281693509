"""Owners are told by mail: at once what the site did by itself, and once a day how their experiments stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from experiments.models import Experiment, Report
from experiments.report import wording

DAY = 24 * 3600


def tell(experiment: Experiment, body: Mapping[str, Any]) -> bool:
    """That it was stopped or shipped by itself; whether there was somebody to tell."""

    def subject() -> str:
        done = experiment.get_decision_display() or experiment.get_status_display()
        return _("%(experiment)s was ended by itself: %(done)s") % {"experiment": experiment.name, "done": done}

    experiment.refresh_from_db()
    return notify(experiment, subject, lambda: wording.sentences(body), experiment.get_absolute_url())


def notify(
    experiment: Experiment, subject: Callable[[], str], sentences: Callable[[], Sequence[str]], path: str
) -> bool:
    """The owner, in their language, with the page at `path`; whether there was somebody to tell."""
    owner = experiment.owner
    if not _may_be_told(owner):
        return False
    with translation.override(_language(owner)):
        told = {"sentences": sentences(), "url": settings.SITE_URL + path}
        _send(owner, subject(), render_to_string("experiments/mail/ended.txt", told))
    return True


def digest() -> int:
    """To each owner, of what is running; how many letters. Once a day, however often it is called."""
    if not cache.add(f"experiments.digest:{timezone.localdate()}", 1, DAY):
        return 0
    rows = (
        Report.objects.filter(experiment__status=Experiment.Status.RUNNING, experiment__owner__isnull=False)
        .select_related("experiment__owner")
        .order_by("experiment__owner", "experiment")
    )
    by_owner: dict[int, list[Report]] = defaultdict(list)
    for row in rows.iterator(chunk_size=500):
        if _may_be_told(row.experiment.owner):
            by_owner[row.experiment.owner_id or 0].append(row)
    for reports in by_owner.values():
        _send_digest(reports)
    return len(by_owner)


def _send_digest(reports: Sequence[Report]) -> None:
    """What wants a decision comes first."""
    owner = reports[0].experiment.owner
    with translation.override(_language(owner)):
        lines = [
            {"name": one.experiment.name, "words": wording.sentences(one.body)[0], "url": _address(one.experiment)}
            for one in sorted(reports, key=lambda one: one.verdict == Report.Verdict.COLLECTING)
        ]
        subject = ngettext("%(n)d experiment of yours is running", "%(n)d experiments of yours are running", len(lines))
        text = render_to_string("experiments/mail/digest.txt", {"lines": lines, "day": timezone.localdate()})
    _send(owner, subject % {"n": len(lines)}, text)


def _may_be_told(owner: Any) -> bool:
    return bool(owner and owner.is_active and owner.is_staff and owner.email)


def _language(owner: Any) -> str:
    return getattr(owner, "language", "") or settings.LANGUAGE_CODE


def _address(experiment: Experiment) -> str:
    return settings.SITE_URL + experiment.get_absolute_url()


def _send(owner: Any, subject: str, text: str) -> None:
    """A fault of the mail server is no fault of the refresh."""
    send_mail(f"[{settings.SITE_NAME}] {subject}", text, None, [owner.email], fail_silently=True)
