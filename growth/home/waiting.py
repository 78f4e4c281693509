"""What waits for people: a sentence and where to go. One count each, only for those who may act on it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.imports.models import ImportRun
from community.moderation import cases
from community.points.models import Chore
from community.webhooks.models import Delivery, Endpoint


@dataclass(frozen=True)
class Wait:
    sentence: str
    address: str
    link: str


def for_admin(request: HttpRequest) -> list[Wait]:
    return [wait for wait in (_flags(request), _endpoints(request), _deliveries(request), _imports(request)) if wait]


def _flags(request: HttpRequest) -> Wait | None:
    count = cases.count() if getattr(request.user, "moderates", False) else 0
    if not count:
        return None
    words = ngettext(
        "%d post or comment was flagged and waits for a decision.",
        "%d posts and comments were flagged and wait for a decision.",
        count,
    )
    return Wait(words % count, reverse("admin:moderation_queue"), _("To the queue"))


def _endpoints(request: HttpRequest) -> Wait | None:
    may = request.user.has_perm("webhooks.view_endpoint")
    count = Endpoint.objects.filter(state=Endpoint.State.DEAD).count() if may else 0
    if not count:
        return None
    words = ngettext("%d webhook is dead: it failed for days.", "%d webhooks are dead: they failed for days.", count)
    address = reverse("admin:webhooks_endpoint_changelist") + "?state__exact=dead"
    return Wait(words % count, address, _("See which"))


def _deliveries(request: HttpRequest) -> Wait | None:
    """Of endpoints that work otherwise; those of a dead one are told by its own line."""
    may = request.user.has_perm("webhooks.view_delivery")
    count = Delivery.objects.filter(state=Delivery.State.FAILED, endpoint__state="on").count() if may else 0
    if not count:
        return None
    words = ngettext("%d webhook delivery failed for good.", "%d webhook deliveries failed for good.", count)
    return Wait(words % count, reverse("admin:webhooks_delivery_changelist") + "?state__exact=failed", _("See them"))


def _imports(request: HttpRequest) -> Wait | None:
    """Folders whose last import failed."""
    later = ImportRun.objects.filter(folder=OuterRef("folder"), pk__gt=OuterRef("pk"))
    failed = ImportRun.objects.filter(~Exists(later), state=ImportRun.State.FAILED)
    count = failed.count() if request.user.has_perm("imports.view_importrun") else 0
    if not count:
        return None
    words = ngettext("%d import failed.", "%d imports failed.", count)
    return Wait(words % count, reverse("admin:imports_importrun_changelist") + "?state__exact=failed", _("See why"))


def proof(request: HttpRequest) -> Wait | None:
    """What the last proof of the points found, for those who may see it."""
    if not request.user.has_perm("points.view_chore"):
        return None
    ended = Chore.objects.filter(kind=Chore.Kind.VERIFY, finished_at__isnull=False)
    last = ended.order_by("-pk").only("state", "result", "finished_at").first()
    if last is None or last.finished_at is None:
        return Wait(_("The points were not verified yet."), reverse("admin:points_boards"), _("Verify them"))
    words = _proven(last) % {"at": date_format(localtime(last.finished_at), "DATETIME_FORMAT")}
    return Wait(words, reverse("admin:points_chore_change", args=[last.pk]), _("See the proof"))


def _proven(chore: Chore) -> str:
    if chore.state != Chore.State.DONE:
        return _("The last proof of the points, %(at)s, failed.")
    if differences := chore.result["differences"]:
        words = ngettext(
            "The proof of %%(at)s found %(n)d difference between the points and their ledger.",
            "The proof of %%(at)s found %(n)d differences between the points and their ledger.",
            differences,
        )
        return words % {"n": differences}
    return _("The points are proven, as of %(at)s: the ledger, balances and boards agree.")
