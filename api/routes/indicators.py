"""Indicators of a week, month or year, and the cases behind each figure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Depends, Path, Query, Response

from api.access import may
from api.errors import NotFound
from api.indicator_table import indicator_csv
from api.paging import CutDep
from api.schemas import Page
from api.schemas_indicator import CaseOut, IndicatorReportOut
from api.service import Service, ServiceDep
from dispatch.access import Act, Person
from dispatch.case_book import CaseBook
from dispatch.cases import Stage, Word
from dispatch.formula import Formula, standard_formulas
from dispatch.indicator import cases_behind
from dispatch.indicator_report import IndicatorReport, indicator_report
from dispatch.report_span import ReportSpan, period_of
from geo.road.week import CITY_TIME

router = APIRouter(prefix="/api/v1/reports/indicators", tags=["reports"])

SeeReportsDep = Annotated[Person, Depends(may(Act.SEE_REPORTS))]
SpanQuery = Annotated[ReportSpan, Query(description="How long the report looks back.")]
DayQuery = Annotated[
    date | None,
    Query(
        ge=date(1970, 1, 8),
        le=date(9000, 1, 1),
        description="A day of the week, month or year; today without.",
    ),
]
GroupQuery = Annotated[Word, Query(description="What groups are made by.")]


@router.get(
    "",
    response_model=IndicatorReportOut,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def read(  # noqa: PLR0913, PLR0917 -- the parameters of the address
    service: ServiceDep,
    person: SeeReportsDep,
    span: SpanQuery = ReportSpan.WEEK,
    day: DayQuery = None,
    by: GroupQuery = Word.ZONE,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> IndicatorReportOut | Response:
    """Every indicator of a span of time, beside those before, for the areas that one sees."""
    report = _report(service, person, span, day, by)
    if form == "json":
        return IndicatorReportOut.of(report)
    return Response(
        indicator_csv(report),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="indicators-{span}.csv"'},
    )


@router.get("/{code}/cases")
def list_cases(  # noqa: PLR0913, PLR0917 -- the parameters of the address
    code: Annotated[str, Path(max_length=64)],
    service: ServiceDep,
    person: SeeReportsDep,
    cut: CutDep,
    span: SpanQuery = ReportSpan.WEEK,
    day: DayQuery = None,
    by: GroupQuery = Word.ZONE,
    group: Annotated[
        str | None, Query(max_length=64, description="Only those of this group.")
    ] = None,
) -> Page[CaseOut]:
    """The cases behind a figure: all of the population, and whether each counts."""
    formula = standard_formulas().get(code)
    if formula is None:
        raise NotFound(f"There is no indicator {code!r}.")
    with service.store.reading() as session:
        book = service.case_books.book_for(person, service.city, session)
    rows, hits = _behind(book, formula, service, span, day, by, group)
    first = cut.number or 0
    shown = rows[first : first + cut.limit]
    following = first + len(shown)
    return Page(
        items=[case_out(book, row, counts=bool(hits[row])) for row in shown.tolist()],
        next=str(following) if following < len(rows) else None,
    )


def _report(
    service: Service, person: Person, span: ReportSpan, day: date | None, by: Word
) -> IndicatorReport:
    """Count for a person."""
    with service.store.reading() as session:
        book = service.case_books.book_for(person, service.city, session)
    now = service.clock()
    return indicator_report(
        standard_formulas(), book.cases, span=span, day=_day(day, now), now=now, by=by
    )


def _behind(  # noqa: PLR0913, PLR0917 -- what a figure is counted by
    book: CaseBook,
    formula: Formula,
    service: Service,
    span: ReportSpan,
    day: date | None,
    by: Word,
    group: str | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the population, the newest first, and which cases count."""
    now = service.clock()
    where = None if group is None else book.cases.word(by) == group
    behind = cases_behind(
        formula, book.cases, now=now, period=period_of(span, _day(day, now)), where=where
    )
    rows = np.flatnonzero(behind.base)
    newest = np.argsort(-book.cases.at_s[Stage.REPORTED][rows], kind="stable")
    return rows[newest], behind.hits


def _day(day: date | None, now: datetime) -> date:
    """Today by the clock on the wall, unless a day was named."""
    return now.astimezone(CITY_TIME).date() if day is None else day


def case_out(book: CaseBook, row: int, *, counts: bool) -> CaseOut:
    """
    Show one case.

    Parameters
    ----------
    book
        The cases.
    row
        Which of them.
    counts
        Whether it is one of the hits.

    Returns
    -------
    case
        With its number, if it is the store's own.
    """
    lon, lat = book.lon_lat[row].tolist()
    reported_s = float(book.cases.at_s[Stage.REPORTED][row])
    zone, unit, matter = (
        str(book.cases.word(word)[row]) or None for word in (Word.ZONE, Word.UNIT, Word.MATTER)
    )
    return CaseOut(
        id=str(book.ids[row]) or None,
        lon_lat=(lon, lat),
        reported_at=datetime.fromtimestamp(reported_s, UTC),
        zone=zone,
        unit=unit,
        matter=matter,
        counts=counts,
    )
