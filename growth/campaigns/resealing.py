"""Seal anew under the first key, before an old one goes."""

from __future__ import annotations

from django.db import models

from growth.campaigns import sealing
from growth.campaigns.models import Device, Provider


def reseal_all() -> int:
    """Providers' secrets and devices' addresses; how many. What changes meanwhile is sealed with the first key anyway.

    Raises cryptography.fernet.InvalidToken where a key is missing already; what came before stays sealed anew."""
    providers = Provider.objects.exclude(secret=b"")
    return _reseal(providers, "secret") + _reseal(Device.objects.all(), "address")


def _reseal(rows: models.QuerySet[Provider] | models.QuerySet[Device], field: str) -> int:
    count = 0
    for pk, sealed in rows.order_by("pk").values_list("pk", field).iterator(500):
        count += rows.filter(pk=pk, **{field: sealed}).update(**{field: sealing.reseal(bytes(sealed))})
    return count
