"""Index of texts by their words: which hold these words one behind the other, and where."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dispatch.place_words import Words, is_spelt

Rows = NDArray[np.int64]
Marks = NDArray[np.bool_]

AFTER_LETTERS = chr(ord("z") + 1)


class WordIndex:
    """
    Texts laid out one behind the other in one array of words, with the places of each word.

    A question costs as much as its words are frequent, and never a look at every text.

    Parameters
    ----------
    texts
        The words of each.
    """

    def __init__(self, texts: Sequence[Words]) -> None:
        lengths = np.array([len(words) for words in texts], dtype=np.int64)
        self._vocabulary = sorted({word for words in texts for word in words})
        self._number = {word: at for at, word in enumerate(self._vocabulary, start=1)}
        self._words = np.array(
            [at for words in texts for at in (*map(self._number.__getitem__, words), 0)],
            dtype=np.int64,
        )  # 0 stands between texts: no word of one is a neighbour of another's
        self._length = lengths
        self._text = np.repeat(np.arange(len(texts)), lengths + 1)
        self._start = np.cumsum(lengths + 1) - lengths - 1
        self._place = np.argsort(self._words, kind="stable")
        self._first = np.searchsorted(
            self._words[self._place], np.arange(len(self._vocabulary) + 2)
        )

    def pair(self, one: str, other: str | None) -> Rows:
        """
        Find the texts in which a word follows another.

        Parameters
        ----------
        one, other
            The words; None for a word alone, whatever follows.

        Returns
        -------
        texts
            Their rows; one that has the pair twice comes twice.
        """
        at = self._places(one)
        if other is not None:
            at = at[self._words[at + 1] == self._number.get(other, -1)]
        texts: Rows = self._text[at]
        return texts

    def phrase(self, words: Words) -> tuple[Rows, Marks, Marks]:
        """
        Find the texts that hold words one behind the other.

        Parameters
        ----------
        words
            One or more; of the last, if it is spelt in letters, the beginning is enough.

        Returns
        -------
        texts
            A row for each place where they stand.
        begins
            Whether that is where the text begins.
        whole
            Whether the text is these words and no others.
        """
        low, high = self._spelt_so(words[-1])
        last = len(words) - 1
        if last:
            at = self._places(words[0])
            for step, word in enumerate(words[1:last], start=1):
                at = at[self._words[at + step] == self._number.get(word, -1)]
            ends = self._words[at + last]
            at = at[(low <= ends) & (ends < high)]
        else:
            at = self._place[self._first[low] : self._first[high]]
        text = self._text[at]
        begins = at == self._start[text]
        said = self._words[at + last] == self._number.get(words[-1], -1)
        return text, begins, begins & said & (self._length[text] == len(words))

    def _places(self, word: str) -> Rows:
        """Where a word stands, ascending."""
        number = self._number.get(word)
        if number is None:
            return np.empty(0, dtype=np.int64)
        return self._place[self._first[number] : self._first[number + 1]]

    def _spelt_so(self, word: str) -> tuple[int, int]:
        """Numbers of the words that are meant: of letters all that begin so; first, and past."""
        if is_spelt(word):
            ends = bisect_left(self._vocabulary, word + AFTER_LETTERS)
            return bisect_left(self._vocabulary, word) + 1, ends + 1
        number = self._number.get(word, 0)
        return (number, number + 1) if number else (1, 1)
