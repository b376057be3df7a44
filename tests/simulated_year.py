"""A simulated year of incidents, written straight into the tables of a store."""

# ruff: noqa: C901, PLR0911, PLR0912, PLR0915, PLR0917 -- a life is told step by step

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from rows_by_hand import a_row
from shapely import Point
from sqlalchemy import Table, insert, select, text
from sqlalchemy.orm import Session

from dispatch.incident import Filing
from dispatch.store.deadlines import DEADLINES
from dispatch.store.order_tables import ASSIGNMENTS, WHISTLE_ANSWERS, WHISTLES
from dispatch.store.tables import INCIDENT_AREAS, INCIDENTS, SUGGESTIONS
from dispatch.store.transitions import TRANSITIONS

FIRST = datetime(2024, 11, 30, 16, 0, tzinfo=UTC)
"""Incidents come in from then on; December 2024 is what January 2025 is held against."""

LAST = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
"""Until then: midnight in China."""

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class Rows:
    """Rows of the tables that a year is written to, and a die."""

    die: np.random.Generator
    crews: Mapping[str, Sequence[str]]
    matters: Sequence[str]
    rows: dict[Table, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: Table, **values: object) -> None:
        self.rows.setdefault(table, []).append(a_row(table, **values))

    def one_in(self, n: float) -> bool:
        return bool(self.die.random() < 1 / n)

    def after(self, at: datetime, most: timedelta) -> datetime:
        whole_s = round(float(self.die.random()) * most.total_seconds())
        return at + timedelta(seconds=1 + whole_s)


def write_year(
    session: Session,
    places: Mapping[str, Sequence[tuple[float, float]]],
    *,
    crews: Mapping[str, Sequence[str]],
    matters: Sequence[str],
    above: Sequence[str],
    incidents: int,
    seed: int = 1,
    until: datetime = LAST,
) -> None:
    """
    Write a year: places by area, the crews that each area sends, and the areas above them all.

    What happens to an incident after `until` is not written: nobody knows it yet.
    """
    rows = Rows(np.random.default_rng(seed), crews, matters)
    whole_s = (until - FIRST).total_seconds()
    reported = FIRST + np.sort(rows.die.random(incidents)) * timedelta(seconds=whole_s)
    first = 1 + (session.scalar(select(INCIDENTS.c.fid).order_by(INCIDENTS.c.fid.desc())) or 0)
    for fid, at in enumerate(reported, start=first):
        area = list(places)[int(rows.die.integers(len(places)))]
        spots = places[area]
        lon_lat = spots[int(rows.die.integers(len(spots)))]
        _write_incident(rows, fid, at.replace(microsecond=0), area, lon_lat, above, until)
    _forget(rows, until)
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
    if session.scalar(select(SUGGESTIONS.c.id).where(SUGGESTIONS.c.id == "year")) is None:
        session.execute(insert(SUGGESTIONS).values(a_row(SUGGESTIONS, id="year", **_shape())))
    for table in (INCIDENTS, INCIDENT_AREAS, TRANSITIONS, ASSIGNMENTS, DEADLINES, WHISTLES,
                  WHISTLE_ANSWERS):  # fmt: skip
        if rows.rows.get(table):
            session.execute(insert(table), rows.rows[table])


def _shape() -> dict[str, object]:
    return {column.name: Point(0, 0) for column in SUGGESTIONS.c if column.name == "place"}


def _write_incident(
    rows: Rows, fid: int, at: datetime, area: str, lon_lat: tuple[float, float],
    above: Sequence[str], until: datetime,
) -> None:  # fmt: skip
    """One incident with all that is on record of it."""
    number = f"Y{fid:06d}"
    steps = [step for step in _life(rows, number, at, area) if step[1] < until]
    state = steps[-1][0]
    filings: tuple[Filing, ...] = ()
    if rows.one_in(10):
        filings = (Filing("West", at + HOUR), Filing("East", at + 2 * HOUR))
    matter = rows.matters[int(rows.die.integers(len(rows.matters)))]
    rows.add(
        INCIDENTS, fid=fid, id=number, kind="visit" if rows.one_in(7) else "report",
        matters=(matter,), text="", reported_at=at, state=state, version=len(steps),
        filings=filings, place=Point(*lon_lat), resumes_to=None,
    )  # fmt: skip
    for code in (*above, area):
        rows.add(INCIDENT_AREAS, incident=fid, area=code)
    before = None
    for after, when, rating in steps:
        reason = "证据不足，退回补办" if after == "returned" else ""
        rows.add(
            TRANSITIONS, incident=number, before=before, after=after, at=when, by="sim",
            reason=reason, rating=rating,
        )  # fmt: skip
        before = after


def _forget(rows: Rows, until: datetime) -> None:
    """What comes later nobody knows yet."""
    for table in (ASSIGNMENTS, DEADLINES, WHISTLES, WHISTLE_ANSWERS):
        every = rows.rows.get(table, [])
        rows.rows[table] = [one for one in every if _known(table, one) < until]
    for one in rows.rows[ASSIGNMENTS]:
        if one["released_at"] is not None and one["released_at"] >= until:
            one["released_at"] = one["outcome"] = None
    for one in rows.rows[DEADLINES]:
        if one["ended_at"] is not None and one["ended_at"] >= until:
            one["ended_at"] = one["left"] = None


def _known(table: Table, row: Mapping[str, Any]) -> datetime:
    names = {ASSIGNMENTS: "decided_at", DEADLINES: "begins_at", WHISTLES: "raised_at"}
    when: datetime = row[names.get(table, "at")]
    return when


def _life(
    rows: Rows, number: str, at: datetime, area: str
) -> Iterator[tuple[str, datetime, int | None]]:
    """The steps of an incident; crews and deadlines are written on the way."""
    yield "reported", at, None
    at = rows.after(at, 30 * MINUTE)
    if rows.one_in(25):
        yield ("merged" if rows.one_in(2) else "cancelled"), at, None
        return
    if rows.one_in(40):
        return
    yield "accepted", at, None
    handle = 3 * DAY if rows.one_in(2) else 7 * DAY
    _deadline(rows, number, "handle", 1, at, at + handle)
    if rows.one_in(30):
        at = rows.after(at, HOUR)
        yield "suspended", at, None
        rows.rows[DEADLINES][-1] |= {"ended_at": at, "left": 3600.0}
        if rows.one_in(3):
            return
        at = rows.after(at, 5 * DAY)
        yield "accepted", at, None
        _deadline(rows, number, "handle", 2, at, at + handle)
    if rows.one_in(45):
        at = rows.after(at, HOUR)
        yield "handed_off", at, None
        return
    if rows.one_in(8):
        _whistle(rows, number, at)
    rounds = 2 if rows.one_in(12) else 1
    for time in range(rounds):
        crew = rows.crews[area][int(rows.die.integers(len(rows.crews[area])))]
        # The crew whose code comes last is slower, so that the lists have somebody on them.
        slow = 1 + 3 * (crew == max(rows.crews[area])) * (len(rows.crews[area]) > 1)
        if rows.one_in(15):
            _assignment(rows, number, crew, at, outcome="refused", released=at + 5 * MINUTE)
            at = at + 6 * MINUTE
        at = rows.after(at, 20 * MINUTE)
        yield "dispatched", at, None
        _assignment(rows, number, crew, at, outcome=None, released=None)
        if rows.one_in(60):
            return
        at = rows.after(at, 2 * MINUTE)
        yield "acknowledged", at, None
        if not rows.one_in(20):
            at = rows.after(at, 14 * MINUTE * slow)
            yield "on_scene", at, None
        if rows.one_in(40):
            return
        at = rows.after(at, 2 * DAY * slow)
        yield "handled", at, None
        rows.rows[ASSIGNMENTS][-1] |= {"released_at": at, "outcome": "done"}
        _deadline(rows, number, "feed_back", 1 + time, at, at + 4 * HOUR)
        at = rows.after(at, 3 * HOUR)
        yield "feedback", at, None
        _deadline(rows, number, "verify", 1 + time, at, at + 2 * DAY)
        if time < rounds - 1:
            at = rows.after(at, DAY)
            yield "returned", at, None
    if rows.one_in(30):
        return
    at = rows.after(at, 2 * DAY)
    yield "verified", at, None
    at = rows.after(at, 6 * HOUR)
    yield "closed", at, None
    if not rows.one_in(3):
        slow = crew == max(rows.crews[area])
        worst = 1 if slow and rows.one_in(4) else 3
        yield "rated", rows.after(at, 3 * DAY), int(rows.die.integers(worst, 6))


def _deadline(
    rows: Rows, number: str, kind: str, generation: int, begins: datetime, due: datetime
) -> None:
    rows.add(
        DEADLINES, incident=number, kind=kind, generation=generation, begins_at=begins,
        due_at=due, plan="[]", state="waiting", ended_at=None, left=None, counts="continuous",
    )  # fmt: skip


def _assignment(
    rows: Rows, number: str, crew: str, at: datetime, *, outcome: str | None,
    released: datetime | None,
) -> None:  # fmt: skip
    """A crew that is sent, and perhaps says at once that it does not go."""
    count = 1 + len(rows.rows.get(ASSIGNMENTS, []))
    rows.add(
        ASSIGNMENTS, id=f"A{number}{count}", incident=number, suggestion="year", unit=crew,
        kind="grid", decided_at=at, dispatched_at=at, target_s=900.0, reinforces=False,
        officers=(), outcome=outcome, released_at=released, departure="followed",
    )  # fmt: skip


def _whistle(rows: Rows, number: str, at: datetime) -> None:
    """A call that is refused every other time."""
    rows.add(
        WHISTLES, id=f"W{number}", incident=number, by="TW", raised_at=at,
        closed_at=at + HOUR,
    )  # fmt: skip
    says = "refuses" if rows.one_in(2) else "comes"
    rows.add(WHISTLE_ANSWERS, whistle=f"W{number}", party="SQ", says=says, at=at + 10 * MINUTE)
