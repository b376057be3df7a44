"""Desk: use cases of the command centre; the door that calls them commits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.city import City
from dispatch.city_checklist import require_somebody
from dispatch.city_coverage import CityCoverage
from dispatch.frozen import Frozen, freeze
from dispatch.handling import put_on_record
from dispatch.incident import Incident
from dispatch.incident_state import State
from dispatch.origin import DESK, Origin
from dispatch.policy import Policy
from dispatch.policy_file import as_policy
from dispatch.question import Counted, Question, ask
from dispatch.sight import filed_under
from dispatch.step import Step
from dispatch.store.incidents import add_incident
from dispatch.store.origins import add_origin
from dispatch.store.suggestions import WrittenSuggestion, save_suggestion, write_suggestion
from dispatch.suggestion import Suggestion
from dispatch.weighing import MOST_PROPOSALS
from dispatch.whereabouts import Whereabouts

Freezer = Callable[[Whereabouts], Frozen]
"""Freezes a snapshot; one that remembers the last has less to do."""


def freeze_anew(whereabouts: Whereabouts) -> Frozen:
    """
    Freeze a snapshot of which nothing is frozen yet.

    Parameters
    ----------
    whereabouts
        Where everybody is.

    Returns
    -------
    frozen
        The bytes.
    """
    return freeze(whereabouts).frozen


def receive(
    session: Session, incident: Incident, city: City, *, by: str, origin: Origin = DESK
) -> Incident:
    """
    Take an incident in.

    Parameters
    ----------
    session
        A session that may write.
    incident
        What is reported, and where.
    city
        The city.
    by
        Account of whoever takes it in, or of the reporter.
    origin
        By which way it came in.

    Returns
    -------
    incident
        With its id; the life cycle begins.

    Raises
    ------
    UnknownName
        A matter is not in the list of powers.
    BadValue
        The place is no place on Earth.
    """
    for code in incident.matters:
        city.matter(code)
    place = city.place_index.locate(incident.lon_lat)
    kept = add_incident(session, incident, filed_under=filed_under(place, city.chains))
    add_origin(session, str(kept.id), origin, by=by, now=kept.reported_at)
    step = Step(State.REPORTED, by, kept.reported_at, lon_lat=kept.lon_lat)
    put_on_record(session, str(kept.id), None, step)
    return kept


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """
    A suggestion that is made and not kept yet.

    Attributes
    ----------
    suggestion
        The suggestion.
    written
        The same with all that it was made from, as it will be kept.
    """

    suggestion: Suggestion
    written: WrittenSuggestion

    @property
    def number(self) -> str:
        """Id of the suggestion."""
        return self.written.number


def draw_up(  # noqa: PLR0913 -- the question, and four options that are keywords only
    incident: Incident,
    whereabouts: Whereabouts,
    *,
    now: datetime,
    policy: Policy | str = "nearest",
    k: int = MOST_PROPOSALS,
    arrival_target_s: float | None = None,
    asked_by: str | None = None,
    covered: CityCoverage | None = None,
    freezer: Freezer = freeze_anew,
) -> Draft:
    """
    Suggest who goes; nobody waits meanwhile for the store, which has one writer at a time.

    Parameters
    ----------
    incident
        What is reported, and where.
    whereabouts
        Where the officers of the city are.
    now
        The present, with offset.
    policy, k, arrival_target_s
        See `dispatch.suggestion.suggest`.
    asked_by
        Code of the area whose command room asks, or None.
    covered
        What is covered now or was a moment ago, if its price is asked for.
    freezer
        Freezes where the officers are.

    Returns
    -------
    draft
        For `keep`.

    Raises
    ------
    UnknownName
        A matter, the policy or the area that asks is not known.
    IncompleteCity
        The city has no areas, units or officers yet.
    BadValue
        The place is no place on Earth, or an option is out of range.
    OutsideNetwork
        The place is too far from the roads of every mode.
    """
    require_somebody(whereabouts.city)
    for code in incident.matters:
        whereabouts.city.matter(code)
    question = Question(
        incident,
        now,
        as_policy(policy),
        k,
        arrival_target_s,
        asked_by=asked_by,
        counted=None if covered is None else Counted.of(covered),
    )
    made = ask(question, whereabouts, covered)
    counted = None if covered is None else freezer(covered.whereabouts)
    return Draft(made, write_suggestion(made, question, freezer(whereabouts), counted))


def keep(session: Session, draft: Draft) -> tuple[str, Suggestion]:
    """
    Keep a suggestion with all that it was made from.

    Parameters
    ----------
    session
        A session that may write.
    draft
        The suggestion.

    Returns
    -------
    number
        Id of the suggestion.
    suggestion
        The suggestion.
    """
    save_suggestion(session, draft.written)
    return draft.number, draft.suggestion
