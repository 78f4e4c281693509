import io
import urllib.request
from urllib.error import HTTPError

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from community.forum import uploads
from community.members import pictures
from config import media

pytestmark = pytest.mark.django_db


def picture(colour: str = "teal") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    file.seek(0)
    return file


def test_a_file_on_disk_is_served_for_ever(client, alice):
    upload = uploads.store(alice, picture())
    answer = client.get(upload.file.url)
    assert b"".join(answer.streaming_content) == upload.file.read()
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == f"public, max-age={media.FOR_EVER}, immutable"


@pytest.mark.parametrize(
    ("path", "status"), [("/media/no.png", 404), ("/media/", 404), ("/media/%2e%2e/secret_key", 400)]
)
def test_what_is_no_upload_is_not_served(client, path, status):
    assert client.get(path).status_code == status


def test_an_upload_to_a_bucket_keeps_our_address_and_leads_there(client, alice, bucket):
    upload = uploads.store(alice, picture())
    assert list(bucket.files) == [f"media/{upload.file.name}"]
    assert upload.file.url == f"/media/{upload.file.name}"
    answer = client.get(upload.file.url)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{bucket.url}/community/media/{upload.file.name}?X-Amz-")
    assert answer["Cache-Control"] == f"public, max-age={media.SENT_ON}"
    with urllib.request.urlopen(answer["Location"]) as found:
        assert Image.open(io.BytesIO(found.read())).size == (40, 30)
    assert "immutable" in bucket.headers[f"media/{upload.file.name}"]["Cache-Control"]


def test_a_public_bucket_is_named_without_a_signature(client, alice, bucket, settings):
    settings.S3_PUBLIC_URL = "https://cdn.example.org"
    upload = uploads.store(alice, picture())
    assert client.get(upload.file.url)["Location"] == f"https://cdn.example.org/media/{upload.file.name}"


def test_a_changed_and_a_removed_picture_leave_the_bucket(alice, bucket, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        pictures.put(alice, picture("teal"))
    (first,) = bucket.files
    with django_capture_on_commit_callbacks(execute=True):
        pictures.put(alice, picture("red"))
    (second,) = bucket.files
    assert second != first
    with django_capture_on_commit_callbacks(execute=True):
        pictures.remove(alice)
    assert bucket.files == {}


@pytest.mark.slow
def test_the_bucket_of_the_test_lets_no_stranger_in(bucket):
    default_storage.save("a.txt", io.BytesIO(b"a"))
    with pytest.raises(HTTPError, match="403"):
        urllib.request.urlopen(f"{bucket.url}/community/a.txt")


@pytest.mark.parametrize("path", ["%2e%2e/backups/a.dump", "a/%2e%2e/%2e%2e/backups/a.dump", "//backups/a.dump"])
def test_nobody_is_sent_to_what_else_the_bucket_holds(client, bucket, path):
    answer = client.get(f"/media/{path}")
    assert answer.status_code == 400 or "/community/media/" in answer["Location"]
