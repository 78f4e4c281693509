from django.urls import path

from experiments.serving import views

urlpatterns = [
    path("ofrep/v1/evaluate/flags", views.evaluate_flags, name="ofrep_flags"),
    path("ofrep/v1/evaluate/flags/<path:key>", views.evaluate_flag, name="ofrep_flag"),
    path("ofrep/v1/openapi.json", views.description, name="ofrep_description"),
    path("api/features/<str:client_key>", views.features, name="features"),
]
