"""
Codes of unit grids: county, street, community and a serial number, written without a break.

The county's six digits are those of GB/T 2260, the street's three those of GB/T 10114, whose
ranges say what it is: 001–099 a sub-district (街道), 100–199 a town (镇), 200–399 a township (乡),
400–599 what is run like one.  The community has three digits; the serial number runs from one
within it and has two, three or four digits, by which the schemes of 14, 15 and 16 digits differ.
Cities have one of them, and after a merger often two: `grid_code_flaws` says which codes don't
follow the one that most do, and how they would be written in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

COUNTY, STREET, COMMUNITY = 6, 3, 3
BEFORE_SERIAL = COUNTY + STREET + COMMUNITY
HIGHEST_STREET = 599


@dataclass(frozen=True, slots=True)
class GridCodeScheme:
    """
    How long the codes are.

    Attributes
    ----------
    serial_digits
        Digits of the serial number.
    """

    serial_digits: int

    @property
    def digits(self) -> int:
        """Digits of a whole code."""
        return BEFORE_SERIAL + self.serial_digits

    def write(self, community: str, serial: int) -> str | None:
        """
        Write a code.

        Parameters
        ----------
        community
            The first twelve digits.
        serial
            Number within the community, from one.

        Returns
        -------
        code
            The code, or nothing if the number is too large for it.
        """
        text = str(serial).zfill(self.serial_digits)
        return community + text if len(text) == self.serial_digits else None


SCHEMES = tuple(GridCodeScheme(digits) for digits in (2, 3, 4))
"""Those in use: 14, 15 and 16 digits."""

DIGITS = frozenset(one.digits for one in SCHEMES)


class CodeFlawKind(StrEnum):
    """What is wrong with a code."""

    NOT_DIGITS = "code_not_digits"
    OTHER_LENGTH = "code_other_length"
    OTHER_SCHEME = "code_other_scheme"
    NOT_IN_COMMUNITY = "code_not_in_community"
    UNKNOWN_STREET = "code_unknown_street"
    TWICE = "code_twice"
    SERIAL_LEFT_OUT = "serial_left_out"


@dataclass(frozen=True, slots=True)
class CodeFlaw:
    """
    A code that doesn't follow the scheme.

    Attributes
    ----------
    kind
        What is wrong.
    code
        As it is written; for a serial that was left out, the community.
    rows
        Positions of the rows that have it.
    remedy
        How it would be written, if that is plain.
    """

    kind: CodeFlawKind
    code: str
    rows: tuple[int, ...]
    remedy: str | None = None


def likely_scheme(codes: Sequence[str]) -> GridCodeScheme | None:
    """
    Find the scheme that most codes follow.

    Parameters
    ----------
    codes
        Codes of one layer.

    Returns
    -------
    scheme
        The shortest of those followed most; None if no code follows any.
    """
    lengths = Counter(len(code) for code in codes if code.isascii() and code.isdigit())
    followed = max(SCHEMES, key=lambda one: (lengths[one.digits], -one.digits))
    return followed if lengths[followed.digits] else None


def grid_code_flaws(
    codes: Sequence[str],
    scheme: GridCodeScheme | None = None,
    *,
    communities: Mapping[int, str] | None = None,
) -> list[CodeFlaw]:
    """
    Find every code that doesn't follow the scheme.

    Parameters
    ----------
    codes
        Codes of one layer, row by row.
    scheme
        The scheme of the city; without one, that which most codes follow.
    communities
        Code of the community that a row lies in, twelve digits, by position of the row.

    Returns
    -------
    flaws
        By row, then codes that stand twice, then serial numbers that were left out.
    """
    scheme = scheme or likely_scheme(codes)
    if scheme is None:
        return [_misshapen(row, code, None) for row, code in enumerate(codes)]
    where = communities or {}
    flaws = [
        flaw
        for row, code in enumerate(codes)
        for flaw in _of_one(row, code, scheme, where.get(row))
    ]
    return [*flaws, *_twice(codes), *_left_out(codes, scheme)]


def _of_one(
    row: int, code: str, scheme: GridCodeScheme, community: str | None
) -> Iterator[CodeFlaw]:
    """Flaws of one code by itself."""
    if not (code.isascii() and code.isdigit()) or len(code) not in DIGITS:
        yield _misshapen(row, code, scheme)
        return
    if len(code) != scheme.digits:
        remedy = scheme.write(code[:BEFORE_SERIAL], int(code[BEFORE_SERIAL:]))
        yield CodeFlaw(CodeFlawKind.OTHER_SCHEME, code, (row,), remedy)
    if int(code[COUNTY : COUNTY + STREET]) not in range(1, HIGHEST_STREET + 1):
        yield CodeFlaw(CodeFlawKind.UNKNOWN_STREET, code, (row,))
    elif community is not None and not code.startswith(community):
        remedy = scheme.write(community, int(code[BEFORE_SERIAL:]))
        yield CodeFlaw(CodeFlawKind.NOT_IN_COMMUNITY, code, (row,), remedy)


def _misshapen(row: int, code: str, scheme: GridCodeScheme | None) -> CodeFlaw:
    """A code that no scheme has; blanks and marks between its digits are dropped as a remedy."""
    bare = "".join(one for one in code if one.isascii() and one.isdigit())
    fits = scheme is not None and len(bare) == scheme.digits and bare != code
    is_digits = code.isascii() and code.isdigit()
    kind = CodeFlawKind.OTHER_LENGTH if is_digits else CodeFlawKind.NOT_DIGITS
    return CodeFlaw(kind, code, (row,), bare if fits else None)


def _twice(codes: Sequence[str]) -> Iterator[CodeFlaw]:
    """Codes that several rows have."""
    rows = defaultdict(list)
    for row, code in enumerate(codes):
        rows[code].append(row)
    for code, having in rows.items():
        if len(having) > 1:
            yield CodeFlaw(CodeFlawKind.TWICE, code, tuple(having))


def _left_out(codes: Sequence[str], scheme: GridCodeScheme) -> Iterator[CodeFlaw]:
    """Serial numbers below the highest of a community that no row has."""
    serials: dict[str, dict[int, int]] = defaultdict(dict)
    for row, code in enumerate(codes):
        if code.isascii() and code.isdigit() and len(code) in DIGITS:
            serials[code[:BEFORE_SERIAL]][int(code[BEFORE_SERIAL:])] = row
    for community, had in serials.items():
        missing = sorted(set(range(1, max(had) + 1)) - set(had))
        if missing:
            first = scheme.write(community, missing[0])
            yield CodeFlaw(CodeFlawKind.SERIAL_LEFT_OUT, community, tuple(had.values()), first)
