from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image

from community.forum import uploads
from community.forum.denied import Denied
from community.forum.models import Upload
from community.members import limits, pictures
from community.members.images import ImageRefused
from community.members.models import Member

pytestmark = pytest.mark.django_db


def picture(width: int = 40, height: int = 30, colour: str = "teal") -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return BytesIO(file.getvalue())


def test_a_picture_is_kept_with_its_size(alice):
    upload = uploads.store(alice, picture())
    assert (upload.width, upload.height, upload.bytes) == (40, 30, upload.file.size)
    assert upload.file.name.startswith("posts/")
    assert upload.file.name.endswith(".png")


def test_a_large_picture_is_made_smaller(alice):
    upload = uploads.store(alice, picture(4000, 1000))
    assert (upload.width, upload.height) == (2000, 500)


def test_the_same_picture_again_is_the_same_upload(alice, bob):
    first = uploads.store(alice, picture())
    assert uploads.store(alice, picture()) == first
    assert uploads.store(bob, picture()) != first
    assert Upload.objects.count() == 2


def test_what_is_no_picture_is_refused(alice):
    with pytest.raises(ImageRefused):
        uploads.store(alice, BytesIO(b"<svg onload=alert(1)>"))
    assert not Upload.objects.exists()


def test_too_large_a_file_is_refused(alice, settings):
    settings.UPLOAD_MAX_BYTES = 50
    with pytest.raises(ImageRefused):
        uploads.store(alice, picture())


def test_the_suspended_upload_nothing(alice):
    Member.objects.filter(pk=alice.pk).update(suspended_until=timezone.now() + timedelta(days=1))
    with pytest.raises(Denied):
        uploads.store(alice, picture())


def test_uploads_have_a_limit(alice, settings, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setitem(limits.OF_MEMBER, "upload", ((limits.Limit(1, limits.HOUR),),) * 2)
    uploads.store(alice, picture())
    uploads.store(alice, picture())
    with pytest.raises(limits.TooMany):
        uploads.store(alice, picture(colour="red"))


def test_pictures_that_are_refused_count_as_looked_at(alice, settings, monkeypatch):
    settings.RATE_LIMITS = True
    monkeypatch.setitem(limits.OF_MEMBER, "picture", ((limits.Limit(1, limits.HOUR),),) * 2)
    with pytest.raises(ImageRefused):
        uploads.store(alice, BytesIO(b"<svg>"))
    with pytest.raises(limits.TooMany):
        uploads.store(alice, picture())
    with pytest.raises(limits.TooMany):
        pictures.put(alice, picture())
