"""
Gazetteer search: the words of a name or an address → candidates, the likeliest first.

A candidate *is* what was asked for, *begins* with it, *holds* it, or is *like* it: half of the
pairs of neighbouring words are there, in its names, its address or the areas that it lies in, or
the question itself holds one of its names.  Several places with one name are several candidates;
which one is meant is for a person to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.place_entry import PlaceEntry
from dispatch.place_words import Words, words_of
from dispatch.word_index import Rows, WordIndex
from geo.area import Area
from geo.plane import Plane
from geo.zone import Zone

LEAST_LIKE: Final = 0.5
"""Which share of what was asked must be there."""

SHORTEST_NAME: Final = 2
"""Words of a name that is found within a question; one character stands in too many of them."""


class Match(StrEnum):
    """How a place answers to what was asked, the best first."""

    IS = "is"
    BEGINS = "begins"
    HOLDS = "holds"
    LIKE = "like"


MATCHES: Final = tuple(Match)
IS, BEGINS, HOLDS, LIKE, NOT = range(len(MATCHES) + 1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """
    A place that may be meant.

    Attributes
    ----------
    entry
        The place.
    match
        How it answers to the words.
    likeness
        Share of the pairs of neighbouring words that it has; 1 unless it is only like them.
    distance_m
        How far it is from where somebody looks, straight; None if nobody said where.
    namesakes
        How many other places of the gazetteer have its name.
    """

    entry: PlaceEntry
    match: Match
    likeness: float
    distance_m: float | None
    namesakes: int


@dataclass(frozen=True, slots=True)
class Found:
    """
    What a search found.

    Attributes
    ----------
    candidates
        The likeliest first, no more than were asked for.
    total
        How many there are.
    exact
        How many of them are what was asked for, word by word; of several a person chooses.
    """

    candidates: tuple[Candidate, ...] = ()
    total: int = 0
    exact: int = 0


class Gazetteer:
    """
    Places laid out for searching; it never changes, and threads share it.

    Parameters
    ----------
    entries
        The places.
    areas, zones
        In which they lie; their names count for what a place is like.
    """

    def __init__(
        self, entries: Iterable[PlaceEntry], areas: Sequence[Area] = (), zones: Sequence[Zone] = ()
    ) -> None:
        self._entries = sorted(entries, key=lambda entry: entry.code)
        self._lon_lat = np.array([one.lon_lat for one in self._entries]).reshape(-1, 2)
        own = [(row, said) for row, one in enumerate(self._entries) for said in own_texts(one)]
        self._row = np.array([row for row, _ in own], dtype=np.int64)
        self._own = WordIndex([words for _, words in own])
        around = _surroundings(self._lon_lat, [*areas, *zones])
        self._lying_in = [rows for rows, _ in around]
        self._around = WordIndex([words for _, words in around])
        self._name = [words_of(one.name) for one in self._entries]
        self._bearers = Counter(self._name)
        self._length = np.array([len(name) for name in self._name], dtype=np.int64)
        self._called: dict[Words, list[int]] = {}
        for row, one in enumerate(self._entries):
            for name in names_of(one):
                self._called.setdefault(name, []).append(row)
        self._longest = max(map(len, self._called), default=0)

    def __len__(self) -> int:
        """Count the places."""
        return len(self._entries)

    def search(
        self, text: str, *, near: tuple[float, float] | None = None, limit: int = 10
    ) -> Found:
        """
        Find the places that may be meant.

        Parameters
        ----------
        text
            A name, an address, or part of either, with the area it lies in if one likes.
        near
            Where somebody looks, WGS-84 degrees.
        limit
            Most candidates to hand out.

        Returns
        -------
        found
            By match, then likeness, distance, length of the name, and code.
        """
        asked = words_of(text)
        if not asked:
            return Found()
        match, had = self._judged(asked)
        rows = np.flatnonzero(match < NOT)
        away_m = np.zeros(len(rows)) if near is None else self._away_m(rows, near)
        order = np.lexsort((rows, self._length[rows], away_m, -had[rows], match[rows]))[:limit]
        candidates = tuple(
            Candidate(
                entry=self._entries[row],
                match=MATCHES[match[row]],
                likeness=float(had[row]),
                distance_m=None if near is None else float(away_m[at]),
                namesakes=self._bearers[self._name[row]] - 1,
            )
            for at, row in zip(order.tolist(), rows[order].tolist(), strict=True)
        )
        return Found(candidates, len(rows), int(np.count_nonzero(match == IS)))

    def _judged(self, asked: Words) -> tuple[Rows, NDArray[np.float64]]:
        """How each place answers, as a position in `MATCHES`, and its likeness."""
        had = self._likeness(asked)
        match = np.where(had >= LEAST_LIKE, LIKE, NOT)
        match[self._named_in(asked)] = LIKE
        text, begins, whole = self._own.phrase(asked)
        row = self._row[text]
        match[row] = HOLDS
        match[row[begins]] = BEGINS
        match[row[whole]] = IS
        had[row] = 1.0
        return match, had

    def _likeness(self, asked: Words) -> NDArray[np.float64]:
        """Share of the pairs of words that each place has."""
        pairs = pairs_of(asked)
        had = np.zeros(len(self._entries))
        for pair in pairs:
            has = np.zeros(len(self._entries), dtype=np.bool_)
            has[self._row[self._own.pair(*pair)]] = True
            for text in self._around.pair(*pair).tolist():
                has[self._lying_in[text]] = True
            had += has
        return had / len(pairs)

    def _named_in(self, asked: Words) -> list[int]:
        """Places one of whose names stands in the question."""
        lengths = range(SHORTEST_NAME, min(len(asked), self._longest) + 1)
        parts = (asked[at : at + n] for n in lengths for at in range(len(asked) - n + 1))
        return [row for part in parts for row in self._called.get(part, ())]

    def _away_m(self, rows: Rows, near: tuple[float, float]) -> NDArray[np.float64]:
        """How far places are from a point."""
        away_m: NDArray[np.float64] = np.hypot(*Plane(near).to_xy(self._lon_lat[rows]).T)
        return away_m


def own_texts(entry: PlaceEntry) -> set[Words]:
    """
    List the texts by which a place is found.

    Parameters
    ----------
    entry
        The place.

    Returns
    -------
    texts
        The words of its code, its names and its address.
    """
    said = (entry.code, entry.name, entry.name_en, entry.address, *entry.also)
    return {words for words in map(words_of, said) if words}


def names_of(entry: PlaceEntry) -> set[Words]:
    """
    List the names that are looked for within a question.

    Parameters
    ----------
    entry
        The place.

    Returns
    -------
    names
        Its words, for each name of two or more.
    """
    names = map(words_of, (entry.name, entry.name_en, *entry.also))
    return {name for name in names if len(name) >= SHORTEST_NAME}


def pairs_of(words: Words) -> set[tuple[str, str | None]]:
    """
    List the pairs of neighbouring words.

    Parameters
    ----------
    words
        One or more.

    Returns
    -------
    pairs
        Each once; of a single word the word alone.
    """
    return set(pairwise(words)) or {(words[0], None)}


def _surroundings(
    lon_lat: NDArray[np.float64], things: Sequence[Area | Zone]
) -> list[tuple[Rows, Words]]:
    """The places that lie in or touch each thing, and the words of each of its names."""
    tree = shapely.STRtree(np.asarray(shapely.points(lon_lat)))
    polygons = np.empty(len(things), dtype=object)
    polygons[:] = [thing.polygon for thing in things]
    of_thing, row = tree.query(polygons, predicate="intersects")
    order = np.argsort(of_thing, kind="stable")
    row, ends = row[order], np.searchsorted(of_thing[order], np.arange(len(things) + 1))
    return [
        (row[start:end], words)
        for thing, start, end in zip(things, ends[:-1], ends[1:], strict=True)
        for words in map(words_of, (thing.name, thing.name_en))
        if words
    ]
