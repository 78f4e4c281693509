from django.urls import re_path

from experiments.report import api

app_name = "experiments-report"
# api/v1/experiments/
urlpatterns = [re_path(r"^(?P<key>[a-z0-9][a-z0-9._-]*)/report/$", api.ExperimentReport.as_view(), name="report")]
