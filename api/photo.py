"""Photos that are handed in: looked at by what they are, drawn anew, and kept without notes."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from dispatch.attachment import Photo
from geo.errors import BadValue

FORMATS: Final = ("JPEG", "PNG", "WEBP")
"""What is read; whatever a file calls itself, its bytes decide."""

MOST_BYTES: Final = 4 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
"""More than any phone takes: a small file that unfolds to more is no photo."""

LONGEST_SIDE_PX: Final = 2048
QUALITY: Final = 85
MEDIA_TYPE: Final = "image/jpeg"

_UNREADABLE: Final = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    SyntaxError,
    ValueError,
)
"""What the decoders say of a file that is none."""


def read_photo(given: bytes) -> Photo:
    """
    Take a photo in: upright, no larger than is needed, and without what the camera wrote beside.

    Where it was taken, when, and by which device stands in no photo that is kept: the picture is
    drawn anew from its pixels, and nothing else of the file is.

    Parameters
    ----------
    given
        The file.

    Returns
    -------
    photo
        A JPEG; equal files give equal bytes.

    Raises
    ------
    BadValue
        It is no photo that is read here, is damaged, or is too large.
    """
    if len(given) > MOST_BYTES:
        raise BadValue(f"A photo has {MOST_BYTES >> 20} MB at most; send a smaller one.")
    try:
        with Image.open(BytesIO(given), formats=FORMATS) as opened:
            _refuse_huge(opened)
            drawn = _drawn_anew(opened)
    except _UNREADABLE as error:
        raise BadValue("This is no photo that can be read: send JPEG, PNG or WebP.") from error
    written = BytesIO()
    drawn.save(written, "JPEG", quality=QUALITY, optimize=True)
    content = written.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    return Photo(content, MEDIA_TYPE, drawn.width, drawn.height, digest)


def _refuse_huge(opened: Image.Image) -> None:
    """Refuse what would fill the memory, before a pixel of it is read."""
    if opened.width * opened.height > MOST_PIXELS:
        raise BadValue(f"A photo has {MOST_PIXELS // 10**6} million pixels at most.")


def _drawn_anew(opened: Image.Image) -> Image.Image:
    """The pixels alone, turned as the camera says, on white where they are clear."""
    opened.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))  # a JPEG is read at a part of its size
    upright = ImageOps.exif_transpose(opened)
    upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    plain = Image.new("RGB", upright.size, "white")
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        with_alpha = upright.convert("RGBA")
        plain.paste(with_alpha, mask=with_alpha)
    else:
        plain.paste(upright.convert("RGB"))
    return plain
