"""
Bulletins (通报): the figures of a weekly, monthly or yearly report, or of a pack for consultation.

Every figure has a name, by which it opens to the cases behind it: ``closing_rate``,
``closing_rate:brigade:B1`` for one brigade, ``closing_rate@before`` for the span before,
``closing_rate@2026-03`` for a month of a year.  Counts are whole numbers and scores exact fractions
rounded once, so that a figure drawn up again from the same record is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from dispatch.bulletin_rank import Ranked, Ranking, one_decimal, rank
from dispatch.case_book import CaseBook
from dispatch.cases import Stage
from dispatch.figure_name import BEFORE, SCORE, Dimension, Figure, FigureName
from dispatch.indicator import Period, cases_behind
from dispatch.report_rules import BulletinKind, Product, ReportRules, ScoreRule
from dispatch.report_span import MONTHS, ReportSpan, period_of
from geo.errors import UnknownName
from geo.road.week import CITY_TIME

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scope:
    """
    What a bulletin is about.

    Attributes
    ----------
    kind
        Which of the four.
    area
        Code of the area.
    since, until
        First instant of its span, and first that is none any more, with offset.
    """

    kind: BulletinKind
    area: str
    since: datetime
    until: datetime

    @property
    def period(self) -> Period:
        """The span."""
        return Period(self.since, self.until)

    @property
    def before(self) -> Period:
        """The span before: the calendar's, if this is one of the calendar, else as long."""
        day = self.since.astimezone(CITY_TIME).date()
        for span in ReportSpan:
            if period_of(span, day) == self.period:
                return period_of(span, day, back=1)
        return Period(self.since - (self.until - self.since), self.since)

    @property
    def months(self) -> Mapping[str, Period]:
        """Months of a year, by name; of other spans none."""
        first = self.since.astimezone(CITY_TIME).date()
        if period_of(ReportSpan.YEAR, first) != self.period:
            return {}
        days = [date(first.year, month, 1) for month in range(1, MONTHS + 1)]
        return {f"{day:%Y-%m}": period_of(ReportSpan.MONTH, day) for day in days}


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """
    What a bulletin is counted from.

    Attributes
    ----------
    book
        Cases of the area, as known then.
    groups
        The group of each case, str[n], by dimension; empty where it is in none.
    known_at
        As known at this instant.
    left_out
        Cases that do not count toward a figure, by its code, since an appeal was upheld.
    """

    book: CaseBook
    groups: Mapping[Dimension, NDArray[np.str_]]
    known_at: datetime
    left_out: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """
    What a bulletin says.

    Attributes
    ----------
    figures
        All of its figures, each once.
    rankings
        Groups by their scores; none where the report scores nobody.
    listed
        Numbers of incidents that are listed one by one, by code of the count, the oldest first.
    """

    figures: tuple[Figure, ...]
    rankings: Mapping[Dimension, Ranking]
    listed: Mapping[str, tuple[str, ...]]


def draw_bulletin(scope: Scope, rules: ReportRules, evidence: Evidence) -> Drawn:
    """
    Draw a bulletin up.

    Parameters
    ----------
    scope
        What it is about.
    rules
        What it says, and how it scores.
    evidence
        What it is counted from.

    Returns
    -------
    drawn
        Its figures, rankings and lists.
    """
    counter = _Counter(scope, rules, evidence)
    product = rules.products[scope.kind]
    figures = list(counter.figures(product))
    rankings = {}
    if product.score is not None:
        for dimension in Dimension:
            rows = list(counter.scores(product.score, dimension))
            rankings[dimension] = rank(rows, product.score, rules.listed)
            figures += [
                Figure(FigureName(SCORE, dimension, one.group), score=one.score) for one in rows
            ]
    return Drawn(
        tuple(figures), rankings, {code: tuple(counter.listed(code)) for code in product.lists}
    )


def cases_of_figure(
    name: FigureName, scope: Scope, rules: ReportRules, evidence: Evidence
) -> tuple[NDArray[np.int64], Mask]:
    """
    Open a figure to the cases behind it.

    Parameters
    ----------
    name
        The figure.
    scope, rules, evidence
        As for `draw_bulletin`.

    Returns
    -------
    rows, hits
        Rows of the book, the newest first, and whether each counts, bool[n]; behind a score are
        the cases of all its parts, and all of them count.

    Raises
    ------
    UnknownName
        The bulletin has no such figure.
    """
    product = rules.products[scope.kind]
    counter = _Counter(scope, rules, evidence)
    if name.code == SCORE:
        if product.score is None or name.dimension is None:
            raise UnknownName(f"There is no figure {str(name)!r} in this report.")
        base = hits = counter.behind_score(product.score)
    else:
        if name.code not in (*product.counts, *product.indicators):
            raise UnknownName(f"There is no figure {str(name)!r} in this report.")
        base, hits = counter.marked(name.code, name.when)
    if name.dimension is not None:
        mine = evidence.groups[name.dimension] == name.group
        base, hits = base & mine, hits & mine
        if not base.any():  # of a group without a case nothing stands in the report
            raise UnknownName(f"There is no figure {str(name)!r} in this report.")
    rows = np.flatnonzero(base)
    newest = np.argsort(-evidence.book.cases.at_s[Stage.REPORTED][rows], kind="stable")
    return rows[newest], hits


def parts_of(name: FigureName, product: Product) -> tuple[FigureName, ...]:
    """
    List the figures that a score is made of.

    Parameters
    ----------
    name
        A figure.
    product
        The report that it stands in.

    Returns
    -------
    parts
        None for what is no score.
    """
    if name.code != SCORE or product.score is None:
        return ()
    return tuple(
        FigureName(part.indicator, name.dimension, name.group) for part in product.score.parts
    )


class _Counter:
    """Counts the figures of one bulletin."""

    def __init__(self, scope: Scope, rules: ReportRules, evidence: Evidence) -> None:
        self._scope, self._rules, self._evidence = scope, rules, evidence
        self._cases, self._now = evidence.book.cases, evidence.known_at
        self._names: dict[Dimension, list[str]] = {}
        self._rows: dict[Dimension, NDArray[np.int64]] = {}
        for dimension, words in evidence.groups.items():
            names, at = np.unique(words, return_inverse=True)
            self._names[dimension], self._rows[dimension] = names.tolist(), at

    def figures(self, product: Product) -> Iterator[Figure]:
        """Every count and indicator: of all, of the span before, by month and by group."""
        for code in (*product.counts, *product.indicators):
            spans = ["", *([] if self._stands(code) else [BEFORE, *self._scope.months])]
            for when in spans:
                base, hits = self.marked(code, when)
                yield self._figure(FigureName(code, when=when), base, hits)
            base, hits = self.marked(code, "")
            for dimension, names in self._names.items():
                found = self._by_group(code, hits, dimension, counts=True)
                of = self._by_group(code, base, dimension, counts=False)
                for row, group in enumerate(names):
                    if group and of[row]:
                        name = FigureName(code, dimension, group)
                        yield Figure(name, int(found[row]), self._of(code, int(of[row])))

    def scores(self, rule: ScoreRule, dimension: Dimension) -> Iterator[Ranked]:
        """Scores of every group of which anything is known."""
        names = self._names[dimension]
        behind = self._rows[dimension][self.behind_score(rule)]
        cases = np.bincount(behind, minlength=len(names))
        points, weights = [Fraction(0)] * len(names), [Fraction(0)] * len(names)
        for part in rule.parts:
            base, hits = self.marked(part.indicator, "")
            found = self._by_group(part.indicator, hits, dimension, counts=True)
            of = self._by_group(part.indicator, base, dimension, counts=False)
            for row in range(len(names)):
                if of[row]:
                    points[row] += part.points(int(found[row]), int(of[row]))
                    weights[row] += part.weight
        for row, group in enumerate(names):
            if group and weights[row]:
                score = one_decimal(100 * points[row] / weights[row])
                yield Ranked(group, score, int(cases[row]), None)

    def listed(self, code: str) -> Iterator[str]:
        """Numbers of the incidents that are counted, the oldest first."""
        base, _ = self.marked(code, "")
        rows = np.flatnonzero(base)
        oldest = np.argsort(self._cases.at_s[Stage.REPORTED][rows], kind="stable")
        yield from (number for number in self._evidence.book.ids[rows[oldest]].tolist() if number)

    def behind_score(self, rule: ScoreRule) -> Mask:
        """Cases of any part of a score."""
        behind = np.zeros(len(self._cases), dtype=np.bool_)
        for part in rule.parts:
            behind |= self.marked(part.indicator, "")[0]
        return behind

    def marked(self, code: str, when: str) -> tuple[Mask, Mask]:
        """The cases of a figure, and those of them that count."""
        period = self._period(when, code)
        if code in self._rules.counts:
            count = self._rules.counts[code]
            base = count.holds(self._cases, self._now.timestamp())
            if count.period is not None:
                reached = self._cases.reached_s(count.period, self._now.timestamp())
                base = base & period.holds(reached)
            base = base & self._kept(code)
            return base, base
        found = cases_behind(
            self._rules.formulas[code], self._cases, now=self._now, period=period,
            where=self._kept(code),
        )  # fmt: skip
        return found.base, found.hits

    def _figure(self, name: FigureName, base: Mask, hits: Mask) -> Figure:
        """A figure of all cases."""
        one = np.zeros(len(self._cases), dtype=np.int64)
        found, of = (
            int(self._sum(name.code, mask, one, 1, counts=counts)[0])
            for mask, counts in ((hits, True), (base, False))
        )
        return Figure(name, found, self._of(name.code, of))

    def _by_group(
        self, code: str, mask: Mask, dimension: Dimension, *, counts: bool
    ) -> NDArray[np.int64]:
        """How many cases each group has, or what their figures add up to."""
        return self._sum(
            code, mask, self._rows[dimension], len(self._names[dimension]), counts=counts
        )

    def _sum(
        self, code: str, mask: Mask, groups: NDArray[np.int64], n: int, *, counts: bool
    ) -> NDArray[np.int64]:
        """Count cases by group, or add up the figures that the formula names."""
        formula = self._rules.formulas.get(code) if code not in self._rules.counts else None
        weights = None
        if formula is not None and formula.sums is not None:
            weights = np.nan_to_num(self._cases.number(formula.sums[0 if counts else 1]))[mask]
        return np.bincount(groups[mask], weights=weights, minlength=n).astype(np.int64)

    def _of(self, code: str, of: int) -> int | None:
        """Counts are a share of nothing."""
        return None if code in self._rules.counts else of

    def _stands(self, code: str) -> bool:
        """Whether a count is of all that stand so, whenever they came in."""
        return code in self._rules.counts and self._rules.counts[code].period is None

    def _period(self, when: str, code: str) -> Period:
        """The span of a figure."""
        spans = {"": self._scope.period}
        if not self._stands(code):
            spans |= {BEFORE: self._scope.before, **self._scope.months}
        if when not in spans:
            raise UnknownName(f"There is no figure {code}@{when} in this report.")
        return spans[when]

    def _kept(self, code: str) -> Mask:
        """Cases that an upheld appeal has not taken out of a figure."""
        out = self._evidence.left_out.get(code, frozenset())
        return (
            ~np.isin(self._evidence.book.ids, sorted(out))
            if out
            else np.ones(len(self._cases), dtype=np.bool_)
        )
