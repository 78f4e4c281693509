import hashlib
import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms

from community.members.images import AVATAR_SIDE, MAX_SCANS, CleanImage, ImageRefused, avatar, clean

LIMITS = {"max_bytes": 1_000_000, "max_pixels": 1_000_000, "max_side": 100}
SECRET = "51.5007 N secret camera"


def picture(kind: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: object) -> bytes:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    file = io.BytesIO()
    image.convert(mode).save(file, kind, **options)
    return file.getvalue()


def opened(cleaned: CleanImage) -> Image.Image:
    return Image.open(io.BytesIO(cleaned.bytes))


def metadata() -> dict[str, object]:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = SECRET
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 2.5)
    exif.get_ifd(0x8825)[29] = SECRET
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return {"exif": exif, "icc_profile": profile, "xmp": f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode()}


@pytest.mark.parametrize(
    ("kind", "extension", "content_type"),
    [
        ("PNG", "png", "image/png"),
        ("JPEG", "jpg", "image/jpeg"),
        ("WEBP", "webp", "image/webp"),
        ("GIF", "png", "image/png"),
    ],
)
def test_a_picture_is_written_anew_and_described(kind, extension, content_type):
    cleaned = clean(picture(kind), **LIMITS)
    assert (cleaned.width, cleaned.height, cleaned.extension, cleaned.content_type) == (40, 20, extension, content_type)
    assert cleaned.sha256 == hashlib.sha256(cleaned.bytes).hexdigest()
    assert opened(cleaned).size == (40, 20)
    red, _green, blue = opened(cleaned).convert("RGB").getpixel((2, 2))
    assert red > 200 > 60 > blue


def test_a_stream_is_read_as_bytes_are():
    assert clean(io.BytesIO(picture("PNG")), **LIMITS) == clean(picture("PNG"), **LIMITS)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_a_photograph_stands_upright_and_tells_nothing_of_its_camera_and_place(kind):
    given = metadata() if kind != "PNG" else {key: value for key, value in metadata().items() if key != "xmp"}
    photograph = picture(kind, **given)
    assert SECRET.encode() in photograph
    cleaned = clean(photograph, **LIMITS)
    assert (cleaned.width, cleaned.height) == (20, 40), "turned, not only relabelled"
    assert SECRET.encode() not in cleaned.bytes
    again = opened(cleaned)
    assert not again.getexif()
    assert {"exif", "icc_profile", "xmp", "comment"}.isdisjoint(again.info)


def test_texts_and_comments_are_left_behind():
    assert SECRET.encode() not in clean(picture("JPEG", comment=SECRET.encode()), **LIMITS).bytes
    assert SECRET.encode() not in clean(picture("GIF", comment=SECRET.encode()), **LIMITS).bytes


def test_a_large_picture_is_made_smaller_and_keeps_its_shape():
    cleaned = clean(picture("PNG", (400, 200)), **LIMITS)
    assert (cleaned.width, cleaned.height) == (100, 50)
    photograph = clean(picture("JPEG", (900, 450)), **LIMITS)
    assert (photograph.width, photograph.height) == (100, 50)
    thin = clean(picture("PNG", (4_000, 2)), **LIMITS)
    assert (thin.width, thin.height) == (100, 1)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK"])
def test_every_kind_of_pixels_comes_through(mode):
    cleaned = clean(picture("JPEG" if mode == "CMYK" else "PNG", mode=mode), **LIMITS)
    assert opened(cleaned).size == (40, 20)


def test_sixteen_bits_a_channel_become_eight():
    file = io.BytesIO()
    Image.new("I;16", (4, 4), 0x8000).save(file, "PNG")
    assert opened(clean(file.getvalue(), **LIMITS)).getpixel((0, 0)) == 0x80


def test_transparency_is_kept():
    file = io.BytesIO()
    image = Image.new("P", (4, 4), 0)
    image.save(file, "PNG", transparency=0)
    assert opened(clean(file.getvalue(), **LIMITS)).convert("RGBA").getpixel((0, 0))[3] == 0


def test_of_a_moving_picture_the_first_frame_is_kept():
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "green")]
    for kind in ("GIF", "WEBP", "PNG"):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:])
        cleaned = opened(clean(file.getvalue(), **LIMITS))
        assert getattr(cleaned, "n_frames", 1) == 1
        assert cleaned.convert("RGB").getpixel((4, 4))[0] > 200


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_what_hangs_on_behind_is_cut_off(kind):
    cleaned = clean(picture(kind) + b"<script>alert(1)</script>PK\x03\x04", **LIMITS)
    assert b"<script>" not in cleaned.bytes
    assert b"PK\x03\x04" not in cleaned.bytes


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<?xml version='1.0'?><svg/>",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a=1/*<script>*/;alert(1)",
        b"%PDF-1.7",
        b"\x00\x00\x00\x1cftypavif",
        picture("BMP"),
        picture("TIFF"),
        picture("ICO"),
        picture("PPM"),
    ],
)
def test_what_is_none_of_the_four_formats_is_refused(data):
    with pytest.raises(ImageRefused):
        clean(data, **LIMITS)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_damaged_picture_is_refused(kind):
    whole = picture(kind, (90, 90))
    for damaged in (whole[: len(whole) // 2], whole[:40], whole[:60] + b"\xff" * 40 + whole[100 : len(whole) // 2]):
        with pytest.raises(ImageRefused):
            clean(damaged, **LIMITS)


def bomb(side: int) -> bytes:
    """A PNG whose header promises `side` × `side` pixels, and hardly anything behind it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [1_001, 10_000, 60_000, 2**31 - 1])
def test_a_decompression_bomb_is_refused_by_its_header(side):
    with pytest.raises(ImageRefused, match="pixels|not a PNG"):
        clean(bomb(side), **LIMITS)


def test_too_many_bytes_are_refused_and_no_more_are_read():
    stream = io.BytesIO(bytes(LIMITS["max_bytes"] * 3))
    with pytest.raises(ImageRefused, match="at most 0.954 MB"):
        clean(stream, **LIMITS)
    assert stream.tell() == LIMITS["max_bytes"] + 1


def test_a_jpeg_of_a_thousand_scans_is_refused():
    whole = picture("JPEG", progressive=True)
    at = whole.rindex(b"\xff\xda")
    with pytest.raises(ImageRefused):
        clean(whole[:-2] + whole[at:-2] * MAX_SCANS + whole[-2:], **LIMITS)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_does_not_cost_the_member_the_picture():
    assert clean(picture("JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff"), **LIMITS).width == 40


def test_an_avatar_is_a_small_square_of_the_middle():
    cleaned = avatar(picture("JPEG", (900, 300)))
    assert (cleaned.width, cleaned.height, cleaned.content_type) == (AVATAR_SIDE, AVATAR_SIDE, "image/webp")
    left, right = (opened(cleaned).convert("RGB").getpixel((x, 128)) for x in (10, 245))
    assert left[0] > 200
    assert right[2] > 200


def test_a_small_avatar_is_made_larger():
    assert avatar(picture("PNG", (10, 10))).width == AVATAR_SIDE


def test_a_refusal_is_a_value_error_with_words_for_the_member():
    with pytest.raises(ValueError, match="This is not a PNG, JPEG, GIF or WebP picture"):
        avatar(b"x")
