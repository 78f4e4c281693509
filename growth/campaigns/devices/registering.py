"""Devices of members: registered, removed, and where members can be reached."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from itertools import chain

from allauth.account.models import EmailAddress
from cryptography.fernet import InvalidToken
from django.db import connection, transaction
from django.utils import timezone

from community.members import limits
from community.members.models import Member
from growth.campaigns.channels.interface import Target
from growth.campaigns.devices import addressing
from growth.campaigns.models import Channel, Device
from growth.campaigns.models.channels import DeviceQuerySet
from growth.campaigns.sealing import seal, unseal

MOST = 20  # devices of a member; who registers one more loses the one not seen for longest


@transaction.atomic
def register(
    member: Member, *, channel: str, address: Mapping[str, object], label: str = "", language: str = ""
) -> Device:
    """The member's device with this address, made or seen again. Of whoever had it before it is removed: who signs in
    last on a browser has it. Raises Refused (community/webhooks/addresses.py) where the address is none of ours to
    take; TooMany."""
    parts = addressing.tidy(channel, address)
    mark = addressing.fingerprint(channel, parts, member_id=member.pk)
    _one_at_a_time(mark)
    same = Device.objects.standing().filter(channel=channel, fingerprint=mark)
    if not same.filter(member=member).exists():
        limits.take("device", member)
    for other in same.exclude(member=member):
        remove(other, why="another member")
    given = {"address": seal(json.dumps(parts).encode()), "language": language[:10], "seen_at": timezone.now()}
    if label:
        given["label"] = label[:120]
    device, _made = Device.objects.standing().update_or_create(
        member=member, channel=channel, fingerprint=mark, defaults=given
    )
    _remove_surplus(member)
    return device


def remove(device: Device, *, why: str) -> bool:
    """Whether it was still there: `why` is kept of whoever removed it first."""
    standing = Device.objects.standing().filter(pk=device.pk)
    return standing.update(removed_at=timezone.now(), removed_why=why[:40]) == 1


def see(member: Member, *, endpoint: str, language: str = "") -> bool:
    """Whether this browser is the member's device still; it is noted that it was here."""
    return bool(_browser(member, endpoint).update(seen_at=timezone.now(), language=language[:10]))


@transaction.atomic
def renew(member: Member, *, endpoint: str, address: Mapping[str, object], language: str = "") -> Device | None:
    """A browser's push service gave it a new address in place of `endpoint`; None where that was none of theirs."""
    old = _browser(member, endpoint).first()
    if old is None:
        return None
    made = register(member, channel=Channel.WEBPUSH, address=address, label=old.label, language=language)
    if made.pk != old.pk:
        remove(old, why="renewed")
    return made


def targets(member_ids: Collection[int], channels: Collection[str]) -> Mapping[int, list[Target]]:
    """Where these members can be reached by these channels, those seen last first; a query a kind. Members who cannot
    be reached, or are gone, are no key. Letters go to an address that was verified, to the one they made theirs."""
    kinds = [_devices(member_ids, channels)]
    if Channel.EMAIL in channels:
        kinds.append(_letters(member_ids))
    if Channel.INAPP in channels:
        active = Member.objects.active().filter(pk__in=member_ids).values_list("pk", flat=True)
        kinds.append(Target("inapp", {}, None, None, pk) for pk in active)
    found: dict[int, list[Target]] = {}
    for target in chain(*kinds):
        found.setdefault(target.member_id, []).append(target)
    return found


def _browser(member: Member, endpoint: str) -> DeviceQuerySet:
    mark = addressing.fingerprint("webpush", {"endpoint": endpoint}, member_id=member.pk)
    return Device.objects.standing().filter(member=member, channel=Channel.WEBPUSH, fingerprint=mark)


def _devices(member_ids: Collection[int], channels: Collection[str]) -> Iterator[Target]:
    rows = Device.objects.standing().filter(member__in=member_ids, member__is_active=True, channel__in=channels)
    known = rows.order_by("-seen_at", "-pk").values_list("channel", "address", "pk", "created_at", "member")
    for channel, sealed, pk, registered_at, member in known:
        with suppress(InvalidToken):  # sealed with a key that is gone: nobody knows the address any more
            yield Target(channel, json.loads(unseal(bytes(sealed))), pk, registered_at, member)


def _letters(member_ids: Collection[int]) -> Iterator[Target]:
    rows = EmailAddress.objects.filter(user__in=member_ids, user__is_active=True, verified=True)
    first = rows.order_by("user", "-primary", "pk").distinct("user")
    for member, email in first.values_list("user", "email"):
        yield Target("email", {"email": email}, None, None, member)


def _one_at_a_time(mark: bytes) -> None:
    """Two registrations of one address wait for each other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(mark[:8], signed=True)])


def _remove_surplus(member: Member) -> None:
    for device in Device.objects.standing().filter(member=member).order_by("-seen_at", "-pk")[MOST:]:
        remove(device, why="too many")
