"""A member's messages, and why each of them came or did not."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from community import keyset
from community.asked import whole
from growth.campaigns.devices import wording
from growth.campaigns.explaining.telling import explain
from growth.campaigns.models import Delivery

PAGE = 25


def _theirs(request: HttpRequest) -> QuerySet[Delivery]:
    return Delivery.objects.ended().filter(member=request.user.pk).select_related("campaign__topic")


@login_required
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    page = keyset.page(_theirs(request), order=["-id"], size=PAGE, cursor=request.GET.get("after"))
    rows = [(delivery, wording.named(delivery.campaign.topic)) for delivery in page.rows]
    return render(request, "campaigns/received.html", {"current": "messages", "page": page, "rows": rows})


@login_required
@require_safe
def why(request: HttpRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(_theirs(request), pk=whole(str(pk)))
    return render(
        request,
        "campaigns/why.html",
        {
            "current": "messages",
            "delivery": delivery,
            "topic": wording.named(delivery.campaign.topic),
            "explained": explain(delivery),
        },
    )
