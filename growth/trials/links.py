"""What the report of an experiment leads to (settings.EXPERIMENT_LINKS)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from experiments.models import Experiment
from growth.reports import access
from growth.reports.kinds import KINDS

KEYS = ("trial-groups", "trial-composition", "trial-balance", "trial-unit", "trial-overlap")


def of(request: HttpRequest, experiment: Experiment) -> list[tuple[str, str]]:
    """(title, address) of each question that the reader may ask."""
    asked = urlencode({"experiment": experiment.key})
    kinds = [KINDS[key] for key in KEYS if access.may_ask(request.user, KINDS[key])]
    return [(str(kind.title), f"{reverse('reports:report', args=[kind.key])}?{asked}") for kind in kinds]
