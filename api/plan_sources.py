"""Where a zone plan begins: what is published, another draft, or a table of unit grids."""

from __future__ import annotations

import csv
import io

from sqlalchemy.orm import Session

from api.planning_now import Ground
from api.schemas_plan import PlanIn
from dispatch.planning.content_edit import content_of, with_terms
from dispatch.planning.plan_content import PlanContent
from dispatch.planning_desk import read_drawing
from geo.errors import BadValue, MissingColumn

COLUMNS = ("grid", "zone")


def begun_from(given: PlanIn, ground: Ground, session: Session) -> PlanContent:
    """
    Read what a plan says to begin with.

    Parameters
    ----------
    given
        What was asked.
    ground
        What it is drawn on.
    session
        A session, for another plan.

    Returns
    -------
    content
        The plan.

    Raises
    ------
    BadValue, MissingColumn
        What it is to begin from is not said, or is no plan.
    UnknownName
        There is no such plan, unit grid or zone.
    """
    terms = {code: one.terms() for code, one in given.terms.items()}
    if given.source == "published":
        return with_terms(ground.published, terms)
    if given.source == "plan":
        other = read_drawing(session, _said(given.plan, "plan"))
        return with_terms(other.content, terms)
    if given.source == "csv":
        return content_of(ground.published, read_table(_said(given.csv, "csv")), terms)
    if given.zone_of is None:
        raise BadValue("A plan from zone_of says the zone of each unit grid in `zone_of`.")
    return content_of(ground.published, given.zone_of, terms)


def read_table(text: str) -> dict[str, str | None]:
    """
    Read a plan as a table of unit grids and their zones.

    Parameters
    ----------
    text
        CSV with the columns ``grid`` and ``zone``.

    Returns
    -------
    zone_of
        Code of the zone of each unit grid; None where the cell is empty.

    Raises
    ------
    MissingColumn
        A column is not there.
    BadValue
        A unit grid stands twice.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise MissingColumn(f"The table of the plan has no column {missing[0]}; it has grid,zone.")
    zone_of: dict[str, str | None] = {}
    for row in rows:
        grid = (row["grid"] or "").strip()
        if grid in zone_of:
            raise BadValue(f"The unit grid {grid} stands twice in the table of the plan.")
        zone_of[grid] = (row["zone"] or "").strip() or None
    return zone_of


def _said(value: str | None, name: str) -> str:
    if value is None:
        raise BadValue(f"A plan from {name} says in `{name}` which one.")
    return value
