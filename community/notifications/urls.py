from django.urls import include, path

from community.notifications import views

app_name = "notifications"

urlpatterns = [
    path(
        "inbox/",
        include(
            [
                path("", views.notices, name="list"),
                path("<int:pk>/", views.follow, name="open"),
                path("read/", views.read, name="read"),
                path("unread/", views.unread, name="unread"),
                path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
            ]
        ),
    ),
]
