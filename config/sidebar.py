"""The admin's sidebar (settings.UNFOLD): everything there is, in groups, by plain words; each sees what they may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Item:
    """A model's list; or, with `page`, another page of its admin (the name of its address, `room:name` elsewhere)."""

    model: str
    icon: str
    title: str | Promise = ""  # as the model is called, unless given
    page: str = ""

    @property
    def address(self) -> str:
        model = apps.get_model(self.model)
        name = self.page or f"{model._meta.app_label}_{model._meta.model_name}_changelist"
        return reverse(name if ":" in name else f"admin:{name}")


GROUPS: tuple[tuple[str | Promise, tuple[Item, ...]], ...] = (
    (
        _("Content"),
        (
            Item("forum.topic", "forum"),
            Item("forum.post", "article"),
            Item("forum.comment", "chat_bubble"),
            Item("forum.tag", "label"),
            Item("forum.category", "category"),
            Item("forum.revision", "history"),
            Item("forum.upload", "image"),
            Item("forum.topiclink", "link"),
            Item("forum.bounty", "redeem"),
        ),
    ),
    (
        _("Moderation"),
        (
            Item("moderation.flag", "inbox", _("What waits"), "moderation_queue"),
            Item("moderation.flag", "flag"),
            Item("moderation.suspension", "block"),
            Item("forum.logentry", "gavel"),
        ),
    ),
    (
        _("Members"),
        (
            Item("members.member", "person"),
            Item("auth.group", "group"),
            Item("members.badge", "military_tech"),
            Item("members.award", "workspace_premium"),
        ),
    ),
    (
        _("Points"),
        (
            Item("points.chore", "leaderboard", _("Leaderboards"), "points_boards"),
            Item("points.rule", "rule"),
            Item("points.ruleset", "rule_folder"),
            Item("points.privilege", "key"),
            Item("points.entry", "receipt_long"),
            Item("forum.vote", "thumbs_up_down"),
            Item("points.chore", "manufacturing"),
        ),
    ),
    (
        _("Analytics"),
        (
            Item("reports.answer", "insights", _("Reports"), "reports:index"),
            Item("segments.segment", "group_work", "", "segments:list"),
            Item("reports.savedreport", "bookmark"),
            Item("reports.dashboard", "dashboard"),
            Item("reports.annotation", "event_note"),
            Item("reports.answer", "manufacturing"),
        ),
    ),
    (
        _("Experiments"),
        (
            Item("experiments.experiment", "science"),
            Item("experiments.idea", "cycle", _("The loop"), "experiments_idea_board"),
            Item("experiments.insight", "lightbulb"),
            Item("experiments.experiment", "account_balance", _("What teams brought"), "experiments_idea_ledger"),
            Item("experiments.flag", "toggle_on"),
            Item("experiments.rollout", "stairs"),
            Item("experiments.metric", "straighten"),
            Item("experiments.refresh", "sync"),
            Item("experiments.holdout", "do_not_disturb_on"),
            Item("experiments.layer", "layers"),
            Item("experiments.lease", "history_toggle_off"),
            Item("experiments.team", "groups"),
            Item("experiments.calibration", "tune", _("Calibration")),
            Item("experiments.environment", "dns"),
            Item("waffle.switch", "power_settings_new"),
        ),
    ),
    (
        _("Campaigns"),
        (
            Item("campaigns.campaign", "campaign"),
            Item("campaigns.campaign", "calendar_month", _("Calendar"), "campaigns_campaign_calendar"),
            Item("campaigns.delivery", "outgoing_mail"),
            Item("campaigns.device", "devices"),
            Item("campaigns.provider", "cell_tower"),
            Item("campaigns.frequencycap", "speed"),
            Item("campaigns.quiethours", "bedtime"),
            Item("campaigns.subscriptiontopic", "topic"),
        ),
    ),
    (
        _("Messages and events"),
        (
            Item("notifications.notification", "notifications"),
            Item("notifications.mail", "mail"),
            Item("events.event", "timeline"),
            Item("events.declaredevent", "playlist_add_check"),
        ),
    ),
    (
        _("Programs"),
        (
            Item("api.token", "vpn_key"),
            Item("experiments.sdkkey", "key_vertical"),
            Item("oauth2_provider.application", "apps", _("OAuth applications")),
            Item("oauth2_provider.refreshtoken", "autorenew", _("OAuth refresh tokens")),
            Item("webhooks.endpoint", "webhook"),
            Item("webhooks.delivery", "local_shipping"),
        ),
    ),
    (
        _("Running the site"),
        (
            Item("imports.importrun", "upload_file"),
            Item("desk.act", "manage_search"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """As unfold wants it; groups of which nothing may be seen are left out."""
    first = {"items": [_entry(request, _("Home"), "home", reverse("admin:index"), exact=True)]}
    pages = {item.address for _title, items in GROUPS for item in items if item.page}
    groups = [{"title": title, "items": _entries(request, items, pages)} for title, items in GROUPS]
    return [first, *(group for group in groups if group["items"])]


def _entries(request: HttpRequest, items: tuple[Item, ...], pages: set[str]) -> list[dict[str, Any]]:
    found = []
    for item in items:
        model = apps.get_model(item.model)
        if not admin.site._registry[model].has_view_or_change_permission(request):
            continue
        title = item.title or capfirst(model._meta.verbose_name_plural)
        exact = bool(item.page) and ":" not in item.page  # another room's has pages below
        address = item.address
        exact |= any(page != address and page.startswith(address) and request.path.startswith(page) for page in pages)
        found.append(_entry(request, title, item.icon, address, exact=exact))
    return found


def _entry(request: HttpRequest, title: Any, icon: str, link: str, *, exact: bool) -> dict[str, Any]:
    here = request.path == link if exact else request.path.startswith(link)
    return {"title": title, "icon": icon, "link": link, "active": here}
