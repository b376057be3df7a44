"""
Automation (自动派单): which reports are dispatched without a person, by rules kept as data.

A rule says for which triage, sources, matters and hours it is, and how sure a sender has to be.
What no rule fits is left to a person, with the reason: that of the rule which came nearest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from dispatch import automation_reason as said
from dispatch.city import City
from dispatch.incident import Incident, IncidentKind
from dispatch.jurisdiction import Jurisdiction
from dispatch.matter import Triage
from dispatch.origin import Origin, Source
from dispatch.power import CHINA
from dispatch.suggestion import Suggestion
from geo.remark import Remark

GRAVEST = 5
SURE = 0.8

_ORDER = tuple(Triage)


@dataclass(frozen=True, slots=True)
class Rule:
    """
    When the first proposal is sent without a person.

    Attributes
    ----------
    name
        Under which it decides and is on record.
    title_zh, title_en
        What it is called.
    triage
        Of the gravest matter.
    sources
        By which ways a report may have come in.
    matters
        Codes, or beginnings of codes with a ``*`` behind; empty for all.
    domains
        Codes; empty for all.
    gravest
        Matters graver than this are left to a person.
    least_confidence
        Asked of senders that say how sure they are.
    hours
        Spans of the city's clock; empty for always.
    in_target
        Whether the first proposal has to meet the arrival target.
    """

    name: str
    title_zh: str
    title_en: str
    triage: tuple[Triage, ...] = (Triage.SIMPLE,)
    sources: tuple[Source, ...] = tuple(Source)
    matters: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    gravest: int = GRAVEST
    least_confidence: float = SURE
    hours: tuple[tuple[time, time], ...] = ()
    in_target: bool = False


@dataclass(frozen=True, slots=True)
class Automation:
    """
    The rules of a city.

    Attributes
    ----------
    rules
        In the order in which they are tried.
    within_s
        Seconds after which a report that was not judged is left to a person.
    """

    rules: tuple[Rule, ...]
    within_s: float


@dataclass(frozen=True, slots=True)
class Case:
    """
    What a rule looks at.

    Attributes
    ----------
    incident
        As it stands.
    origin
        How it was first reported.
    verdict
        Who has it.
    zone
        Code of the zone in which it lies, or None.
    off
        Whether nothing is done by rule in that zone.
    duplicate
        Id of a report nearby of the same matter, or None.
    """

    incident: Incident
    origin: Origin
    verdict: Jurisdiction
    zone: str | None
    off: bool = False
    duplicate: str | None = None

    @property
    def triage(self) -> Triage | None:
        """How the gravest of its matters is handled; None while nobody has named one."""
        all_of = [holder.triage for holder in self.verdict.holders if holder.triage is not None]
        return max(all_of, key=_ORDER.index, default=None)


def choose_rule(case: Case, city: City, automation: Automation, *, now: datetime) -> Rule | Remark:
    """
    Find the rule by which an incident is dispatched.

    Parameters
    ----------
    case
        The incident, how it came in, and who has it.
    city
        The city.
    automation
        The rules.
    now
        The present, with offset.

    Returns
    -------
    rule
        The first that fits, or why the incident is left to a person.
    """
    reason = _against_any(case, automation, now)
    if reason is not None:
        return reason
    furthest, nearest = -1, said.NO_RULE
    for rule in automation.rules:
        against = _against(rule, case, city, now)
        if against is None:
            return rule
        passed, why = against
        if passed > furthest:
            furthest, nearest = passed, why
    return nearest


def object_to(rule: Rule, suggestion: Suggestion) -> Remark | None:
    """
    Say what speaks against sending by rule what was suggested.

    Parameters
    ----------
    rule
        The rule that fits the incident.
    suggestion
        What was suggested for it.

    Returns
    -------
    reason
        Why a person decides, or None.
    """
    if suggestion.degraded is not None:
        return said.DEGRADED
    if suggestion.hand_off is not None:
        return said.OF_ANOTHER_CITY
    own = [one for one in suggestion.proposals if one.kind.value == suggestion.case.value]
    if not own:
        return said.NOBODY
    if rule.in_target and not own[0].meets_target:
        return said.late(own[0].eta_s)
    return None


def is_within(hours: Sequence[tuple[time, time]], now: datetime) -> bool:
    """
    Tell whether a rule holds at this time of day.

    Parameters
    ----------
    hours
        Spans of the city's clock, which may pass midnight; none for always.
    now
        The present, with offset.

    Returns
    -------
    within
        Whether one of them holds it; the end of a span no longer does.
    """
    clock = now.astimezone(CHINA).time()
    return not hours or any(
        start <= clock < end if start < end else clock >= start or clock < end
        for start, end in hours
    )


def _against_any(case: Case, automation: Automation, now: datetime) -> Remark | None:
    """What speaks against every rule."""
    waited = now - case.incident.reported_at
    reasons = (
        (case.incident.kind != IncidentKind.REPORT, said.PLANNED),
        (waited > timedelta(seconds=automation.within_s), said.waited(waited)),
        (not case.incident.matters, said.NO_MATTER),
        (case.zone is None, said.OUTSIDE),
        (case.off, said.SWITCHED_OFF),
        (case.verdict.hand_off is not None, said.OF_ANOTHER_CITY),
        (any(one.acting_body is None for one in case.verdict.holders), said.NO_HOLDER),
        (case.verdict.unit is None, said.NO_HOLDER),
        (case.duplicate is not None, said.maybe_known(str(case.duplicate))),
    )
    return next((why for holds, why in reasons if holds), None)


def _against(rule: Rule, case: Case, city: City, now: datetime) -> tuple[int, Remark] | None:
    """What speaks against one rule, and how many of its conditions were met before that."""
    matters = [city.matter(code) for code in case.incident.matters]
    sure, least = case.origin.confidence, rule.least_confidence
    named = all(_is_named(one.code, rule.matters) for one in matters)
    known = all(one.domain in rule.domains for one in matters) or not rule.domains
    graver = max((one.gravity for one in matters), default=0) > rule.gravest
    conditions = (
        (case.origin.source not in rule.sources, said.other_source(case.origin.source)),
        (case.triage not in rule.triage, said.not_simple(case.triage)),
        (not (named and known), said.OTHER_MATTER),
        (graver, said.TOO_GRAVE),
        (sure is not None and sure < least, said.unsure(sure or 0.0, least)),
        (not is_within(rule.hours, now), said.OUTSIDE_HOURS),
    )
    return next(((at, why) for at, (holds, why) in enumerate(conditions) if holds), None)


def _is_named(code: str, wanted: Sequence[str]) -> bool:
    """Whether a matter is among those that a rule names."""
    return not wanted or any(
        code.startswith(one[:-1]) if one.endswith("*") else code == one for one in wanted
    )
