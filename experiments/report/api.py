"""`GET /api/v1/experiments/{key}/report/`: the stored report, for programs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.module_loading import import_string
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from experiments.models import Report
from experiments.report import overriding, tables

# Tokens, scopes and limits are those of the site's whole API, which is on a floor above.
Resource: Any = import_string(settings.API_RESOURCE)


class ExperimentReportOut(serializers.Serializer):
    experiment = serializers.CharField(help_text="Its key.")
    status = serializers.CharField(help_text="draft, running, stopped or archived")
    as_of = serializers.DateTimeField(help_text="Later events were not read.")
    verdict = serializers.ChoiceField(Report.Verdict.values)
    report = serializers.DictField(
        help_text="Verdict, health, and each arm of each metric against control. Where `hidden`, metrics are null: the "
        "arms do not have the units that they should, and no reviewer has taken it upon them."
    )


class ExperimentReport(Resource):
    required_scopes = {"GET": "analytics:read"}

    @extend_schema(
        operation_id="getExperimentReport",
        summary="Read the report of an experiment",
        tags=["analytics"],
        request=None,
        responses=ExperimentReportOut,
    )
    def get(self, request: Request, key: str) -> Response:
        """As it was stored after the last refresh. For who may see experiments."""
        if not (request.user.is_staff and request.user.has_perm("experiments.view_experiment")):
            raise PermissionDenied
        found = get_object_or_404(Report.objects.select_related("experiment"), experiment__key=key)
        hidden = tables.is_hidden(found.body, overriding.shown_by(found.experiment, found.body))
        told = {
            "experiment": key,
            "status": found.experiment.status,
            "as_of": found.as_of,
            "verdict": found.verdict,
            "report": tables.public(found.body, hidden=hidden),
        }
        return Response(ExperimentReportOut(told).data)
