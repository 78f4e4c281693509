"""A member's picture: put in place of the one before, or taken away; the file before goes after the commit."""

from __future__ import annotations

from functools import partial
from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from community.members import images, limits
from community.members.models import Member
from community.members.shelves import room


def put(member: Member, file: IO[bytes]) -> None:
    """images.ImageRefused where the file is no picture that we take (NotKept: no room for it); TooMany."""
    _check_may_change(member)
    limits.take("picture", member)
    picture = images.avatar(file)
    # Named by its content: a changed picture is a new address, so caches need not ask.
    with room():
        _replace(member, ContentFile(picture.bytes, name=f"{member.pk}-{picture.sha256[:16]}.{picture.extension}"))


def remove(member: Member) -> None:
    """images.ImageRefused where the member is suspended."""
    _check_may_change(member)
    _replace(member, None)


def _check_may_change(member: Member) -> None:
    if member.suspended:
        raise images.ImageRefused(_("While your account is suspended, your public profile stays as it is."))


@transaction.atomic
def _replace(member: Member, content: ContentFile[bytes] | None) -> None:
    locked = Member.objects.lock([member.pk])[member.pk]
    storage, before = locked.avatar.storage, locked.avatar.name
    locked.avatar = content or ""
    locked.save(update_fields=["avatar"])
    if before and before != locked.avatar.name:
        transaction.on_commit(partial(storage.delete, before), robust=True)
