"""What the site does by itself with a fresh report: it stops what does harm or is broken, and ships what has won."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError
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
    rows = Experiment.objects.running().filter(pk__in=wanted, kind__in=[Kind.AB, Kind.AA])
    return sum(_act(experiment, bodies[experiment.pk]) for experiment in rows.select_related("owner"))


def _act(experiment: Experiment, body: Body) -> bool:
    """One that cannot be stopped, since its flag is being changed say, is tried again after the next refresh."""
    try:
        with translation.override(settings.LANGUAGE_CODE):  # the reason is kept in the site's words
            done = _ship(experiment, body) or _stop(experiment, body)
    except (ValidationError, OperationalError) as error:
        log.warning("experiment %s was not stopped: %s", experiment.key, error)
        return False
    if done:
        news.tell(experiment, body)
    return done


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
