from django.urls import path

from growth.campaigns.explaining import views

app_name = "received"

# /settings/messages/received/…
urlpatterns = [
    path("", views.received, name="list"),
    path("<int:pk>/", views.why, name="why"),
]
