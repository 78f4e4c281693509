from collections.abc import Callable

from django.contrib import admin
from django.http import HttpResponseBase
from django.urls import path, re_path

from growth.segments import building_views, views
from growth.segments.timeline import views as timeline

View = Callable[..., HttpResponseBase]


def _page(route: str, view: View, name: str) -> object:
    """Of the admin: whoever is not signed in signs in first, and what changes something is in the audit."""
    return path(route, admin.site.admin_view(view), name=name)


app_name = "segments"
# admin/analytics/
urlpatterns = [
    _page("segments/", views.segments, "list"),
    _page("segments/new/", building_views.new, "new"),
    _page("segments/preview/", building_views.preview, "preview"),
    _page("segments/from-people/", views.from_people, "from_people"),
    _page("segments/of/<slug:key>/", views.detail, "detail"),
    _page("segments/of/<slug:key>/edit/", building_views.edit, "edit"),
    _page("segments/of/<slug:key>/state/", views.state, "state"),
    _page("segments/of/<slug:key>/refresh/", views.refresh, "refresh"),
    _page("segments/of/<slug:key>/delete/", views.delete, "delete"),
    _page("segments/of/<slug:key>/people/", views.people, "people"),
    # A member by id, a visitor by minus its own
    re_path(r"^people/(?P<person>-?[1-9]\d{0,17})/$", admin.site.admin_view(timeline.timeline), name="person"),
    re_path(r"^people/(?P<person>-?[1-9]\d{0,17})/ask/$", admin.site.admin_view(timeline.ask), name="person-ask"),
]
