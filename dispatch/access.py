"""
Access: who may ask what of the service, and which areas they see.

What is not granted here is denied.  `GRANTS` says which acts a role may do; `areas_seen` is the
one answer to which areas a person may see: their own and all below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from types import MappingProxyType

from dispatch.city import City


class Role(StrEnum):
    """What a person is there for; somebody may have several roles."""

    DISPATCHER = "dispatcher"
    PLANNER = "planner"
    GIS = "gis"
    OFFICER = "officer"
    REPORTER = "reporter"
    AUDITOR = "auditor"
    LEADER = "leader"
    ADMIN = "admin"


class Act(StrEnum):
    """What may be asked of the service, one for each kind of door."""

    HOLD_SESSION = "hold_session"
    SEE_CITY = "see_city"
    SEE_UNITS = "see_units"
    SEE_PHONES = "see_phones"
    SEE_POSITIONS = "see_positions"
    SEND_POSITIONS = "send_positions"
    LISTEN = "listen"
    REPORT_INCIDENT = "report_incident"
    FOLLOW_REPORT = "follow_report"
    SEE_INCIDENTS = "see_incidents"
    SEE_REPORTER = "see_reporter"
    MOVE_INCIDENT = "move_incident"
    SUPERVISE = "supervise"
    SUGGEST = "suggest"
    SEE_SUGGESTIONS = "see_suggestions"
    DISPATCH_CREW = "dispatch_crew"
    SEE_ASSIGNMENTS = "see_assignments"
    FOLLOW_ASSIGNMENT = "follow_assignment"
    WHISTLE = "whistle"
    SEE_WHISTLES = "see_whistles"
    SEE_DUTY = "see_duty"
    SIGN_DUTY = "sign_duty"
    SEE_COVERAGE = "see_coverage"
    PLAN_OPERATION = "plan_operation"
    SEE_CLOSURES = "see_closures"
    CLOSE_STREETS = "close_streets"
    LOAD_LAYERS = "load_layers"
    PUBLISH_LAYERS = "publish_layers"
    SEE_PLANS = "see_plans"
    DRAW_PLANS = "draw_plans"
    PUBLISH_PLANS = "publish_plans"
    CHOOSE_POLICY = "choose_policy"
    SET_CALENDAR = "set_calendar"
    SEE_REPORTS = "see_reports"
    ISSUE_REPORTS = "issue_reports"
    SIGN_REPORTS = "sign_reports"
    SEE_AUDIT = "see_audit"
    SEE_FIGURES = "see_figures"
    RUN_STORE = "run_store"
    MANAGE_USERS = "manage_users"
    MANAGE_DEVICES = "manage_devices"


_EVERYBODY = frozenset({Act.HOLD_SESSION, Act.SEE_CITY})
_INSIDE = _EVERYBODY | {Act.SEE_UNITS, Act.SEE_CLOSURES, Act.LISTEN}
_LOOKING = _INSIDE | {
    Act.SEE_INCIDENTS,
    Act.SEE_SUGGESTIONS,
    Act.SEE_ASSIGNMENTS,
    Act.SEE_WHISTLES,
    Act.SEE_DUTY,
    Act.SEE_REPORTS,
}
_COMMANDING = _LOOKING | {
    Act.SEE_POSITIONS,
    Act.SEE_COVERAGE,
    Act.REPORT_INCIDENT,
    Act.FOLLOW_REPORT,
    Act.MOVE_INCIDENT,
    Act.SUPERVISE,
    Act.SUGGEST,
    Act.PLAN_OPERATION,
    Act.ISSUE_REPORTS,
}
_DISPATCHING = _COMMANDING | {
    Act.SEND_POSITIONS,
    Act.DISPATCH_CREW,
    Act.FOLLOW_ASSIGNMENT,
    Act.WHISTLE,
    Act.SIGN_DUTY,
    Act.CLOSE_STREETS,
    Act.CHOOSE_POLICY,
    Act.MANAGE_DEVICES,
}

GRANTS: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        Role.DISPATCHER: _DISPATCHING | {Act.SEE_REPORTER, Act.SEE_PHONES},
        Role.PLANNER: _LOOKING
        | {Act.SEE_COVERAGE, Act.SUGGEST, Act.PLAN_OPERATION, Act.SET_CALENDAR}
        | {Act.SEE_PLANS, Act.DRAW_PLANS, Act.PUBLISH_PLANS},
        Role.GIS: _INSIDE
        | {Act.SEE_COVERAGE, Act.CLOSE_STREETS, Act.LOAD_LAYERS, Act.PUBLISH_LAYERS}
        | {Act.SEE_PLANS},
        Role.OFFICER: _INSIDE
        | {
            Act.SEE_POSITIONS,
            Act.SEND_POSITIONS,
            Act.REPORT_INCIDENT,
            Act.SEE_INCIDENTS,
            Act.SEE_SUGGESTIONS,
            Act.SEE_ASSIGNMENTS,
            Act.SEE_DUTY,
            Act.SIGN_DUTY,
            Act.MOVE_INCIDENT,
            Act.FOLLOW_ASSIGNMENT,
        },
        Role.REPORTER: _EVERYBODY | {Act.REPORT_INCIDENT, Act.FOLLOW_REPORT},
        Role.AUDITOR: _LOOKING | {Act.SEE_AUDIT, Act.SEE_PLANS},
        Role.LEADER: _COMMANDING | {Act.SEE_FIGURES, Act.SEE_PLANS, Act.SIGN_REPORTS},
        Role.ADMIN: _DISPATCHING
        | {
            Act.SET_CALENDAR,
            Act.LOAD_LAYERS,
            Act.PUBLISH_LAYERS,
            Act.SEE_PLANS,
            Act.DRAW_PLANS,
            Act.PUBLISH_PLANS,
            Act.SEE_FIGURES,
            Act.RUN_STORE,
            Act.MANAGE_USERS,
        },
    }
)
"""Who administers does not audit, and sees no phone numbers; who audits changes nothing."""

APART = (frozenset({Role.ADMIN, Role.AUDITOR}),)
"""Roles that no one person holds together."""


@dataclass(frozen=True, slots=True)
class Person:
    """
    Somebody, or some machine, who asks something of the service.

    Attributes
    ----------
    name
        Account name.
    roles
        What they are there for.
    areas
        Codes of the areas that they belong to; without any they see none.
    officer
        Service number of the officer whose account it is, or None.
    scope
        The only acts that this key or token is good for; None for all that the roles grant.
    """

    name: str
    roles: frozenset[Role]
    areas: frozenset[str] = frozenset()
    officer: str | None = None
    scope: frozenset[Act] | None = None


def acts_of(person: Person) -> frozenset[Act]:
    """
    List what a person may do.

    Parameters
    ----------
    person
        Who asks.

    Returns
    -------
    acts
        What the roles grant together, as far as the scope of the key goes.
    """
    granted: frozenset[Act] = reduce(frozenset.union, (GRANTS[role] for role in person.roles), _NO)
    return granted if person.scope is None else granted & person.scope


def areas_seen(person: Person, city: City) -> frozenset[str]:
    """
    List the areas that a person may see: their own and all below.

    Parameters
    ----------
    person
        Who asks.
    city
        The city.

    Returns
    -------
    areas
        Codes; empty for somebody who belongs to no area of this city.
    """
    below = city.areas_below
    return frozenset().union(*(below[area] for area in person.areas if area in below))


def sees(person: Person, city: City, areas: Iterable[str]) -> bool:
    """
    Tell whether something is within a person's sight.

    Parameters
    ----------
    person
        Who asks.
    city
        The city.
    areas
        Codes of the areas that it lies in, down to the smallest; none for what lies in no
        area, which only those see who belong to the whole city.

    Returns
    -------
    seen
        Whether one of the areas is the person's own or below it.
    """
    concerned = frozenset(areas) or city.roots
    return not concerned.isdisjoint(areas_seen(person, city))


_NO: frozenset[Act] = frozenset()


def one_of(roles: Iterable[Role]) -> str:
    """
    Say that somebody has to have one of several roles.

    Parameters
    ----------
    roles
        Which.

    Returns
    -------
    words
        ``an officer or a leader``.
    """
    return " or ".join(f"{'an' if role[0] in 'aeiou' else 'a'} {role}" for role in roles)
