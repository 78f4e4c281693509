from collections.abc import Iterator

import pytest

from tests.config import s3


@pytest.fixture
def bucket(settings, monkeypatch) -> Iterator[s3.Bucket]:
    with s3.bucket("community") as made:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "only-for-tests")
        settings.S3_BUCKET, settings.S3_ENDPOINT_URL, settings.S3_REGION = "community", made.url, "eu-central-1"
        settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "config.buckets.BucketStorage"}}
        yield made
