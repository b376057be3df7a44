"""
Cells: what people and programs write, brought to the one way in which our rows are written.

A spreadsheet turns the code ``007`` into ``7.0`` and a day into a time; a keyboard for Chinese
writes full-width digits and commas; forms say 是 where a row wants 1.  None of that is wrong, so
none of it is a finding.  What can't be understood is left as it stands, and whoever makes a value
of the row says what is the matter with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from dispatch.store.column import SEPARATOR


class Reading(StrEnum):
    """How the cells of a column are read."""

    TEXT = "text"
    CODE = "code"
    CODES = "codes"
    WORD = "word"
    WHOLE = "whole"
    NUMBER = "number"
    DAY = "day"
    TIME = "time"
    INSTANT = "instant"
    YES = "yes"


SAID: Final[Mapping[Reading, tuple[str, str]]] = MappingProxyType(
    {
        Reading.TEXT: ("文字", "text"),
        Reading.CODE: ("编码，保留前导零", "code; leading zeros count"),
        Reading.CODES: ("多个编码，以分号、逗号或顿号分隔", "codes with ; , or 、 between them"),
        Reading.WORD: ("固定用词之一", "one of the words listed"),
        Reading.WHOLE: ("整数", "whole number"),
        Reading.NUMBER: ("数值", "number"),
        Reading.DAY: ("日期，如 2026-03-01、2026/3/1、2026年3月1日", "date: 2026-03-01, 2026/3/1"),
        Reading.TIME: ("时刻，如 08:30", "time of day: 08:30"),
        Reading.INSTANT: (
            "日期与时刻；未写时区者为北京时间",
            "date and time; Asia/Shanghai where no offset is written",
        ),
        Reading.YES: ("是或否", "yes or no: 1 0, 是 否"),
    }
)
"""How each is read, in words."""

YES: Final = frozenset(["1", "1.0", "yes", "y", "true", "t", "是", "有", "√", "持证"])
NO: Final = frozenset(["0", "0.0", "no", "n", "false", "f", "否", "无", "×", "未持证"])

NOTHING: Final = frozenset({"none", "null", "nan", "nat", "<null>", "/", "-", "—", "无数据"})
"""What programs and people write where there is nothing."""

BETWEEN_CODES: Final = re.compile(r"[;,、|]+")
WRITTEN_DAY: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]00:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?)?"
)
BARE_DAY: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
WRITTEN_TIME: Final = re.compile(r"(\d{1,2})[:点时](\d{2})分?(?::\d{2})?")
WRITTEN_INSTANT: Final = re.compile(
    r"(?P<day>[\d年月日/.-]+?)(?:[ T](?P<hour>\d{1,2})(?P<rest>:\d{2}(?::\d{2}(?:\.\d+)?)?))?"
    r"\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?"
)
FLOATED: Final = re.compile(r"(-?\d+)\.0+")
CITY_OFFSET: Final = "+08:00"


def read_cell(text: str, reading: Reading, words: Mapping[str, str]) -> str:
    """
    Bring a cell to the way in which our rows are written.

    Parameters
    ----------
    text
        As it was handed in.
    reading
        How its column is read.
    words
        For words, ours by those that files write, in small letters.

    Returns
    -------
    cell
        Empty for nothing; as it was, without blanks about it, if it isn't understood.
    """
    bare = text.strip().strip("\0").strip()
    if bare.lower() in NOTHING:
        return ""
    if reading is Reading.TEXT:
        return bare
    plain = unicodedata.normalize("NFKC", bare)
    if reading is Reading.WORD:
        return words.get(plain.lower(), plain)
    return READ[reading](plain)


def _code(text: str) -> str:
    """A number that a spreadsheet made of a code is the code again."""
    floated = FLOATED.fullmatch(text)
    return floated[1] if floated else text


def _codes(text: str) -> str:
    return SEPARATOR.join(part.strip() for part in BETWEEN_CODES.split(text) if part.strip())


def _number(text: str) -> str:
    return _code(text.replace(",", ""))


def _day(text: str) -> str:
    found = WRITTEN_DAY.fullmatch(text) or BARE_DAY.fullmatch(_code(text))
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else text


def _time(text: str) -> str:
    found = WRITTEN_TIME.fullmatch(text)
    return f"{int(found[1]):02}:{found[2]}" if found else text


def _instant(text: str) -> str:
    """A time by the city's clock gets its offset."""
    found = WRITTEN_INSTANT.fullmatch(text)
    if found is None:
        return text
    hour, rest, offset = found["hour"] or "0", found["rest"] or ":00", found["offset"]
    return f"{_day(found['day'])}T{int(hour):02}{rest}{offset or CITY_OFFSET}"


def _yes(text: str) -> str:
    word = text.lower()
    return "1" if word in YES else "0" if word in NO else text


READ: Final[Mapping[Reading, Callable[[str], str]]] = MappingProxyType(
    {
        Reading.CODE: _code,
        Reading.CODES: _codes,
        Reading.WHOLE: _number,
        Reading.NUMBER: _number,
        Reading.DAY: _day,
        Reading.TIME: _time,
        Reading.INSTANT: _instant,
        Reading.YES: _yes,
    }
)
