"""
Reads `jurisdiction.md`: chapters with maps and tables, a city for each, and its cases.

A map is a block of letters, one cell each, north up; equal letters make one polygon.  A table
is known by its first heading: `area`, `zone`, `row`, and so on; one with an arrow holds cases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import shapely
from shapely import Polygon, box

from dispatch.authority import AuthorityRow
from dispatch.city import City
from dispatch.incident import Filing, Incident, IncidentKind
from dispatch.matter import CaseScale, Domain, KeptAt, Matter, MatterKind, Triage
from dispatch.partner import PartnerCity
from dispatch.power import CHINA
from dispatch.unit import Unit, UnitKind
from geo.area import Area, Tier
from geo.zone import Zone

NOW = datetime(2026, 11, 20, 10, tzinfo=CHINA)
ARROW = "⇒"

Line = Mapping[str, str]
Map = Mapping[tuple[int, int], str]


@dataclass(frozen=True)
class Chapter:
    """A chapter: its title, maps by name, and lines of its tables by first heading."""

    title: str
    maps: Mapping[str, Map]
    tables: Mapping[str, Sequence[Line]]


@dataclass(frozen=True)
class Case:
    """A line of a table of cases: what is known, and what must come out."""

    chapter: Chapter
    given: Line
    expected: Line

    def __str__(self) -> str:
        known = " ".join(text for text in self.given.values() if text != "—")
        return f"{self.chapter.title}: {known}"


def read_book(path: Path) -> list[Chapter]:
    """Read the whole page; a chapter begins with two hashes."""
    parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [_chapter(part) for part in parts[1:]]


def cases_of(chapter: Chapter) -> list[Case]:
    """All cases of a chapter."""
    return [_case(chapter, line) for line in chapter.tables.get("where", ())]


def _chapter(text: str) -> Chapter:
    title, _, body = text.partition("\n")
    maps = {
        name: _read_map(drawn)
        for name, drawn in re.findall(r"^```(\w+)\n(.*?)^```", body, re.MULTILINE | re.DOTALL)
    }
    tables: dict[str, list[Line]] = {}
    for block in re.findall(r"(?:^\|.*\|\n?)+", body, re.MULTILINE):
        heading, _, *lines = (_cells(line) for line in block.splitlines())
        assert all(len(line) == len(heading) for line in lines), f"{title}: a line is too short"
        rows = [dict(zip(heading, line, strict=True)) for line in lines]
        tables.setdefault(heading[0], []).extend(rows)
    return Chapter(title, maps, tables)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _read_map(drawn: str) -> Map:
    return {
        (column, row): letter
        for row, line in enumerate(drawn.splitlines())
        for column, letter in enumerate(line.split())
    }


def _case(chapter: Chapter, line: Line) -> Case:
    names = list(line)
    at = names.index(ARROW)
    return Case(
        chapter, {name: line[name] for name in names[:at]}, {n: line[n] for n in names[at + 1 :]}
    )


class Book:
    """The cities of the chapters: what the first chapter says, and what each adds."""

    def __init__(self, chapters: Sequence[Chapter]) -> None:
        self._first = chapters[0]
        self._cities = {chapter.title: self._make(chapter) for chapter in chapters}

    def city(self, chapter: Chapter) -> City:
        return self._cities[chapter.title]

    def incident(self, case: Case) -> Incident:
        """The incident that a case tells of."""
        given, now = case.given, self.now(case)
        matters = tuple(filter(None, re.split(r", *", _text(given["matters"]))))
        scale = _text(given.get("said to be", ""))
        return Incident(
            lon_lat=self.place(case.chapter, given["where"]),
            matters=matters,
            reported_at=now,
            kind=IncidentKind(_text(given.get("kind", "")) or "report"),
            scale=CaseScale(scale) if scale else None,
            filings=tuple(_filing(text, now) for text in _list(given.get("filed", ""))),
        )

    def now(self, case: Case) -> datetime:
        """The instant of a case."""
        text = _text(case.given.get("at", ""))
        return datetime.fromisoformat(text).replace(tzinfo=CHINA) if text else NOW

    def place(self, chapter: Chapter, where: str) -> tuple[float, float]:
        """A point: `a`, `a / b` on a border, `q on a` in an overlap, `a in zone 2`, or a dot."""
        towns = self._map(chapter, "areas")
        if " / " in where:
            return _between(towns, *where.split(" / "))
        letter, layer, other = re.fullmatch(r"(\S)(?: (on|in) (?:zone )?(\S+).*)?", where).groups()
        maps = {None: None, "on": towns, "in": self._map(chapter, "zones")}
        first = chapter.maps["over"] if layer == "on" else towns
        within = {"no": "."}.get(other, other)
        cell = next(
            cell
            for cell, found in first.items()
            if found == letter and (maps[layer] is None or maps[layer][cell] == within)
        )
        return (cell[0] + 0.5, -cell[1] - 0.5)

    def _map(self, chapter: Chapter, name: str) -> Map:
        return chapter.maps.get(name, self._first.maps[name])

    def _lines(self, chapter: Chapter, name: str) -> list[Line]:
        own = () if chapter is self._first else chapter.tables.get(name, ())
        return [*self._first.tables.get(name, ()), *own]

    def _make(self, chapter: Chapter) -> City:
        first = self._first
        areas = self._areas(chapter)
        polygons = _polygons(self._map(chapter, "areas"))
        zones = _polygons(self._map(chapter, "zones"))
        lines = [line for line in first.tables["zone"] if line["zone"] in zones]
        return City(
            code="C",
            name="临洲市",
            name_en="Linzhou",
            lon_lat=(3.0, -1.5),
            areas=tuple(areas.values()),
            zones=tuple(_zone(line, zones[line["zone"]]) for line in lines),
            grids=(),
            domains={line["domain"]: _domain(line) for line in first.tables["domain"]},
            matters={line["matter"]: _matter(line) for line in first.tables["matter"]},
            authority=tuple(_row(line, areas) for line in chapter.tables.get("row", ())),
            units={unit.code: unit for unit in _units(first)},
            officers=(),
            travel_times={},
            partners=tuple(
                PartnerCity(
                    line["partner"],
                    line["name"],
                    line["English"],
                    line["desk"],
                    "",
                    polygons[line["partner"]],
                )
                for line in first.tables["partner"]
            ),
        )

    def _areas(self, chapter: Chapter) -> dict[str, Area]:
        """Areas by code; one that is not on a map is what lies in it."""
        shapes: dict[str, Polygon] = _polygons(self._map(chapter, "areas"))
        shapes |= _polygons(chapter.maps.get("over", {}))
        lines = self._lines(chapter, "area")
        for line in reversed(lines):
            inner = [shapes[one["area"]] for one in lines if one["lies in"] == line["area"]]
            shapes.setdefault(line["area"], shapely.union_all(inner))
        return {
            line["area"]: Area(
                line["area"],
                line["name"],
                Tier(line["tier"]),
                _text(line["lies in"]) or None,
                shapes[line["area"]],
                line["English"],
            )
            for line in lines
        }


def seconds(text: str) -> int | None:
    """Read `20 min` or `24 h`."""
    if not _text(text):
        return None
    number, unit = text.split()
    return int(number) * {"min": 60, "h": 3600}[unit]


def _text(cell: str) -> str:
    """What a cell says; a dash says nothing."""
    return "" if cell == "—" else cell


def _list(cell: str) -> list[str]:
    return [text.strip() for text in _text(cell).split(";") if text.strip()]


def _filing(text: str, now: datetime) -> Filing:
    body, clock = text.rsplit(" ", 1)
    hour, minute = map(int, clock.split(":"))
    return Filing(body, now.replace(hour=hour, minute=minute))


def _polygons(drawn: Map) -> dict[str, Polygon]:
    cells: dict[str, list[Polygon]] = {}
    for (column, row), letter in drawn.items():
        if letter != ".":
            cells.setdefault(letter, []).append(box(column, -row - 1, column + 1, -row))
    return {letter: shapely.union_all(boxes) for letter, boxes in cells.items()}


def _between(drawn: Map, one: str, other: str) -> tuple[float, float]:
    """The middle of an edge on which two areas meet, side by side."""
    column, row = next(
        (column, row)
        for (column, row), letter in drawn.items()
        if letter == one and drawn.get((column + 1, row)) == other
    )
    return (column + 1.0, -row - 0.5)


def _zone(line: Line, polygon: Polygon) -> Zone:
    brigade = _text(line["brigade"]) or None
    return Zone(line["zone"], f"责任区 {line['zone']}", brigade, polygon, int(line["minutes"]) * 60)


def _domain(line: Line) -> Domain:
    kept_at = _text(line["enforced by"])
    return Domain(
        line["domain"], line["领域"], line["domain"], KeptAt(kept_at) if kept_at else None
    )


def _matter(line: Line) -> Matter:
    return Matter(
        line["matter"],
        line["事项"],
        line["matter"],
        line["domain"],
        MatterKind(line["kind"]),
        int(line["gravity"]),
        Triage(line["triage"]),
    )


def _units(first: Chapter) -> list[Unit]:
    brigades = [_text(line["brigade"]) for line in first.tables["zone"]]
    grid, squad = UnitKind.GRID_BRIGADE, UnitKind.SPECIALIST_SQUAD
    return [
        *(Unit(name, name, name, grid) for name in brigades if name),
        *(
            Unit(
                line["squad"],
                line["squad"],
                line["squad"],
                squad,
                domains=tuple(line["domains"].split(", ")),
            )
            for line in first.tables["squad"]
        ),
    ]


def _row(line: Line, areas: Mapping[str, Area]) -> AuthorityRow:
    area = areas[line["area"]]
    row = AuthorityRow(
        id=line["row"],
        matter=line["matter"],
        area=area.code,
        tier=Tier(line.get("tier") or area.tier),
        acting_body=line["acting body"],
        lead=line.get("lead") or None,
        assisting=tuple(_list(line.get("assisting", ""))),
        legal_basis=line.get("law", ""),
        valid_from=_day(line.get("from", "")),
        valid_to=_day(line.get("until", "")),
        skills=tuple(_list(line.get("skills", ""))),
        excluding=tuple(_list(line.get("except", ""))),
        scale=CaseScale(line["cases"]) if line.get("cases") else None,
        arrival_target_s=seconds(line.get("arrive", "")),
        secure_target_s=seconds(line.get("secure", "")),
        handle_within_s=seconds(line.get("handle", "")),
        answer_within_s=seconds(line.get("answer", "")),
    )
    officers = line.get("officers")
    return replace(row, min_certified=int(officers)) if officers else row


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def later(now: datetime, minutes: str) -> datetime:
    """Some minutes after an instant."""
    return now + timedelta(minutes=int(minutes))
