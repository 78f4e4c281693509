from django.urls import path, register_converter

from community.points import periods, views

app_name = "points"


class PeriodConverter:
    regex = "|".join(periods.NAMES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PeriodConverter, "period")

urlpatterns = [
    path("boards/", views.board, name="board"),
    path("boards/scopes/", views.scopes_page, name="scopes"),
    path("boards/<period:period>/", views.board, name="board"),
    path("boards/<period:period>/<slug:kind>/<str:slug>/", views.board, name="board"),
    path("points/", views.privileges_page, name="privileges"),
    path("members/<str:username>/points/", views.mine, name="mine"),
]
