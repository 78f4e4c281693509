"""Uploaded pictures, checked by what is in them and written anew, so that nothing else that came with them stays."""

import hashlib
import io
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

FORMATS = {"PNG": "PNG", "JPEG": "JPEG", "WEBP": "WEBP", "GIF": "PNG"}
"""What is read -> what is written. Of a GIF, as of any moving picture, the first frame only: frames are where bombs
hide, and what moves on a page of reading must come with a button that stops it (WCAG 2.2.2)."""
WRITING: dict[str, dict[str, Any]] = {
    "PNG": {"optimize": True},
    "JPEG": {"quality": 85, "optimize": True, "progressive": True},
    "WEBP": {"quality": 85, "method": 4},
}
EXTENSIONS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
START_OF_SCAN = b"\xff\xda"
MAX_SCANS = 100
"""A progressive JPEG has about ten; each scan costs the time of the whole picture and a few bytes."""

AVATAR_SIDE = 256
AVATAR_MAX_BYTES = 5 * 1024 * 1024
AVATAR_MAX_PIXELS = 25_000_000


class ImageRefused(ValueError):
    """The file is not kept; the message is for the member who sent it."""


@dataclass(frozen=True, slots=True)
class CleanImage:
    """`bytes` is the whole file, without metadata; `extension` has no dot; `sha256` is of `bytes`, in hex."""

    bytes: bytes
    width: int
    height: int
    extension: str
    content_type: str
    sha256: str


def clean(source: IO[bytes] | bytes, *, max_bytes: int, max_pixels: int, max_side: int) -> CleanImage:
    """The picture upright, no side longer than `max_side`, re-encoded. PNG, JPEG, WebP or GIF; else ImageRefused."""
    data = _read(source, max_bytes)
    image, kind = _decoded(data, max_pixels, max_side)
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    return _encoded(image, FORMATS[kind])


def avatar(source: IO[bytes] | bytes) -> CleanImage:
    """The middle of the picture, a square of 256 pixels, as WebP; else ImageRefused."""
    image, _kind = _decoded(_read(source, AVATAR_MAX_BYTES), AVATAR_MAX_PIXELS, AVATAR_SIDE)
    return _encoded(ImageOps.fit(image, (AVATAR_SIDE, AVATAR_SIDE), Image.Resampling.LANCZOS), "WEBP")


def _read(source: IO[bytes] | bytes, max_bytes: int) -> bytes:
    data = source if isinstance(source, bytes) else source.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise ImageRefused(_("The picture is too large: at most %(size)s MB.") % {"size": _megabytes(max_bytes)})
    return data


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.3g}"


def _decoded(data: bytes, max_pixels: int, side: int) -> tuple[Image.Image, str]:
    """The pixels, upright, and the format they came in. The size in the header is checked before any is decoded.

    A JPEG much larger than `side` is decoded at a half, a quarter or an eighth, which saves most of the memory.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=tuple(FORMATS))
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(max_pixels) from error
    except Exception as error:
        raise ImageRefused(_("This is not a PNG, JPEG, GIF or WebP picture.")) from error
    kind = image.format or ""
    if image.width * image.height > max_pixels or (kind == "JPEG" and data.count(START_OF_SCAN) > MAX_SCANS):
        raise _too_many_pixels(max_pixels)
    try:
        image.draft(None, (side, side))
        image.load()
        return _plain(_upright(image)), kind
    except Exception as error:  # what decoders raise on broken files has no common ancestor
        raise ImageRefused(_("The picture is damaged and cannot be read.")) from error


def _too_many_pixels(max_pixels: int) -> ImageRefused:
    return ImageRefused(
        _("The picture has too many pixels: at most %(count)s million.") % {"count": f"{max_pixels / 1_000_000:.3g}"}
    )


def _upright(image: Image.Image) -> Image.Image:
    """A picture whose EXIF cannot be read is shown as it lies."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        return image


def _plain(image: Image.Image) -> Image.Image:
    """Grey, RGB or RGBA with 8 bits a channel, and nothing else: palettes and colour profiles are left behind."""
    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info:
        plain = image.convert("RGBA")
    else:
        plain = image.convert("L" if image.mode in ("1", "L") else "RGB")
    plain.info = {}
    return plain


def _encoded(image: Image.Image, kind: str) -> CleanImage:
    file = io.BytesIO()
    if kind == "JPEG" and image.mode == "RGBA":
        image = image.convert("RGB")
    image.save(file, kind, **WRITING[kind])
    content = file.getvalue()
    return CleanImage(
        bytes=content,
        width=image.width,
        height=image.height,
        extension=EXTENSIONS[kind],
        content_type=Image.MIME[kind],
        sha256=hashlib.sha256(content).hexdigest(),
    )
