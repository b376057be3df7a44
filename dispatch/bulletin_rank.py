"""Ranks of those who are scored: who stands where, and who on the red and the black list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dispatch.report_rules import ListRule, ScoreRule


@dataclass(frozen=True, slots=True)
class Ranked:
    """
    One group among its like.

    Attributes
    ----------
    group
        Its code.
    score
        Of 100, with one decimal; None if nothing is known of it.
    cases
        How many cases stand behind the score.
    rank
        From 1, the same for the same score; None where they are too few.
    """

    group: str
    score: float | None
    cases: int
    rank: int | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """
    Groups by their scores.

    Attributes
    ----------
    rows
        Ranked ones first, the best first.
    red, black
        Codes of those on the red list, the best first, and on the black list, the worst first.
        Whoever ties with the last of a list stands on it too.
    """

    rows: tuple[Ranked, ...]
    red: tuple[str, ...]
    black: tuple[str, ...]


def rank(rows: Iterable[Ranked], rule: ScoreRule, listed: ListRule) -> Ranking:
    """
    Rank groups, and list the best and the worst.

    Parameters
    ----------
    rows
        Groups with their scores.
    rule
        How many cases it takes to be ranked.
    listed
        Who stands on the red and the black list.

    Returns
    -------
    ranking
        Ties in the order of their codes.
    """
    rows = list(rows)
    able = [one for one in rows if one.score is not None and one.cases >= rule.least_cases]
    able.sort(key=lambda one: (-(one.score or 0.0), one.group))
    scores = [one.score or 0.0 for one in able]
    ranked = [
        Ranked(one.group, one.score, one.cases, 1 + scores.index(one.score or 0.0)) for one in able
    ]
    others = sorted((one for one in rows if one not in able), key=lambda one: one.group)
    red = [one for one in ranked if (one.score or 0.0) >= listed.red_from]
    black = [one for one in reversed(ranked) if (one.score or 0.0) < listed.black_below]
    return Ranking(
        (*ranked, *others), _first(red, listed.most_red), _first(black, listed.most_black)
    )


def _first(rows: Sequence[Ranked], most: int) -> tuple[str, ...]:
    """The first few, and whoever ties with the last of them: a code decides nothing."""
    tied = {one.score for one in rows[:most][-1:]}
    return tuple(one.group for at, one in enumerate(rows) if at < most or one.score in tied)


def one_decimal(points: Fraction) -> float:
    """
    Round a score as people do, half up.

    Parameters
    ----------
    points
        The exact score.

    Returns
    -------
    score
        With one decimal.
    """
    return float((points * 10 + Fraction(1, 2)) // 1) / 10
