from django.urls import include, path

from growth.campaigns.devices.views import browsers, links, preferences

app_name = "messages"

# /m/<token>/…: the links in messages
message = [
    path("", links.follow, name="follow"),
    path("seen.gif", links.pixel, name="pixel"),
    path("report/", links.report, name="report"),
]

# /settings/messages/…
settings = [
    path("", preferences.preferences, name="preferences"),
    path("nothing/", preferences.nothing, name="nothing"),
    path("quiet/", preferences.quiet_hours, name="quiet"),
    path("devices/<int:pk>/remove/", preferences.remove, name="remove"),
]

urlpatterns = [
    path("push-worker.js", browsers.worker, name="worker"),
    path("push/", browsers.register, name="register"),
    path("m/<str:token>/", include(message)),
    path("stop/<str:token>/", links.stop, name="stop"),
    path("settings/messages/", include(settings)),
]
