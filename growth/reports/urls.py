from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponseBase
from django.urls import path

from growth.reports import boards, listing, saving, views

View = Callable[..., HttpResponseBase]


def _page(route: str, view: View, name: str) -> object:
    """Of the admin: whoever is not signed in signs in first, and what changes something is in the audit."""
    return path(route, admin.site.admin_view(view), name=name)


app_name = "reports"
# admin/analytics/
urlpatterns = [
    _page("", boards.index, "index"),
    _page("dashboards/<int:pk>/", boards.dashboard, "dashboard"),
    _page("answers/<int:pk>/state/", views.state, "state"),
    _page("answers/<int:pk>/cancel/", views.cancel, "cancel"),
    _page("<slug:kind>/", views.report, "report"),
    _page("<slug:kind>/ask/", views.ask, "ask"),
    _page("<slug:kind>/csv/", views.table, "csv"),
    _page("<slug:kind>/save/", saving.save, "save"),
    _page("<slug:kind>/people/", listing.people, "people"),
    _page("<slug:kind>/people/ask/", listing.ask, "people-ask"),
    _page("<slug:kind>/people/csv/", listing.export, "people-csv"),
]
