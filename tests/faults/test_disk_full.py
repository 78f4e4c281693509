"""The disk is full when a picture comes: the kernel refuses to write, by a limit on the size of files."""

from __future__ import annotations

import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from community.forum.models import Upload
from community.members.models import Member
from community.members.receiving import BoundedUploadHandler
from tests import builders

pytestmark = pytest.mark.django_db

ROOM = 64 * 1024  # what still fits


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@contextmanager
def full_disk() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noise(side: int) -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.effect_noise((side, side), 100).save(file, "PNG")
    return SimpleUploadedFile("noise.png", file.getvalue(), "image/png")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_picture_that_finds_no_room_is_503_and_leaves_nothing(client_of, alice, media, caplog):
    with full_disk():
        answer = client_of(alice).post("/write/upload/", {"file": noise(600)})
    assert answer.status_code == 503
    assert "cannot keep pictures at the moment" in answer.json()["error"]
    assert files(media) == []
    assert not Upload.objects.exists()
    assert "an upload could not be kept" in caplog.text


def test_with_room_again_the_same_picture_is_kept(client_of, alice, media):
    client, picture = client_of(alice), noise(600)
    with full_disk():
        client.post("/write/upload/", {"file": picture})
    picture.seek(0)
    answer = client.post("/write/upload/", {"file": picture})
    assert answer.status_code == 201
    (kept,) = files(media)
    assert kept.stat().st_size > ROOM
    assert Image.open(kept).size == (600, 600)


def test_a_members_old_picture_stays_where_there_is_no_room_for_a_new_one(client_of, alice, media, monkeypatch):
    client = client_of(alice)
    client.post("/settings/picture/", {"picture": noise(256)})
    before = Member.objects.get(pk=alice.pk).avatar.name
    monkeypatch.setattr("tests.faults.test_disk_full.ROOM", 1024)
    with full_disk():
        answer = client.post("/settings/picture/", {"picture": noise(300)})
    assert "cannot keep pictures at the moment" in answer.content.decode()
    assert Member.objects.get(pk=alice.pk).avatar.name == before
    assert [path.name for path in files(media)] == [Path(before).name]


def test_on_a_full_disk_words_are_posted_all_the_same(client_of, alice):
    place, client = builders.category(), client_of(alice)
    with full_disk():
        given = {"kind": "discussion", "category": place.pk, "title": "Is it full?", "body": "The disk is, we are not."}
        assert client.post("/ask/", given).status_code == 302


def test_a_picture_comes_in_without_touching_the_disk(client_of, alice, settings):
    """Django keeps files above 2.5 MB in a temporary file, which a full disk has no room for either."""
    settings.FILE_UPLOAD_TEMP_DIR = "/nowhere"
    file = SimpleUploadedFile("big.png", b"\x89PNG" + b"x" * 3_000_000, "image/png")
    answer = client_of(alice).post("/write/upload/", {"file": file})
    assert answer.status_code == 400
    assert "not a PNG" in answer.json()["error"]


def test_of_a_file_without_end_no_more_is_kept_than_the_limit(client_of, alice, settings, monkeypatch):
    settings.UPLOAD_MAX_BYTES = 100_000
    held, complete = [], BoundedUploadHandler.file_complete

    def look(handler: BoundedUploadHandler, size: int) -> object:
        held.append(handler.file.tell())
        return complete(handler, size)

    monkeypatch.setattr(BoundedUploadHandler, "file_complete", look)
    file = SimpleUploadedFile("big.png", b"x" * 5_000_000, "image/png")
    answer = client_of(alice).post("/write/upload/", {"file": file})
    assert answer.status_code == 400
    assert "too large" in answer.json()["error"]
    assert held == [100_001]
