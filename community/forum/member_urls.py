"""Members' pages, under one name. They stand in this room because a profile shows what its member wrote."""

from django.urls import path

from community.forum.views import members
from community.members import views

app_name = "members"

urlpatterns = [
    path("members/", views.directory, name="list"),
    path("members/<str:username>/", members.profile, name="profile"),
    path("settings/", views.settings, name="settings"),
    path("settings/picture/", views.picture, name="picture"),
    path("settings/export/", members.export, name="export"),
    path("settings/leave/", members.leave, name="leave"),
    path("settings/<slug:tab>/", views.settings, name="settings"),
    path("theme/", views.theme, name="theme"),
]
