from django.urls import path

from growth.segments import api

app_name = "segments-api"
# api/v1/segments/
urlpatterns = [
    path("", api.Segments.as_view(), name="segments"),
    path("preview/", api.SegmentPreview.as_view(), name="preview"),
    path("<slug:key>/", api.SegmentDetail.as_view(), name="segment"),
    path("<slug:key>/refresh/", api.SegmentRefresh.as_view(), name="refresh"),
    path("<slug:key>/persons/", api.SegmentMembers.as_view(), name="persons"),
]
