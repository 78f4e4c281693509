"""Pictures that members put into their posts."""

from __future__ import annotations

from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from community.forum import locks
from community.forum.models import Upload
from community.members import images, limits
from community.members.models import Member
from community.members.shelves import room

MAX_PIXELS = 50_000_000  # a telephone's camera has 12 to 50 million
MAX_SIDE = 2_000  # of what is kept


def store(member: Member, file: IO[bytes]) -> Upload:
    """Keep a picture, cleaned; the same one again is the upload that is there.

    Raises ImageRefused (NotKept where there is no room), Denied, TooMany.
    """
    limits.take("picture", member)
    clean = images.clean(file, max_bytes=settings.UPLOAD_MAX_BYTES, max_pixels=MAX_PIXELS, max_side=MAX_SIDE)
    with transaction.atomic():
        member = locks.writer(member)
        if twin := Upload.objects.filter(member=member, sha256=clean.sha256).first():
            return twin
        limits.take("upload", member)
        size = {"width": clean.width, "height": clean.height, "bytes": len(clean.bytes)}
        upload = Upload(member=member, sha256=clean.sha256, **size)
        with room():
            upload.file.save(f"{clean.sha256[:24]}.{clean.extension}", ContentFile(clean.bytes), save=False)
        upload.save(force_insert=True)
    return upload
