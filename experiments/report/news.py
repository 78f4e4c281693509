"""Owners are told by mail: at once what the site did by itself, and once a day how their experiments stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
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
        .order_by("experiment__owner_id", "experiment_id")
    )
    by_owner = groupby(rows.iterator(chunk_size=100), key=lambda row: row.experiment.owner)
    return sum(_send_digest(owner, reports) for owner, reports in by_owner if _may_be_told(owner))


def _send_digest(owner: Any, reports: Iterable[Report]) -> bool:
    """What wants a decision comes first. Of a report only its first sentence is kept in memory."""
    with translation.override(_language(owner)):
        told = [(one.verdict == Report.Verdict.COLLECTING, _line(one)) for one in reports]
        lines = [line for _is_collecting, line in sorted(told, key=itemgetter(0))]
        subject = ngettext("%(n)d experiment of yours is running", "%(n)d experiments of yours are running", len(lines))
        text = render_to_string("experiments/mail/digest.txt", {"lines": lines, "day": timezone.localdate()})
    _send(owner, subject % {"n": len(lines)}, text)
    return True


def _line(report: Report) -> dict[str, str]:
    experiment = report.experiment
    return {"name": experiment.name, "words": wording.sentences(report.body)[0], "url": _address(experiment)}


def _may_be_told(owner: Any) -> bool:
    return bool(owner and owner.is_active and owner.is_staff and owner.email)


def _language(owner: Any) -> str:
    return getattr(owner, "language", "") or settings.LANGUAGE_CODE


def _address(experiment: Experiment) -> str:
    return settings.SITE_URL + experiment.get_absolute_url()


def _send(owner: Any, subject: str, text: str) -> None:
    """A fault of the mail server is no fault of the refresh."""
    send_mail(f"[{settings.SITE_NAME}] {subject}", text, None, [owner.email], fail_silently=True)
