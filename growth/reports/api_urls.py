from django.urls import path

from growth.reports import api

app_name = "reports-api"
# api/v1/analytics/
urlpatterns = [
    path("", api.Kinds.as_view(), name="analytics"),
    path("<slug:kind>/", api.Report.as_view(), name="report"),
    path("<slug:kind>/people/", api.People.as_view(), name="report-people"),
]
