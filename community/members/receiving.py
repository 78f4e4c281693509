"""Files as they come in: in memory, and no more of them than the largest that is taken."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import MemoryFileUploadHandler


class BoundedUploadHandler(MemoryFileUploadHandler):
    """What comes after UPLOAD_MAX_BYTES of a file is read and forgotten: no temporary file, so no disk to fill."""

    def handle_raw_input(self, *args: Any, **options: Any) -> None:
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        room = settings.UPLOAD_MAX_BYTES + 1 - self.file.tell()  # one more, so that the file is seen to be too large
        self.file.write(raw_data[: max(room, 0)])

    def file_complete(self, file_size: int) -> Any:
        return super().file_complete(self.file.tell())
