"""Address: the place that is meant by words, or all that may be, for somebody to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.gazetteer import Candidate, Gazetteer
from dispatch.place_entry import PlaceEntry
from dispatch.place_words import words_of
from geo.errors import BadValue
from geo.remark import Remark

MOST_NAMED = 5
"""Places that a sentence names, of those that may be meant."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """
    Words by which several places may be meant, or none.

    Attributes
    ----------
    text
        The words.
    candidates
        The likeliest first; empty where no place is like the words.
    total
        How many there are.
    """

    text: str
    candidates: tuple[Candidate, ...]
    total: int

    @property
    def said(self) -> Remark:
        """What may be meant, each with the code by which it is named for certain."""
        if not self.candidates:
            return Remark(
                "unknown_address",
                f"地名库中找不到“{self.text}”，请给出坐标。",
                f"No place is known by “{self.text}”: give coordinates.",
            )
        named = [f"{one.entry.code} {_title(one.entry)}" for one in self.candidates]
        more = self.total - len(named)
        rest, rest_en = (f"等 {self.total} 处", f" and {more} more") if more else ("", "")
        return Remark(
            "ambiguous_address",
            f"“{self.text}”可能指：{'；'.join(named)}{rest}。请写明其中一处的编码，或给出坐标。",
            f"“{self.text}” may be {'; '.join(named)}{rest_en}: "
            "give the code of the one that is meant, or coordinates.",
        )


def find_address(gazetteer: Gazetteer, text: str) -> PlaceEntry | Ambiguous:
    """
    Find the place that is meant by words.

    Parameters
    ----------
    gazetteer
        The places that are known.
    text
        A name, an address or a code.

    Returns
    -------
    place
        The one that the words are, or the only one that is like them; else all that may be meant,
        and nothing is guessed.
    """
    if not words_of(text):
        return Ambiguous(text, (), 0)
    found = gazetteer.search(text, limit=MOST_NAMED)
    if found.exact == 1 or found.total == 1:
        return found.candidates[0].entry
    total = found.exact or found.total
    return Ambiguous(text, found.candidates[:total], total)


def require_address(gazetteer: Gazetteer, text: str) -> PlaceEntry:
    """
    Find the place that is meant by words, or refuse them.

    Parameters
    ----------
    gazetteer
        The places that are known.
    text
        A name, an address or a code.

    Returns
    -------
    place
        The one that is meant.

    Raises
    ------
    BadValue
        Several may be meant, or none is; the sentence names them with their codes.
    """
    found = find_address(gazetteer, text)
    if isinstance(found, Ambiguous):
        raise BadValue(found.said.en)
    return found


def _title(entry: PlaceEntry) -> str:
    """Name and address of a place."""
    return f"{entry.name}（{entry.address}）" if entry.address else entry.name
