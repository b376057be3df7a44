"""Gazetteer search by its definition: every place and every text is looked at, word by word."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.gazetteer import LEAST_LIKE, Match, names_of, own_texts, pairs_of
from dispatch.place_entry import PlaceEntry
from dispatch.place_words import Words, is_spelt, words_of

Judged = tuple[str, Match, float]
"""Code of a place, how it answers, and its likeness."""


def slow_search(
    entries: Sequence[PlaceEntry], around: dict[str, Sequence[str]], text: str
) -> list[Judged]:
    """Candidates in their order; ``around`` says the names of what each place lies in."""
    asked = words_of(text)
    if not asked:
        return []
    found = []
    for entry in entries:
        match, likeness = _judged(entry, [words_of(name) for name in around[entry.code]], asked)
        if match is not None:
            found.append((entry, match, likeness))
    order = list(Match)
    found.sort(
        key=lambda one: (
            order.index(one[1]), -one[2], len(words_of(one[0].name)), one[0].code,
        )
    )  # fmt: skip
    return [(entry.code, match, likeness) for entry, match, likeness in found]


def _judged(entry: PlaceEntry, around: Sequence[Words], asked: Words) -> tuple[Match | None, float]:
    hows = [how for text in own_texts(entry) for how in _holding(text, asked)]
    for match in (Match.IS, Match.BEGINS, Match.HOLDS):
        if match in hows:
            return match, 1.0
    texts = [*own_texts(entry), *around]
    had = {pair for text in texts for pair in pairs_of(text) if text}
    had |= {(word, None) for text in texts for word in text}
    likeness = len(pairs_of(asked) & had) / len(pairs_of(asked))
    named = any(_stands_in(name, asked) for name in names_of(entry))
    return (Match.LIKE if named or likeness >= LEAST_LIKE else None), likeness


def _holding(text: Words, asked: Words) -> list[Match]:
    if text == asked:
        return [Match.IS]
    starts = [at for at in range(len(text) - len(asked) + 1) if _fits(text[at:], asked)]
    return [Match.BEGINS if at == 0 else Match.HOLDS for at in starts]


def _fits(text: Words, asked: Words) -> bool:
    last = text[len(asked) - 1]
    begun = is_spelt(asked[-1]) and is_spelt(last) and last.startswith(asked[-1])
    return text[: len(asked) - 1] == asked[:-1] and (last == asked[-1] or begun)


def _stands_in(name: Words, asked: Words) -> bool:
    return any(asked[at : at + len(name)] == name for at in range(len(asked)))
