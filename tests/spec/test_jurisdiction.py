"""Every line of the law book `jurisdiction.md`, as a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from spec.law_book import ARROW, Book, Case, cases_of, later, read_book, seconds

from dispatch.jurisdiction import Jurisdiction, decide
from dispatch.power_rule import FINDINGS, RULES
from dispatch.whistle import Whistle, whistle

PAGE = Path(__file__).with_name("jurisdiction.md")
CHAPTERS = read_book(PAGE)
BOOK = Book(CHAPTERS)
CASES = [case for chapter in CHAPTERS for case in cases_of(chapter)]


def words(code: str | None) -> str:
    """A code as the page writes it."""
    return (code or "—").replace("_", " ")


def listed(texts: list[str], between: str = "; ") -> str:
    return between.join(texts) or "—"


def body(name: str | None) -> str:
    return name or "nobody"


def clocks(verdict: Jurisdiction) -> str:
    told = []
    for clock in verdict.clocks:
        unit, size = ("h", 3600) if clock.kind == "handle" else ("min", 60)
        told.append(f"{clock.kind} {clock.within_s / size:g} {unit}")
    return listed(told)


def handed_to(verdict: Jurisdiction) -> str:
    return "—" if verdict.hand_off is None else verdict.hand_off.partner or "nobody"


def desk(verdict: Jurisdiction) -> str:
    return (verdict.hand_off and verdict.hand_off.desk) or "—"


SAYS: dict[str, Callable[[Jurisdiction], str]] = {
    "holder": lambda verdict: body(verdict.holder.acting_body),
    "row": lambda verdict: verdict.holder.row or "—",
    "tier": lambda verdict: verdict.holder.tier or "—",
    "law": lambda verdict: verdict.holder.legal_basis or "—",
    "rule": lambda verdict: words(verdict.holder.rule.code),
    "scale": lambda verdict: verdict.holder.scale or "—",
    "superior": lambda verdict: verdict.holder.superior or "—",
    "others": lambda verdict: listed([body(one.acting_body) for one in verdict.other_holders]),
    "case": lambda verdict: verdict.unit or "—",
    "by": lambda verdict: words(verdict.routing.code),
    "lead by": lambda verdict: words(verdict.lead_rule and verdict.lead_rule.code),
    "secured": lambda verdict: "yes" if verdict.to_secure else "no",
    "clocks": clocks,
    "skills": lambda verdict: listed(list(verdict.need.skills), ", "),
    "officers": lambda verdict: str(verdict.need.certified),
    "findings": lambda verdict: listed([words(found.code) for found in verdict.findings]),
    "hand over to": handed_to,
    "desk": desk,
}
"""What a column right of the arrow says of a verdict."""


def whistle_says(call: Whistle | None, case: Case) -> dict[str, str]:
    """What columns right of the arrow say of a call."""
    if call is None:
        return {"called": "—", "within": "—", "taken up by": "—"}
    within_s = (call.answer_by - call.raised_at).total_seconds()
    said = {
        "called": listed([*call.units, *call.bodies], ", "),
        "within": f"{within_s / 60:g} min",
        "taken up by": call.escalates_to,
    }
    assert seconds(said["within"]) == within_s
    if "minutes later" in case.given:
        then = later(call.raised_at, case.given["minutes later"])
        said["unanswered"] = "yes" if call.unanswered(then) else "no"
    return said


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_law_book_is_kept(case: Case):
    city, incident, now = BOOK.city(case.chapter), BOOK.incident(case), BOOK.now(case)
    place = city.place_index.locate(incident.lon_lat)
    verdict = decide(incident, place, city, now=now)
    said = {name: says(verdict) for name, says in SAYS.items()}
    by = case.given.get("asked by")
    if by is not None:
        said |= whistle_says(whistle(verdict, place, city, by=by, now=now), case)
    assert {name: said[name] for name in case.expected} == dict(case.expected)


def test_every_rule_and_finding_of_a_power_has_its_case():
    told = {
        word
        for case in CASES
        for name in ("rule", "findings")
        for word in case.expected.get(name, "").split("; ")
    }
    assert not {words(code) for code in (*RULES, *FINDINGS)} - told


def test_every_chapter_has_cases_where_its_rule_does_not_apply_too():
    for chapter in CHAPTERS[1:]:
        outcomes = {tuple(case.expected.values()) for case in cases_of(chapter)}
        assert len(outcomes) > 1, chapter.title


def test_what_is_said_stands_in_both_languages_and_names_the_row():
    for case in CASES:
        verdict = decide(
            BOOK.incident(case),
            BOOK.city(case.chapter).place_index.locate(BOOK.incident(case).lon_lat),
            BOOK.city(case.chapter),
            now=BOOK.now(case),
        )
        for remark in (*verdict.grounds, *verdict.findings):
            assert remark.zh, remark.code
            assert remark.en.endswith("."), remark.code
            assert "{" not in remark.zh + remark.en
        for holder in verdict.holders:
            if holder.row is not None:
                assert f"第 {holder.row} 行" in holder.rule.zh
                assert f"row {holder.row} " in holder.rule.en
                assert (holder.legal_basis or "") in holder.rule.zh


def test_a_column_that_means_nothing_is_no_column():
    known = {*SAYS, "called", "within", "taken up by", "unanswered"}
    assert not {name for case in CASES for name in case.expected} - known
    given = {"where", "matters", "at", "filed", "kind", "said to be", "asked by", "minutes later"}
    assert not {name for case in CASES for name in case.given} - given
    assert ARROW not in known | given
