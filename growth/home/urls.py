from django.urls import path

from growth.home import views

app_name = "home"
# admin/home/
urlpatterns = [
    path("<int:key>/ask/", views.ask, name="ask"),
    path("<int:key>/state/", views.state, name="state"),
]
