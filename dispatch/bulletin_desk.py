"""
Bulletin desk: reports are drawn up from the record, issued, signed, opened and checked.

What a bulletin says is what was on record at one instant; so it can be drawn up again at any time
from the same record, under the rules kept with it, and held against what was kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from dispatch.bulletin import Evidence, Scope, cases_of_figure, draw_bulletin, parts_of
from dispatch.bulletin_content import (
    DrawnUp,
    canonical_text,
    changes,
    content_of,
    digest_of,
    figures_told,
)
from dispatch.case_book import CaseBook
from dispatch.figure_name import FigureName
from dispatch.report_rules import ReportRules, read_rules
from dispatch.store.bulletin_evidence import Sources, read_evidence
from dispatch.store.bulletins import (
    Bulletin,
    Signature,
    add_bulletin,
    add_signature,
    content_text,
    get_bulletin,
    last_issue,
    read_content,
)
from dispatch.store.case_lines import read_corrections, read_lines
from dispatch.store.earlier_city import city_of_then
from dispatch.store.ledger import post, record
from dispatch.store.past_incidents import parts_digest
from geo.errors import BadValue, Conflict, UnknownName
from geo.remark import Remark


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """
    The cases behind a figure.

    Attributes
    ----------
    book
        Cases of the area.
    rows, hits
        Rows of those behind the figure, the newest first, and whether each case counts, bool[n].
    parts
        Figures that a score is made of.
    """

    book: CaseBook
    rows: NDArray[np.int64]
    hits: NDArray[np.bool_]
    parts: tuple[FigureName, ...]


@dataclass(frozen=True, slots=True)
class Recomputed:
    """
    A bulletin held against the record.

    Attributes
    ----------
    same
        Whether every figure, rank and list came out the same, and the content is what was kept.
    figures
        How many figures were drawn up again.
    differences
        Those that came out otherwise: name, and what is kept and what came out.
    remarks
        What else is not as it was.
    """

    same: bool
    figures: int
    differences: tuple[Mapping[str, Any], ...]
    remarks: tuple[Remark, ...]


def draw_up(
    session: Session,
    scope: Scope,
    rules: ReportRules,
    sources: Sources,
    *,
    known_at: datetime,
) -> DrawnUp:
    """
    Draw a bulletin up from what is on record.

    Parameters
    ----------
    session
        A session.
    scope
        What it is about.
    rules
        What it says, and how it scores.
    sources
        By what it is told.
    known_at
        As known at this instant, with offset.

    Returns
    -------
    drawn_up
        Not yet issued.

    Raises
    ------
    UnknownName
        There is no such area.
    BadValue
        Its span ends before it begins.
    """
    city = sources.city
    if scope.area not in city.area_of:
        raise UnknownName(f"There is no area {scope.area!r}.")
    if scope.since >= scope.until:
        raise BadValue("A report is about a span that ends after it begins.")
    evidence, out = read_evidence(session, scope, rules, sources, known_at=known_at)
    drawn = draw_bulletin(scope, rules, evidence)
    numbers = {number for listed in drawn.listed.values() for number in listed}
    lines = read_lines(session, evidence, city, numbers)
    return DrawnUp(scope, rules, city, evidence, parts_digest(session), drawn, lines, out)


def issue_bulletin(
    session: Session, drawn_up: DrawnUp, *, now: datetime, by: str, first: bool = False
) -> Bulletin | None:
    """
    Issue a bulletin: what it says is kept and told from here on.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    drawn_up
        The bulletin.
    now
        The present, with offset.
    by
        Account of whoever issues it.
    first
        Only if no issue knows as much, as what is made by the clock: one that somebody drew up
        before its span was over is followed by a whole one.

    Returns
    -------
    bulletin
        As the store has it; None where somebody else has issued it at the same moment.
    """
    scope, evidence = drawn_up.scope, drawn_up.evidence
    last = last_issue(session, scope)
    if first and last is not None and last.known_at >= evidence.known_at:
        return None
    corrections = () if last is None else read_corrections(session, evidence, since=last.known_at)
    content = content_of(
        drawn_up,
        issue=1 if last is None else last.issue + 1,
        before=None if last is None else read_content(session, last.id),
        before_number=None if last is None else last.id,
        corrections=corrections,
    )
    text = canonical_text(content)
    made = Bulletin("", scope, evidence.known_at, int(content["issue"]), now, by, digest_of(text))
    kept = add_bulletin(session, made, text)
    if kept is not None:
        _tell(session, kept, content, now=now)
    return kept


def open_figure(session: Session, number: str, figure: str, sources: Sources) -> Opened:
    """
    Open a figure of a bulletin to the cases behind it.

    Parameters
    ----------
    session
        A session.
    number
        Id of the bulletin.
    figure
        Name of the figure.
    sources
        The city as it is now, and what it brought along.

    Returns
    -------
    opened
        As known when the bulletin was drawn up.

    Raises
    ------
    UnknownName
        There is no such bulletin, or no such figure in it.
    """
    bulletin, content = get_bulletin(session, number), read_content(session, number)
    rules = _rules_of(content)
    version = content["drawn_from"]["city_version"]
    then = city_of_then(session, version, sources.city) or sources.city
    evidence, _ = read_evidence(
        session, bulletin.scope, rules, replace(sources, city=then), known_at=bulletin.known_at
    )
    return opened_figure(figure, bulletin.scope, rules, evidence)


def opened_figure(figure: str, scope: Scope, rules: ReportRules, evidence: Evidence) -> Opened:
    """
    Open a figure to the cases behind it.

    Parameters
    ----------
    figure
        Its name.
    scope, rules, evidence
        What it was drawn up from.

    Returns
    -------
    opened
        The cases.

    Raises
    ------
    UnknownName
        There is no such figure.
    """
    name = FigureName.read(figure)
    rows, hits = cases_of_figure(name, scope, rules, evidence)
    return Opened(evidence.book, rows, hits, parts_of(name, rules.products[scope.kind]))


def recompute(session: Session, number: str, sources: Sources) -> Recomputed:
    """
    Draw a bulletin up again from the record, and hold it against what was kept.

    Parameters
    ----------
    session
        A session.
    number
        Id of the bulletin.
    sources
        The city as it is now, and what it brought along.

    Returns
    -------
    recomputed
        What came out.

    Raises
    ------
    UnknownName
        There is no such bulletin.
    """
    bulletin, content = get_bulletin(session, number), read_content(session, number)
    remarks = []
    if digest_of(content_text(session, number)) != bulletin.digest:
        remarks.append(_ALTERED)
    source = content["drawn_from"]
    then = city_of_then(session, source["city_version"], sources.city)
    if then is None:
        remarks.append(_OTHER_CITY)
    again = draw_up(
        session, bulletin.scope, _rules_of(content), replace(sources, city=then or sources.city),
        known_at=bulletin.known_at,
    )  # fmt: skip
    if again.past_digest != source["past_incidents"]:
        remarks.append(_OTHER_PAST)
    told = content_of(again, issue=bulletin.issue)
    found = changes(content["figures"], figures_told(again.drawn.figures))
    differences = [
        {"figure": one["figure"], "kept": one["before"], "now": one["after"]} for one in found
    ]
    if any(told[part] != content[part] for part in ("rankings", "lists", "left_out")):
        remarks.append(_OTHER_LISTS)
    return Recomputed(
        not differences and not remarks, len(told["figures"]), tuple(differences), tuple(remarks)
    )


def sign_bulletin(  # noqa: PLR0913 -- what is signed, by whom, when, and what they wrote
    session: Session, number: str, digest: str, *, note: str, now: datetime, by: str
) -> Bulletin:
    """
    Sign a bulletin.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    digest
        Digest of what whoever signs has read.
    note
        What they write beside it.
    now
        The present, with offset.
    by
        Account of whoever signs.

    Returns
    -------
    bulletin
        With the signature.

    Raises
    ------
    UnknownName
        There is no such bulletin.
    Conflict
        The bulletin says something else, or they have signed already.
    """
    bulletin = get_bulletin(session, number)
    if digest != bulletin.digest:
        raise Conflict(
            f"The report {number} has the digest {bulletin.digest}, not {digest}: read it again, "
            "then sign what you have read."
        )
    if not add_signature(session, number, Signature(now, by, digest, note)):
        raise Conflict(f"{by} has signed {number} already.")
    detail = {"digest": digest}
    record(session, now=now, by=by, act="report_signed", about=number, detail=detail)
    return get_bulletin(session, number)


def _rules_of(content: Mapping[str, Any]) -> ReportRules:
    """The rules by which a bulletin was drawn up."""
    return read_rules(content["drawn_from"]["indicators"], content["drawn_from"]["rules"])


def _tell(
    session: Session, bulletin: Bulletin, content: Mapping[str, Any], *, now: datetime
) -> None:
    """Leave a link of the audit and a message to the command room of the area."""
    area, number = content["area"], bulletin.id
    said = Remark(
        "bulletin_issued",
        f"{area['zh']}{content['zh']}已成文，编号 {number}，请签阅。",
        f"{content['en']} of {area['en'] or area['zh']} is there as {number}, to be signed.",
    )
    detail = {"digest": bulletin.digest, "issue": bulletin.issue}
    record(session, now=now, by=bulletin.by, act="report_issued", about=number, detail=detail)
    post(
        session, now=now, to=bulletin.scope.area, said=said, dedupe_key=f"report:{number}",
        about=number,
    )  # fmt: skip


_ALTERED = Remark(
    "altered", "留存内容与其摘要不符。", "What is kept is not what its digest was made from."
)
_OTHER_CITY = Remark(
    "other_city",
    "当时的城市版本已不存，按现行区划计算。",
    "The version of the city of then is gone; areas and zones are those of today.",
)
_OTHER_PAST = Remark(
    "other_past", "历史数据已有增减。", "The past incidents of the city are others by now."
)
_OTHER_LISTS = Remark(
    "other_lists", "榜单、清单或剔除情况与留存不符。", "Ranks, lists or what was left out differ."
)
