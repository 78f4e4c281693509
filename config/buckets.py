"""Uploads in a bucket of S3 or of what speaks like it. Imported only where one is named: boto3 is heavy."""

from __future__ import annotations

from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from config.media import FOR_EVER, SENT_ON


class BucketStorage(S3Storage):
    """What a file's address is on our pages and in posts stays our own /media/, so that a bucket may be private, move,
    or be left again. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or the machine's role are read by boto3 itself."""

    def get_default_settings(self) -> dict[str, Any]:
        return super().get_default_settings() | {
            "bucket_name": settings.S3_BUCKET,
            "endpoint_url": settings.S3_ENDPOINT_URL or None,
            "region_name": settings.S3_REGION or None,
            "location": "media",  # whoever asks /media/ for a name is sent to it: never to what else the bucket holds
            "file_overwrite": False,
            "querystring_expire": SENT_ON * 2,
            "object_parameters": {"CacheControl": f"public, max-age={FOR_EVER}, immutable"},
            # What else speaks S3 does not know the checksums that boto3 adds by itself since 1.36.
            "client_config": Config(
                signature_version="s3v4",
                connect_timeout=5,
                read_timeout=20,
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        }

    def _save(self, name: str, content: Any) -> str:
        try:
            return super()._save(name, content)
        except (BotoCoreError, ClientError) as fault:
            raise OSError(f"the bucket did not take {name}: {fault}") from fault

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        return f"{settings.MEDIA_URL}{name}"

    def address(self, name: str) -> str:
        """Where a browser finds the file: under the bucket's public address, else signed for an hour."""
        if settings.S3_PUBLIC_URL:
            return f"{settings.S3_PUBLIC_URL}/{self._normalize_name(clean_name(name))}"
        return super().url(name)
