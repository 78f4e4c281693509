"""Where providers tell, `/push/receipts/<provider's key>/`. Public: the signature is the proof."""

from __future__ import annotations

from typing import Protocol

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from growth.campaigns import providers
from growth.campaigns.channels.interface import Carrier
from growth.campaigns.models import Channel, Provider
from growth.campaigns.receiving import normalising
from growth.campaigns.receiving.forms import jpush, mailgun, standard
from growth.campaigns.receiving.told import Asked, Told, Unproved, Unreadable

MOST_BYTES = 512 * 1024


class Form(Protocol):
    def prove(self, asked: Asked, carrier: Carrier) -> None: ...

    def read(self, asked: Asked) -> list[Told]: ...


FORMS: dict[str, Form] = {"jpush": jpush, "mailgun": mailgun, "standard": standard}


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, key: str) -> HttpResponse:
    """`{"taken", "known"}`: receipts that were news, and those of a message that we know. 401 without a proof, 413, 400
    with what is wrong; of a request that is refused nothing is taken."""
    provider = get_object_or_404(Provider, key=key)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return _said(f"At most {MOST_BYTES} bytes.", 413)
    form, asked = _form(provider), Asked(request.headers, request.body, timezone.now())
    try:
        form.prove(asked, providers.carrier(provider))
        if request.method == "GET":
            return _echo(request)
        told = form.read(asked)
    except Unproved as error:
        return _said(str(error), 401)
    except Unreadable as error:
        return _said(str(error), 400)
    taken, known = normalising.take(provider, told, asked.now)
    return JsonResponse({"taken": taken, "known": known})


def _form(provider: Provider) -> Form:
    usual = "jpush" if provider.channel == Channel.JPUSH else "standard"
    return FORMS.get(str(provider.config.get("receipts", usual)), standard)


def _echo(request: HttpRequest) -> HttpResponse:
    """JPush asks so whether the address is ours, and wants its word back."""
    return _said(request.GET.get("echostr", "")[:100], 200)


def _said(why: str, status: int) -> HttpResponse:
    return HttpResponse(why, status=status, content_type="text/plain; charset=utf-8")
