"""Tell the owner of an endpoint that it is dead. Its row says whom is yet to be told, so no mail server can lose it."""

from __future__ import annotations

import logging
import smtplib

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from community.members.models import Member
from community.webhooks.models import Endpoint

logger = logging.getLogger(__name__)

AWAY, AWAY_SECONDS = "webhooks:mail-server-away", 60


def tell() -> int:
    """Mail the owners who do not know yet; how many endpoints that was about. While the mail server is away, none."""
    if cache.get(AWAY):
        return 0
    told = 0
    try:
        while _tell_next():
            told += 1
    except (OSError, smtplib.SMTPException) as fault:
        cache.set(AWAY, True, AWAY_SECONDS)
        logger.warning("the owner of a dead endpoint could not be told: %s", fault)
    return told


def _tell_next() -> bool:
    with transaction.atomic():
        untold = Endpoint.objects.filter(untold=True).select_related("owner").order_by("pk")
        endpoint = untold.select_for_update(of=("self",), skip_locked=True).first()
        if endpoint is None:
            return False
        endpoint.untold = False
        endpoint.save(update_fields=["untold"])
        for member in _whom(endpoint):
            _letter(endpoint, member).send()
    return True


def _whom(endpoint: Endpoint) -> list[Member]:
    """The owner; where there is none to reach, those who may do something about it."""
    owner = endpoint.owner
    if owner and owner.is_active and owner.email:
        return [owner]
    return list(Member.objects.active().filter(is_superuser=True).exclude(email=""))


def _letter(endpoint: Endpoint, member: Member) -> EmailMessage:
    page = settings.SITE_URL + reverse("admin:webhooks_endpoint_change", args=[endpoint.pk])
    with translation.override(member.language or settings.LANGUAGE_CODE):
        subject = _("The webhook endpoint “%(name)s” is dead") % {"name": endpoint.name}
        body = render_to_string("webhooks/dead.txt", {"endpoint": endpoint, "page": page, "site": settings.SITE_NAME})
    headers = {"Auto-Submitted": "auto-generated"}
    return EmailMessage(f"[{settings.SITE_NAME}] {subject}", body, to=[member.email], headers=headers)
