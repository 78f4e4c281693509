"""What each receipt does: written once, and what follows from it in the same transaction. Final states stay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import OuterRef, Subquery

from community.members.models import Member
from events.record import record
from growth.campaigns.devices import consenting, following, registering
from growth.campaigns.models import Attempt, Channel, Provider, Receipt
from growth.campaigns.receiving.told import Told

SETTLED_AFTER = timedelta(minutes=10)  # attempts have their ids when their round is settled: a lease of a minute


def take(provider: Provider, told: Sequence[Told], now: datetime) -> tuple[int, int]:
    """How many were news, and of these how many are of a message that we know. Each has a transaction of its own: what
    was taken before something broke is a repetition when the provider comes again."""
    told = [replace(one, message=f"<{one.message.strip('<>')}>") if _is_mail(provider) else one for one in told]
    known = Receipt.objects.filter(provider=provider, external_id__in=[one.id for one in told])
    before = set(known.values_list("external_id", "kind"))
    attempts = _attempts(provider, [one.message for one in told])
    fresh = [one for one in told if (one.id, one.kind) not in before]
    news = [receipt for one in fresh if (receipt := _take(provider, one, attempts.get(one.message), now))]
    return len(news), sum(receipt.attempt_id is not None for receipt in news)


def match_waiting(now: datetime) -> int:
    """Receipts that were faster than the row they are of; how many have it now."""
    same = Attempt.objects.filter(provider=OuterRef("provider"), external_id=OuterRef("message"))
    waiting = Receipt.objects.filter(attempt=None, received_at__gt=now - SETTLED_AFTER).exclude(message="")
    found = waiting.annotate(found=Subquery(same.order_by("-pk").values("pk")[:1])).filter(found__isnull=False)
    return sum(_match(pk, attempt) for pk, attempt in found.order_by("pk").values_list("pk", "found"))


def _is_mail(provider: Provider) -> bool:
    return provider.channel == Channel.EMAIL


def _attempts(provider: Provider, messages: list[str]) -> dict[str, Attempt]:
    """By what the provider calls their messages; of several of one name the last."""
    attempts = Attempt.objects.select_related("delivery__campaign__topic", "delivery__member", "device")
    return {one.external_id: one for one in attempts.filter(provider=provider, external_id__in=messages).order_by("pk")}


@transaction.atomic
def _take(provider: Provider, one: Told, attempt: Attempt | None, now: datetime) -> Receipt | None:
    given = {"attempt": attempt, "message": one.message[:200], "at": min(one.at, now), "received_at": now}
    receipt, is_news = Receipt.objects.get_or_create(
        provider=provider, external_id=one.id, kind=one.kind, defaults={**given, "detail": one.detail}
    )
    if not is_news:
        return None
    _follow(receipt)
    return receipt


@transaction.atomic
def _match(pk: int, attempt: int) -> bool:
    if not Receipt.objects.filter(pk=pk, attempt=None).update(attempt=attempt):
        return False  # another was first
    related = ("attempt__delivery__campaign__topic", "attempt__delivery__member", "attempt__device")
    _follow(Receipt.objects.select_related(*related).get(pk=pk))
    return True


def _follow(receipt: Receipt) -> None:
    attempt = receipt.attempt
    if attempt is None:
        return
    if receipt.kind in following.EVENTS or receipt.kind == Receipt.Kind.DELIVERED:
        at = max(receipt.at, attempt.at)  # whatever a provider's clock says
        following.note(attempt.delivery_id, receipt.kind, channel=attempt.channel, at=at)  # type: ignore[arg-type]
    elif attempt.delivery.member and receipt.kind in OF_MEMBERS:
        OF_MEMBERS[receipt.kind](receipt, attempt, attempt.delivery.member)


def _complained(receipt: Receipt, attempt: Attempt, member: Member) -> None:
    """Of a message that was called spam before it is no news, whoever tells of it."""
    Member.objects.lock([member.pk])
    before = Receipt.objects.filter(attempt__delivery=attempt.delivery_id, kind=receipt.kind).exclude(pk=receipt.pk)
    if not before.exists():
        campaign, about = attempt.delivery.campaign.key, ("delivery", attempt.delivery_id)
        at = max(receipt.at, attempt.at)
        record("complained", unit=member.pk, at=at, object=about, campaign=campaign, channel=attempt.channel)
        _said_no(receipt, attempt, member, source="complaint")


def _said_no(_receipt: Receipt, attempt: Attempt, member: Member, *, source: str) -> None:
    """To the topic by this channel; an event of it is recorded where it is news."""
    topic, channel = attempt.delivery.campaign.topic, attempt.channel
    consenting.say(member, topic=topic, channel=channel, allowed=False, source=source, delivery=attempt.delivery)


def _gone(receipt: Receipt, attempt: Attempt, member: Member) -> None:
    """A device that registered after that is another."""
    if attempt.channel == Channel.EMAIL:
        consenting.silence(member, channel=Channel.EMAIL)
    elif attempt.device and attempt.device.created_at <= receipt.at:
        registering.remove(attempt.device, why="gone")


OF_MEMBERS: dict[str, Callable[[Receipt, Attempt, Member], None]] = {
    Receipt.Kind.COMPLAINED: _complained,
    Receipt.Kind.UNSUBSCRIBED: partial(_said_no, source="provider"),
    Receipt.Kind.DEAD: _gone,
}  # `bounced` is only noted
