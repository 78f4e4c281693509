from django.urls import include, path, re_path

from growth.campaigns.api import acts, campaigns, deliveries
from growth.campaigns.proving import api as proving

app_name = "campaigns-api"

# api/v1/campaigns/<key>/…
one = [
    path("", campaigns.CampaignDetail.as_view(), name="campaign"),
    path("submit/", acts.Submit.as_view(), name="submit"),
    path("schedule/", acts.Schedule.as_view(), name="schedule"),
    path("launch/", acts.Launch.as_view(), name="launch"),
    path("pause/", acts.Pause.as_view(), name="pause"),
    path("resume/", acts.Resume.as_view(), name="resume"),
    path("cancel/", acts.Cancel.as_view(), name="cancel"),
    path("entries/", deliveries.Entries.as_view(), name="entries"),
    path("deliveries/", deliveries.Deliveries.as_view(), name="deliveries"),
    path("deliveries/<int:delivery_id>/", deliveries.DeliveryDetail.as_view(), name="delivery"),
    path("report/", proving.Report.as_view(), name="report"),
]

urlpatterns = [
    path("", campaigns.Campaigns.as_view(), name="campaigns"),
    re_path(r"^(?P<key>[a-z0-9][a-z0-9._-]*)/", include(one)),
]
