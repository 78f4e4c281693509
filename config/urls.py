from django.contrib import admin
from django.contrib.sitemaps import views as sitemaps
from django.urls import include, path
from django.views.generic import TemplateView

from community.forum.sitemaps import SITEMAPS
from community.members import views as members
from config.health import healthz
from config.media import media
from config.metrics import metrics

handler500 = "config.errors.something_broke"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", metrics, name="metrics"),
    path("admin/home/", include("growth.home.urls")),
    path("admin/analytics/", include("growth.segments.urls")),
    path("admin/analytics/", include("growth.reports.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/analytics/", include("growth.reports.api_urls")),
    path("api/v1/segments/", include("growth.segments.api_urls")),
    path("api/v1/experiments/", include("experiments.report.api_urls")),
    path("api/v1/devices/", include("growth.campaigns.devices.api.urls")),
    path("api/v1/campaigns/", include("growth.campaigns.api.urls")),
    path("api/v1/", include("community.api.urls")),
    path("", include("experiments.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", members.language, name="set_language"),
    path("", include("community.api.programs.urls")),
    path("settings/messages/received/", include("growth.campaigns.explaining.urls")),
    path("push/receipts/", include("growth.campaigns.receiving.urls")),
    path("", include("growth.campaigns.devices.urls")),
    path("", include("community.forum.member_urls")),
    path("", include("community.points.urls")),
    path("", include("community.notifications.urls")),
    path("", include("community.moderation.urls")),
    path("robots.txt", TemplateView.as_view(template_name="robots.txt", content_type="text/plain"), name="robots"),
    path("sitemap.xml", sitemaps.index, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("sitemap-<section>.xml", sitemaps.sitemap, {"sitemaps": SITEMAPS}, "django.contrib.sitemaps.views.sitemap"),
    path("", include("community.forum.urls")),
    path("media/<path:path>", media),
]
