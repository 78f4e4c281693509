from django.urls import path

from community.moderation import views

app_name = "moderation"

urlpatterns = [
    path("flag/<str:kind>/<int:pk>/", views.flag, name="flag"),
    path("hide/<str:kind>/<int:pk>/", views.hide, name="hide"),
]
