"""
Words of names and addresses: what people write in many ways, brought to one.

A word is a Chinese character, a number, or a run of letters.  Full-width and half-width, capitals,
accents, blanks and punctuation make no difference; neither do 号, 號 and #, nor 十二, 一二 and 12.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

DIGITS: Final = {
    char: str(value)
    for chars in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖")
    for value, char in enumerate(chars)
}
UNITS: Final = {"拾": "十", "佰": "百", "仟": "千"}
"""Characters that are written where nobody shall change a number."""

_NUMERAL = re.compile(f"[{''.join(DIGITS)}{''.join(UNITS)}十百千]+")
_COUNTED = re.compile(
    r"(?:(?P<thousands>[1-9])千)?(?:0?(?P<hundreds>[1-9])百)?(?:(?P<tens>0?[1-9]?)十)?"
    r"(?:(?P<gap>0?)(?P<ones>[1-9]))?"
)
_NUMBER_SIGN = re.compile(r"#\s*(\d+)|(\d+)\s*#")
_WORD = re.compile(r"\d+|[a-z]+|[^\W\d_]")

Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """
    Take a name or an address apart.

    Parameters
    ----------
    text
        As somebody wrote it.

    Returns
    -------
    words
        Characters, numbers without leading zeros, and runs of Latin letters in small ones.
    """
    plain = unicodedata.normalize("NFKD", text).casefold().replace("'", "").replace("’", "")
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = _NUMBER_SIGN.sub(lambda found: f"{found[1] or found[2]}号", plain.replace("號", "号"))
    plain = _NUMERAL.sub(lambda found: _in_figures(found[0]), plain)
    return tuple(_bare(word) for word in _WORD.findall(plain))


def is_spelt(word: str) -> bool:
    """
    Tell whether a word is a run of Latin letters, which people type from its beginning.

    Parameters
    ----------
    word
        A word.

    Returns
    -------
    spelt
        False for characters and numbers.
    """
    return word.isascii() and word.isalpha()


def _bare(word: str) -> str:
    """A number without leading zeros; any other word as it is."""
    return word.lstrip("0") or "0" if word[0].isdecimal() else word


def _in_figures(numeral: str) -> str:
    """A Chinese numeral in figures; what counts nothing (百 of 百货) stays as it is."""
    said = "".join(UNITS.get(char) or DIGITS.get(char) or char for char in numeral)
    if said.isdecimal():
        return said
    counted = _COUNTED.fullmatch(said)
    if counted is None or (counted["gap"] == "" and counted["ones"] and not _follows_tens(said)):
        return numeral
    thousands, hundreds = int(counted["thousands"] or 0), int(counted["hundreds"] or 0)
    tens = 0 if counted["tens"] is None else int(counted["tens"].lstrip("0") or 1)
    return str(1000 * thousands + 100 * hundreds + 10 * tens + int(counted["ones"] or 0))


def _follows_tens(said: str) -> bool:
    """Whether the last figure stands right behind 十: 二百三 is 230 to some and no number to us."""
    return said[-2] == "十"
