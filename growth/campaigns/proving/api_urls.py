from django.urls import re_path

from growth.campaigns.proving import api

app_name = "campaigns-report"
# api/v1/campaigns/
urlpatterns = [re_path(r"^(?P<key>[a-z0-9][a-z0-9._-]*)/report/$", api.Report.as_view(), name="report")]
