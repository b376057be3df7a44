"""
What a bulletin says, as the JSON that is kept, digested and signed.

It holds its figures by name, who was ranked and listed, the cases that are listed one by one, what
changed since the issue before, and what it was drawn up from: the rules as text, the city's
version, the past incidents and the appeals that took a case out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dispatch.audit_chain import canonical
from dispatch.bulletin import Drawn, Evidence, Scope
from dispatch.bulletin_rank import Ranking
from dispatch.city import City
from dispatch.figure_name import Dimension, Figure
from dispatch.report_rules import ReportRules
from geo.remark import Remark


@dataclass(frozen=True, slots=True)
class CaseLine:
    """
    A case that a bulletin lists by itself.

    Attributes
    ----------
    incident
        Its number.
    matter, zone, unit, area
        Codes; empty where there is none.  The area is the smallest that holds the place.
    state
        Where it stood.
    reported_at, due_at
        When it came in, and when it was to be done; None without a deadline.
    overdue_h
        Hours that it is late, or None.
    why
        What there is to say of it.
    """

    incident: str
    matter: str
    zone: str
    unit: str
    area: str
    state: str
    reported_at: datetime
    due_at: datetime | None
    overdue_h: float | None
    why: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """
    Something about a case that was corrected since the issue before.

    Attributes
    ----------
    incident
        Number of the case.
    at, by, reason
        When, by whom and why.
    fields
        What was corrected.
    """

    incident: str
    at: datetime
    by: str
    reason: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnUp:
    """
    A bulletin before it is issued.

    Attributes
    ----------
    scope
        What it is about.
    rules
        By which it was drawn up.
    city
        The city.
    evidence
        What it was counted from.
    past_digest
        Names what the city brought along.
    drawn
        Its figures.
    lines
        Cases that are listed, by number.
    out
        Appeals that took a case out: code of the figure, case, number of the appeal.
    """

    scope: Scope
    rules: ReportRules
    city: City
    evidence: Evidence
    past_digest: str
    drawn: Drawn
    lines: Mapping[str, CaseLine]
    out: tuple[tuple[str, str, str], ...]


def content_of(
    drawn_up: DrawnUp,
    *,
    issue: int,
    before: Mapping[str, Any] | None = None,
    before_number: str | None = None,
    corrections: Sequence[Correction] = (),
) -> dict[str, Any]:
    """
    Write down what a bulletin says.

    Parameters
    ----------
    drawn_up
        The bulletin.
    issue
        From 1; 0 for one that is only looked at.
    before, before_number
        Content and number of the issue before, if there is one.
    corrections
        What was corrected since.

    Returns
    -------
    content
        Anything JSON can say.
    """
    scope, city = drawn_up.scope, drawn_up.city
    area = city.area_of[scope.area]
    figures = figures_told(drawn_up.drawn.figures)
    product = drawn_up.rules.products[scope.kind]
    return {
        "kind": str(scope.kind),
        "zh": product.zh,
        "en": product.en,
        "area": {"code": area.code, "tier": str(area.tier), "zh": area.name, "en": area.name_en},
        "city": {"code": city.code, "zh": city.name, "en": city.name_en, "invented": city.invented},
        "since": scope.since.isoformat(),
        "until": scope.until.isoformat(),
        "known_at": drawn_up.evidence.known_at.isoformat(),
        "issue": issue,
        "figures": figures,
        "figure_names": _figure_names(drawn_up),
        "names": _names(drawn_up),
        "rankings": {
            str(dimension): _ranking(ranking)
            for dimension, ranking in drawn_up.drawn.rankings.items()
        },
        "score": _score(drawn_up),
        "lists": [
            {
                "code": code,
                "zh": drawn_up.rules.counts[code].zh,
                "en": drawn_up.rules.counts[code].en,
                "cases": [_line(drawn_up.lines[number], city) for number in numbers],
            }
            for code, numbers in drawn_up.drawn.listed.items()
        ],
        "left_out": [
            {"figure": code, "incident": number, "appeal": appeal}
            for code, number, appeal in drawn_up.out
        ],
        "corrects": before_number,
        "changes": [] if before is None else changes(before["figures"], figures),
        "corrections": [
            {
                "incident": one.incident,
                "at": one.at.isoformat(),
                "by": one.by,
                "reason": one.reason,
                "fields": list(one.fields),
            }
            for one in corrections
        ],
        "drawn_from": {
            "city_version": city.version,
            "past_incidents": drawn_up.past_digest,
            "cases": len(drawn_up.evidence.book),
            "rules_digest": digest_of(drawn_up.rules.indicators_text + drawn_up.rules.text),
            "indicators": drawn_up.rules.indicators_text,
            "rules": drawn_up.rules.text,
        },
    }


def figures_told(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """
    Write figures down.

    Parameters
    ----------
    figures
        The figures.

    Returns
    -------
    told
        Name, and either hits, hits and of, or score.
    """
    told = []
    for one in figures:
        row: dict[str, Any] = {"figure": str(one.name)}
        if one.hits is None:
            row["score"] = one.score
        else:
            row["hits"] = one.hits
        if one.of is not None:
            row["of"] = one.of
        told.append(row)
    return told


def changes(
    before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """
    Tell which figures are others.

    Parameters
    ----------
    before, after
        Figures as `figures_told` writes them.

    Returns
    -------
    changes
        Name, and what stood and stands there; null where there was none.
    """
    old, new = ({one["figure"]: _value(one) for one in figures} for figures in (before, after))
    return [
        {"figure": name, "before": old.get(name), "after": new.get(name)}
        for name in dict.fromkeys((*new, *old))
        if old.get(name) != new.get(name)
    ]


def canonical_text(content: Mapping[str, Any]) -> str:
    """
    Write content as the one text whose digest is signed.

    Parameters
    ----------
    content
        The content.

    Returns
    -------
    text
        Equal content gives equal text.
    """
    return canonical(dict(content))


def digest_of(text: str) -> str:
    """
    Name a text by its digest.

    Parameters
    ----------
    text
        The text.

    Returns
    -------
    digest
        BLAKE2b, 16 bytes in hexadecimal.
    """
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _value(figure: Mapping[str, Any]) -> dict[str, Any]:
    """A figure without its name."""
    return {key: value for key, value in figure.items() if key != "figure"}


def _figure_names(drawn_up: DrawnUp) -> list[dict[str, str]]:
    """What counts and indicators are called, in the order of the report."""
    rules = drawn_up.rules
    product = rules.products[drawn_up.scope.kind]
    counts = [rules.counts[code] for code in product.counts]
    told = [{"code": one.code, "zh": one.zh, "en": one.en, "is": "count"} for one in counts]
    for code in product.indicators:
        one = rules.formulas[code]
        told.append({"code": code, "zh": one.zh, "en": one.en, "is": "share", "of": one.of[0].zh})
    return told


def _names(drawn_up: DrawnUp) -> dict[str, dict[str, dict[str, str]]]:
    """What brigades and areas are called that figures are told of."""
    groups: dict[Dimension, dict[str, dict[str, str]]] = {one: {} for one in Dimension}
    units, areas = drawn_up.city.units, drawn_up.city.area_of
    for figure in drawn_up.drawn.figures:
        dimension, code = figure.name.dimension, figure.name.group
        if dimension is not None and code is not None:
            named = units.get(code) if dimension is Dimension.BRIGADE else areas.get(code)
            zh, en = (code, code) if named is None else (named.name, named.name_en or named.name)
            groups[dimension][code] = {"zh": zh, "en": en}
    return {str(dimension): names for dimension, names in groups.items()}


def _score(drawn_up: DrawnUp) -> list[dict[str, Any]]:
    """The parts of a score, as the report explains them."""
    score = drawn_up.rules.products[drawn_up.scope.kind].score
    if score is None:
        return []
    return [
        {
            "indicator": part.indicator,
            "weight": float(part.weight),
            "nothing": float(part.nothing),
            "full": float(part.full),
        }
        for part in score.parts
    ]


def _ranking(ranking: Ranking) -> dict[str, Any]:
    """Who stands where."""
    rows = [
        {"group": one.group, "score": one.score, "cases": one.cases, "rank": one.rank}
        for one in ranking.rows
    ]
    return {"rows": rows, "red": list(ranking.red), "black": list(ranking.black)}


def _line(line: CaseLine, city: City) -> dict[str, Any]:
    """A case that is listed."""
    matter, area = city.matters.get(line.matter), city.area_of.get(line.area)
    unit = city.units.get(line.unit)
    zone = next((one for one in city.zones if one.code == line.zone), None)
    return {
        "incident": line.incident,
        "matter": _called(line.matter, matter),
        "area": _called(line.area, area),
        "zone": _called(line.zone, zone),
        "unit": _called(line.unit, unit),
        "state": line.state,
        "reported_at": line.reported_at.isoformat(),
        "due_at": None if line.due_at is None else line.due_at.isoformat(),
        "overdue_h": line.overdue_h,
        "why": [{"code": one.code, "zh": one.zh, "en": one.en} for one in line.why],
    }


def _called(code: str, named: Any) -> dict[str, str]:  # noqa: ANN401 -- whatever has names
    """A code with its names, as far as they are known."""
    if named is None:
        return {"code": code, "zh": code, "en": code}
    return {"code": code, "zh": named.name, "en": named.name_en or named.name}
