"""Photos as they are taken in: upright, small enough, without notes, and never anything else."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from api.photo import LONGEST_SIDE_PX, MOST_BYTES, read_photo
from geo.errors import BadValue

ORIENTATION = 0x0112


def written(image: Image.Image, kind: str = "JPEG", **more: object) -> bytes:
    out = BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_of_each_kind_becomes_a_jpeg(kind):
    photo = read_photo(written(Image.new("RGB", (40, 30), "green"), kind))
    assert (photo.width_px, photo.height_px, photo.media_type) == (40, 30, "image/jpeg")
    assert Image.open(BytesIO(photo.content)).format == "JPEG"
    assert photo == read_photo(written(Image.new("RGB", (40, 30), "green"), kind))


def test_it_stands_upright_and_nothing_of_the_camera_is_left():
    lying = Image.new("RGB", (40, 20), "white")
    lying.paste("black", (0, 0, 10, 20))
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # to be turned clockwise
    exif[0x9286] = b"taken at home"
    photo = read_photo(written(lying, exif=exif, comment=b"taken at home"))
    upright = Image.open(BytesIO(photo.content))
    assert upright.size == (20, 40)
    assert upright.getpixel((10, 2))[0] < 60
    assert upright.getpixel((10, 38))[0] > 200
    assert not upright.getexif()
    assert b"taken at home" not in photo.content


def test_a_large_one_is_made_smaller():
    photo = read_photo(written(Image.new("RGB", (4000, 1000), "blue")))
    assert (photo.width_px, photo.height_px) == (LONGEST_SIDE_PX, LONGEST_SIDE_PX // 4)


def test_what_is_clear_becomes_white():
    photo = read_photo(written(Image.new("RGBA", (9, 9), (255, 0, 0, 0)), "PNG"))
    assert Image.open(BytesIO(photo.content)).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_other_kinds_are_refused(kind):
    with pytest.raises(BadValue, match="JPEG, PNG or WebP"):
        read_photo(written(Image.new("RGB", (9, 9)), kind))


def test_a_file_that_unfolds_to_too_much_is_refused_before_it_is_read():
    def chunk(name: bytes, body: bytes) -> bytes:
        tail = zlib.crc32(name + body).to_bytes(4)
        return len(body).to_bytes(4) + name + body + tail

    head = (20_000).to_bytes(4) + (4_000).to_bytes(4) + bytes([8, 2, 0, 0, 0])
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99))
    with pytest.raises(BadValue, match="million pixels"):
        read_photo(bomb)


def test_too_many_bytes_are_refused():
    with pytest.raises(BadValue, match="MB at most"):
        read_photo(b"\0" * (MOST_BYTES + 1))


@given(st.binary(max_size=200), st.integers(0, 600), st.binary(min_size=1, max_size=4))
def test_no_bytes_do_more_harm_than_a_refusal(tail, at, put):
    sound = written(Image.new("RGB", (12, 12), "red"))
    for file in (tail, sound[:at] + tail, sound[:at] + put + sound[at + len(put) :]):
        try:
            photo = read_photo(file)
        except BadValue:
            continue
        assert photo.content.startswith(b"\xff\xd8")
