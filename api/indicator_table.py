"""Indicators as a table: one row for each figure, of the city and of each group."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from dispatch.indicator_report import IndicatorReport
from dispatch.proportion import Proportion

COLUMNS = (
    "indicator", "指标", "name", "of", "span", "since", "until", "group", "hits", "total",
    "share", "low", "high",
)  # fmt: skip

BOM = "\ufeff"
"""Without it a spreadsheet takes the Chinese names for another encoding."""


def indicator_csv(report: IndicatorReport) -> str:
    """
    Write a report as CSV.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    text
        A row for each indicator, then one for each of its groups; shares between 0 and 1, empty
        where there is nothing to share.
    """
    text = io.StringIO()
    text.write(BOM)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows(report))
    return text.getvalue()


def _rows(report: IndicatorReport) -> Iterator[list[object]]:
    """Every figure."""
    since, until = (
        "" if end is None else end.isoformat() for end in (report.period.since, report.period.until)
    )
    for line in report.lines:
        formula = line.formula
        head = [formula.code, formula.zh, formula.en, line.of.code, report.span, since, until]
        yield [*head, "", *_figures(line.found)]
        for name, found in line.groups.items():
            yield [*head, name, *_figures(found)]
    head = ["arrived_in_time", "按时到场率", "Arrived in time", "dispatched", report.span, since]
    if report.arrivals is not None:
        yield [*head, until, "", *_figures(report.arrivals.in_time)]
    for group in report.arrival_groups:
        yield [*head, until, group.name, *_figures(group.in_time)]


def _figures(found: Proportion) -> list[object]:
    """Counts, share and interval."""
    low, high = found.interval or ("", "")
    return [found.hits, found.of, "" if found.share is None else found.share, low, high]
