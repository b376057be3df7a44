"""
Figures of reports by plain SQL and plain loops over the rows of an embedded store.

Nothing of the service is imported: what a figure means is written out here a second time, from
docs/reports.md and docs/indicators.md.
"""

# ruff: noqa: C901, PLR0911 -- plain on purpose: one line for each figure

from __future__ import annotations

import sqlite3
import struct
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

CHINA = timezone(timedelta(hours=8))
ENDED = {"closed", "cancelled", "merged", "handed_off"}
AFTERWARDS = {"handled", "feedback", "verified", "closed"}

COUNTS = (
    "reported", "filed", "dispatched", "handled", "closed", "returned", "suspended", "handed_off",
    "open", "overdue", "disputed", "sent_back",
)  # fmt: skip
STANDING = {"open", "overdue", "disputed", "sent_back"}


@dataclass
class Row:
    """One incident as known at an instant."""

    id: str
    kind: str
    reported: datetime
    lon: float
    filings: int
    at: dict[str, datetime] = field(default_factory=dict)
    returns: int = 0
    rating: int | None = None
    due: dict[str, datetime] = field(default_factory=dict)
    sent: int = 0
    accurate: int = 0
    unit: str = ""
    target_s: float = 900.0
    refusals: int = 0
    area: str = ""
    brigade: str = ""

    @property
    def filed(self) -> bool:
        return "accepted" in self.at and not {"merged", "cancelled"} & set(self.at)

    @property
    def ours(self) -> bool:
        return self.filed and "handed_off" not in self.at

    @property
    def open(self) -> bool:
        return self.ours and "closed" not in self.at

    @property
    def close_by(self) -> datetime | None:
        last = [self.due[kind] for kind in ("handle", "feed_back", "verify") if kind in self.due]
        return max(last) if last else None


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def read_rows(
    store: Path, known_at: datetime, *, border: float, brigades: dict[str, str]
) -> list[Row]:
    """Every incident of a store of two towns, west and east of a meridian, as known then."""
    known = known_at.astimezone(UTC)
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as file:
        rows: dict[str, Row] = {}
        for number, kind, reported, place, filings in file.execute(
            "SELECT id, kind, reported_at, place, filings FROM incidents"
        ):
            if instant(reported) > known:
                continue
            lon, _ = struct.unpack("<dd", place[-16:])
            row = Row(number, kind, instant(reported), lon, filings.count("+00:00"))
            row.area = "TW" if lon < border else "TE"
            row.at["reported"] = instant(reported)
            rows[number] = row
        for number, after, at, rating in file.execute(
            "SELECT incident, after, at, rating FROM transitions ORDER BY fid"
        ):
            if instant(at) <= known:
                row = rows[number]
                row.at[after] = instant(at)
                row.returns += after == "returned"
                row.rating = rating if rating is not None else row.rating
        last: dict[tuple[str, str], tuple] = {}
        for number, kind, begins, due, ended, left in file.execute(
            "SELECT incident, kind, begins_at, due_at, ended_at, left FROM deadlines "
            "ORDER BY incident, kind, generation"
        ):
            if instant(begins) <= known:
                last[number, kind] = (instant(due), ended, left)
        for (number, kind), (due, ended, left) in last.items():
            paused = left is not None and ended is not None and instant(ended) <= known
            if not paused:
                rows[number].due[kind] = due
        for number, unit, decided, released, outcome, target_s in file.execute(
            "SELECT incident, unit, decided_at, released_at, outcome, target_s FROM assignments "
            "WHERE NOT reinforces ORDER BY fid"
        ):
            if instant(decided) <= known:
                row = rows[number]
                over = released is not None and instant(released) <= known
                row.sent += 1
                row.accurate += not (over and outcome in ("refused", "mistake"))
                row.unit, row.target_s, row.brigade = unit, target_s, brigades.get(unit, "")
        for number, at in file.execute(
            "SELECT w.incident, a.at FROM whistle_answers a JOIN whistles w ON w.id = a.whistle "
            "WHERE a.says = 'refuses'"
        ):
            rows[number].refusals += instant(at) <= known
    return list(rows.values())


def counted(row: Row, code: str, now: datetime, since: datetime, until: datetime) -> bool:
    """Whether an incident is one of a number."""

    def within(stage: str) -> bool:
        return stage in row.at and since <= row.at[stage] < until

    if code == "reported":
        return within("reported") and "merged" not in row.at
    if code == "filed":
        return row.filed and within("accepted")
    if code == "dispatched":
        return row.ours and within("dispatched")
    if code == "handled":
        return row.ours and "dispatched" in row.at and within("handled")
    if code == "closed":
        return row.ours and within("closed")
    if code in ("returned", "suspended", "handed_off"):
        return within(code)
    if not row.open:
        return False
    if code == "open":
        return True
    if code == "overdue":
        handle = row.due.get("handle")
        late = handle is not None and handle <= now and "handled" not in row.at
        return late or (row.close_by is not None and row.close_by <= now)
    if code == "disputed":
        return row.filings > 1 or row.refusals > 0
    assert code == "sent_back", code
    return row.returns > 0


def share(rows: list[Row], code: str, now: datetime, since: datetime, until: datetime):
    """How many of how many an indicator counts."""

    def within(row: Row, stage: str) -> bool:
        return stage in row.at and since <= row.at[stage] < until

    def of(*those: tuple[bool, bool]) -> tuple[int, int]:
        return sum(hit for base, hit in those if base), sum(base for base, _ in those)

    pairs = []
    for row in rows:
        sent = row.ours and within(row, "dispatched")
        filed = row.ours and within(row, "accepted")
        handle, close = row.due.get("handle"), row.close_by
        handled, closed = row.at.get("handled"), row.at.get("closed")
        if code == "filing_rate":
            base = within(row, "reported") and "merged" not in row.at and row.kind == "report"
            hit = row.filed
        elif code == "handling_rate":
            base = sent and (handled is not None or (handle is not None and handle <= now))
            hit = handled is not None
        elif code == "handled_in_time_rate":
            base = sent and handle is not None and (handled is not None or handle <= now)
            hit = handled is not None and handle is not None and handled <= handle
        elif code == "closing_rate":
            base = filed and (closed is not None or (close is not None and close <= now))
            hit = closed is not None
        elif code == "closed_in_time_rate":
            base = filed and close is not None and (closed is not None or close <= now)
            hit = closed is not None and close is not None and closed <= close
        elif code == "arrived_in_time_rate":
            there = row.at.get("on_scene")
            went_on = bool(AFTERWARDS & set(row.at))
            over = bool({"merged", "handed_off", "cancelled"} & set(row.at))
            dispatched = row.at.get("dispatched", now)
            late = (now - dispatched).total_seconds() > row.target_s
            base = sent and (there is not None or (late and not went_on and not over))
            hit = there is not None and (there - dispatched).total_seconds() <= row.target_s
        elif code == "rework_rate":
            base, hit = sent and handled is not None, row.returns > 0
        elif code == "satisfaction":
            base = within(row, "rated") and row.rating is not None
            hit = row.rating is not None and row.rating >= 4
        elif code == "reconsideration_rate":
            base, hit = False, False
        else:
            assert code == "dispatch_accuracy", code
            pairs += [(sent, True)] * row.accurate + [(sent, False)] * (row.sent - row.accurate)
            continue
        pairs.append((base, hit))
    return of(*pairs)


def score(parts: list[tuple[str, str, str, str]], shares: dict[str, tuple[int, int]]):
    """A score of 100 by weight, share of nothing and share of all, half up to one decimal."""
    got, weights = Decimal(0), Decimal(0)
    for code, weight, nothing, full in parts:
        hits, of = shares[code]
        if of:
            reached = (Decimal(hits) / Decimal(of) - Decimal(nothing)) / (
                Decimal(full) - Decimal(nothing)
            )
            got += Decimal(weight) * min(max(reached, Decimal(0)), Decimal(1))
            weights += Decimal(weight)
    if not weights:
        return None
    return float((100 * got / weights).quantize(Decimal("0.1"), ROUND_HALF_UP))


def groups_of(rows: list[Row], by: str) -> dict[str, list[Row]]:
    """Incidents by brigade or by area."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, by)].append(row)
    return {name: those for name, those in groups.items() if name}


def midnight(year: int, month: int, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=CHINA)
