"""Two lists: the settings' pages, and OAuth under the names by which the library finds its own."""

from django.urls import include, path
from oauth2_provider import views as library

from community.api.programs import oauth, views

pages = [
    path("", views.overview, name="overview"),
    path("tokens/new/", views.new_token, name="new_token"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="revoke_token"),
    path("guests/<int:pk>/shut-out/", views.shut_out, name="shut_out"),
    path("applications/new/", views.new_application, name="new_application"),
    path("applications/<int:pk>/", views.change_application, name="application"),
    path("applications/<int:pk>/secret/", views.renew_secret, name="renew_secret"),
    path("applications/<int:pk>/delete/", views.delete_application, name="delete_application"),
]
oauth_endpoints = [
    path(
        ".well-known/oauth-authorization-server",
        library.OAuthServerMetadataView.as_view(),
        name="oauth-server-metadata",
    ),
    path("oauth/authorize/", oauth.Consent.as_view(), name="authorize"),
    path("oauth/token/", oauth.Tokens.as_view(), name="token"),
    path("oauth/revoke/", library.RevokeTokenView.as_view(), name="revoke-token"),
]
urlpatterns = [
    path("settings/programs/", include((pages, "programs"))),
    path("", include((oauth_endpoints, "oauth2_provider"))),
]
