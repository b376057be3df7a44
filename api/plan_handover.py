"""Handover lists as files: CSV, workbook, PDF, JSON."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.answer_file import answer_file
from api.plan_document import Cell, DocumentTable, PlanDocument, Said, write_document
from dispatch.planning.handover import Handed, HandedBetween, HandoverList

TITLE = Said("责任区调整移交清单", "Handover list of a zone plan")

ROW_COLUMNS: Mapping[str, Said] = {
    "grid": Said("单元网格", "Unit grid"),
    "township": Said("镇街", "Township"),
    "loses": Said("移出责任区", "Loses"),
    "loses_brigade": Said("移出大队", "From brigade"),
    "gains": Said("移入责任区", "Gains"),
    "gains_brigade": Said("移入大队", "To brigade"),
    "incidents_per_year": Said("年事件数", "Incidents a year"),
    "minutes_per_year": Said("年行程增减（分钟）", "Minutes a year"),
    "open_incidents": Said("在办事件", "Open incidents"),
}
SUM_COLUMNS: Mapping[str, Said] = {
    "loses": Said("移出责任区", "Loses"),
    "loses_brigade": Said("移出大队", "From brigade"),
    "gains": Said("移入责任区", "Gains"),
    "gains_brigade": Said("移入大队", "To brigade"),
    "grids": Said("网格数", "Unit grids"),
    "area_km2": Said("面积（平方公里）", "Area, km²"),
    "incidents_per_year": Said("年事件数", "Incidents a year"),
    "minutes_per_year": Said("年行程增减（分钟）", "Minutes a year"),
    "unknown": Said("行程未知的网格", "Grids of unknown travel"),
    "open_incidents": Said("在办事件数", "Open incidents"),
}


def write_handover(path: Path, handover: HandoverList) -> None:
    """
    Write a handover list in the format that the name of its file asks for.

    Parameters
    ----------
    path
        ``.csv``, ``.xlsx`` or ``.pdf``; it appears whole.
    handover
        What changes hands.

    Raises
    ------
    BadValue
        The name ends otherwise.
    Unavailable
        A PDF is asked for, and no font has Chinese characters.
    """
    if path.suffix.lower() != ".csv":
        write_document(path, handover_document(handover))
        return
    with answer_file(path) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(ROW_COLUMNS)
        table.writerows(map(_csv_row, handover.rows))


def handover_document(handover: HandoverList) -> PlanDocument:
    """
    Lay a handover list out to be signed.

    Parameters
    ----------
    handover
        What changes hands.

    Returns
    -------
    document
        Sums by pair of zones, then every grid, then zones that only change their code.
    """
    renamed = tuple((old, new) for old, new in handover.renamed)
    minutes = [row.minutes_per_year for row in handover.rows if row.minutes_per_year is not None]
    facts = (
        (Said("现行方案", "Plan in force"), handover.base),
        (Said("新方案", "New plan"), handover.draft),
        (Said("编制人", "Prepared by"), handover.prepared_by),
        (Said("编制时间", "Prepared at"), handover.prepared_at.isoformat(timespec="minutes")),
        (Said("移交网格", "Unit grids handed over"), f"{len(handover.rows):,}"),
        (
            Said("年行程增减（分钟）", "Minutes of travel a year"),
            f"{sum(minutes):+,.0f}" if minutes else "—",
        ),
    )
    tables = [
        DocumentTable(
            Said("按责任区汇总", "By pair of zones"),
            tuple(SUM_COLUMNS.values()),
            tuple(_cells(one, SUM_COLUMNS) for one in handover.sums),
        ),
        DocumentTable(
            Said("移交网格明细", "Unit grids"),
            tuple(ROW_COLUMNS.values()),
            tuple(_cells(one, ROW_COLUMNS) for one in handover.rows),
        ),
    ]
    if renamed:
        columns = (Said("原编码", "Code before"), Said("新编码", "New code"))
        tables.append(
            DocumentTable(Said("仅改编码的责任区", "Zones with a new code only"), columns, renamed)
        )
    return PlanDocument(TITLE, handover.prepared_at, facts, tuple(tables), wide=True)


def handover_json(handover: HandoverList) -> dict[str, Any]:
    """
    Tell a handover list to a program.

    Parameters
    ----------
    handover
        What changes hands.

    Returns
    -------
    told
        Rows and sums under the names of the columns; unknown is null.
    """
    return {
        "base": handover.base,
        "draft": handover.draft,
        "prepared_by": handover.prepared_by,
        "prepared_at": handover.prepared_at.isoformat(),
        "rows": [{name: getattr(one, name) for name in ROW_COLUMNS} for one in handover.rows],
        "sums": [{name: getattr(one, name) for name in SUM_COLUMNS} for one in handover.sums],
        "renamed": [{"before": old, "after": new} for old, new in handover.renamed],
    }


def _cells(one: Handed | HandedBetween, columns: Mapping[str, Said]) -> tuple[Cell, ...]:
    """Cells of a row; a list of incidents is one text."""
    values = [getattr(one, name) for name in columns]
    return tuple(", ".join(value) if isinstance(value, tuple) else value for value in values)


def _csv_row(one: Handed) -> list[str | int | float]:
    """A row as plain text; unknown is empty, minutes have one decimal."""
    values = [getattr(one, name) for name in ROW_COLUMNS]
    cells: list[str | int | float] = []
    for value in values:
        if isinstance(value, tuple):
            cells.append(";".join(value))
        elif isinstance(value, float):
            cells.append(f"{value:.1f}")
        else:
            cells.append("" if value is None else value)
    return cells
