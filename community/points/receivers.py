"""What follows from a member's row: the point of joining, and a place on the boards when they may (not) rank."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from community.members.models import Member
from community.points import ledger
from community.points.boards.publishing import publish
from community.points.models import JOINED

RANKING = {"is_active", "is_staff", "is_moderator", "on_boards", "suspended_until"}


@receiver(post_save, sender=Member)
def after_save(
    instance: Member, created: bool, raw: bool, update_fields: Collection[str] | None, **kwargs: Any
) -> None:
    if raw:
        return
    if created:
        source = ("member", instance.pk)
        ledger.award(JOINED, member_id=instance.pk, source=source, key=f"joined:{instance.pk}", at=instance.date_joined)
    elif update_fields is None or RANKING.intersection(update_fields):
        transaction.on_commit(partial(publish, [instance.pk]), robust=True)
