"""What the site does by itself with a fresh report: it stops what does harm or is broken, and ships what has won."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.utils import translation

from experiments.models import Experiment
from experiments.report import news, wording
from experiments.running import stopping

log = logging.getLogger(__name__)
Body = Mapping[str, Any]
Kind = Experiment.Kind


def act(bodies: Mapping[int, Body]) -> int:
    """Of reports by experiment; how many were stopped or shipped. Guarded rollouts are held and rolled back by their
    own rule, holdouts by people."""
    wanted = [pk for pk, body in bodies.items() if body["verdict"]["stop"] or body["verdict"]["kind"] == "ship"]
    if not wanted:
        return 0
    running = Experiment.objects.running().filter(pk__in=wanted, kind__in=[Kind.AB, Kind.AA])
    return sum(_act(pk, bodies[pk]) for pk in running.values_list("pk", flat=True).order_by("pk"))


def _act(pk: int, body: Body) -> bool:
    """One that cannot be stopped, since its flag is being changed say, is tried again after the next refresh."""
    try:
        with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):  # the reason: in the site's words
            experiment = _as_reported(pk, body)
            done = experiment is not None and (_ship(experiment, body) or _stop(experiment, body))
    except (ValidationError, OperationalError) as error:
        log.warning("experiment %s was not stopped: %s", pk, error)
        return False
    if experiment and done:
        news.tell(experiment, body)
    return done


def _as_reported(pk: int, body: Body) -> Experiment | None:
    """Its row locked, if it is still what the report is of: people may have restarted or stopped it since, or told it
    not to act by itself, and another refresh may have reported later."""
    rows = Experiment.objects.running().filter(pk=pk, report__as_of=datetime.fromisoformat(body["as_of"]))
    experiment = rows.select_for_update(of=("self",)).first()
    if experiment is None or not experiment.phases.current().filter(pk=body["phase"]["id"]).exists():
        return None
    return experiment


def _ship(experiment: Experiment, body: Body) -> bool:
    verdict = body["verdict"]
    if not (experiment.auto_ship and verdict["kind"] == "ship" and experiment.kind == Kind.AB):
        return False
    stopping.ship(experiment, variation=verdict["arm"], by=None, why=reason(body))
    return True


def _stop(experiment: Experiment, body: Body) -> bool:
    """For harm it is rolled back; arms that are not what they should be say nothing of what was tried."""
    verdict = body["verdict"]
    if not (experiment.auto_stop and verdict["stop"]):
        return False
    harmed = verdict["stop"] == "guardrail" and verdict["kind"] == "roll_back"
    decision = Experiment.Decision.ROLL_BACK if harmed else ""
    stopping.stop(experiment, by=None, why=reason(body), decision=decision)
    return True


def reason(body: Body) -> str:
    return " ".join(wording.sentences(body))[:500]
