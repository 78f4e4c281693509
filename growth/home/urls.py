from django.urls import path

from growth.home import views

app_name = "home"
# admin/home/
urlpatterns = [
    path("ask/", views.ask, name="ask"),
    path("state/", views.state, name="state"),
]
