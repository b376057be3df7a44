"""Reconsidering: how an incident that waits for somebody stands now, and whether that is news."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.assignment import Assignment, Outcome
from dispatch.candidate import Need
from dispatch.incident import Incident
from dispatch.incident_state import WORKED_ON
from dispatch.policy import Policy
from dispatch.proposal import Proposal
from dispatch.scene import Scene, look_at
from dispatch.second_thoughts import Outlook, Rule, Trigger, worth_resuggesting
from dispatch.suggestion import Suggestion, suggest
from dispatch.under_way import complete_after_s
from dispatch.unit import DutyStatus
from dispatch.whereabouts import STATUSES, Whereabouts
from geo.road.customise import NEVER
from geo.road.road_class import Mode
from geo.road.travel_time import NetworkTravelTimes

Ways = tuple[tuple[Mode, NDArray[np.int32]], ...]
"""Edges that officers have still to drive, by mode."""


@dataclass(frozen=True, slots=True)
class SecondThought:
    """
    A dispatch was suggested anew.

    Attributes
    ----------
    incident
        Id of the incident.
    assignment
        Id of the assignment under way, or None where nobody had been sent.
    at
        When, with offset.
    why
        Every reason.
    before, after
        Ids of the suggestion that was in force, and of the new one.
    outlook
        How the dispatch stood.
    """

    incident: str
    assignment: str | None
    at: datetime
    why: tuple[Trigger, ...]
    before: str
    after: str
    outlook: Outlook


@dataclass(frozen=True, slots=True)
class Watched:
    """
    An incident that waits for somebody.

    Attributes
    ----------
    incident
        The incident.
    suggestion
        The suggestion in force.
    number
        Its id.
    assignments
        All assignments to the incident, the oldest first.
    last
        The last second thought about it, or None.
    """

    incident: Incident
    suggestion: Suggestion
    number: str
    assignments: tuple[Assignment, ...] = ()
    last: SecondThought | None = None

    @property
    def going(self) -> Assignment | None:
        """Whoever is bound for what the suggestion is about, or None."""
        bound = [one for one in self.assignments if one.bound and one.picked.kind == self._kind]
        return bound[-1] if bound else None

    @property
    def on_scene(self) -> bool:
        """Whether somebody is there already, or has been."""
        return any(one.arrived_at for one in self.assignments if one.picked.kind == self._kind)

    @property
    def settled(self) -> bool:
        """Whether nobody waits any more."""
        over = self.incident.state not in WORKED_ON or self.on_scene
        return over or any(one.outcome == Outcome.DONE for one in self.assignments)

    @property
    def deserted(self) -> bool:
        """Whether whoever went was called off, refused or fell silent since the suggestion."""
        lost = {Outcome.CALLED_OFF, Outcome.REFUSED, Outcome.SILENT}
        return any(
            one.outcome in lost and one.released_at and one.released_at > self.suggestion.now
            for one in self.assignments
        )

    @property
    def first(self) -> Proposal | None:
        """The first proposal in force."""
        return next(iter(self.suggestion.crew_proposals), None)

    @property
    def _kind(self) -> str:
        """What the suggestion is about first."""
        return self.first.kind if self.first else self.suggestion.case.value


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """
    What is seen of one incident in one look.

    Attributes
    ----------
    why
        Reasons to suggest anew that nobody has been told of; empty for none.
    outlook
        How the dispatch stands.
    ways
        What its crew has still to drive; hand it to the next look.
    """

    why: tuple[Trigger, ...]
    outlook: Outlook
    ways: Ways = ()


def look_again(  # noqa: PLR0913 -- the incident, by what rule, and three that are keywords only
    watched: Watched,
    whereabouts: Whereabouts,
    rule: Rule,
    *,
    now: datetime,
    ways: Ways = (),
    policy: Policy | str | None = None,
) -> Look | None:
    """
    Look at an incident that waits for somebody.

    Parameters
    ----------
    watched
        The incident.
    whereabouts
        Where the officers are now.
    rule
        When to have second thoughts.
    now
        The present, with offset.
    ways
        What its crew had to drive at the look before.
    policy
        The ranking; that of the suggestion by default.

    Returns
    -------
    look
        How it stands; None if it waits for nobody.
    """
    if watched.settled or (watched.going is None and watched.first is None):
        return None
    whereabouts = whereabouts.pinned()
    going = watched.going
    left_s = None if going is None else going.clock.left_s(now)
    due_s = watched.suggestion.arrival_target_s if left_s is None else left_s
    scene = look_at(watched.incident, whereabouts.city, now=now)
    eta_s = _eta_s(watched, whereabouts, scene, now)
    elapsed_s, best = (now - _since(watched)).total_seconds(), None
    if eta_s is None or elapsed_s >= rule.not_within_s:  # else nothing is news
        best = _best(watched, whereabouts, now, due_s, policy or watched.suggestion.policy)
    officers = _officers(watched)
    outlook = Outlook(
        crew=_crew(watched),
        eta_s=eta_s,
        due_s=due_s,
        best_crew=best.unit if best else None,
        best_eta_s=best.eta_s if best else None,
        closed_on_route=_any_closed(ways, whereabouts),
        elapsed_s=elapsed_s,
        under_way=going is not None,
    )
    why = worth_resuggesting(_before(watched), outlook, rule)
    return Look(_news(why, outlook, watched), outlook, _ways(whereabouts, officers, scene))


def _best(
    watched: Watched,
    whereabouts: Whereabouts,
    now: datetime,
    due_s: float,
    policy: Policy | str,
) -> Proposal | None:
    """Whom one would send now if one were to send somebody."""
    made = suggest(
        watched.incident,
        whereabouts,
        now=now,
        policy=policy,
        k=1,
        arrival_target_s=max(due_s, 0.0),
        routes=0,
    )
    return next(iter(made.crew_proposals), None)


def _crew(watched: Watched) -> str:
    """Code of the crew that goes, or that would go first."""
    if watched.going is not None:
        return watched.going.picked.unit
    return watched.first.unit if watched.first else ""


def _officers(watched: Watched) -> tuple[str, ...]:
    """Those officers of it who go."""
    if watched.going is not None:
        return watched.going.picked.officers
    return watched.first.crew if watched.first else ()


def _eta_s(watched: Watched, whereabouts: Whereabouts, scene: Scene, now: datetime) -> float | None:
    """When the crew would be there; None if it can't any more, or may not."""
    officers = _officers(watched)
    if watched.going is None and (watched.deserted or not _free(officers, whereabouts)):
        return None
    need: Need = scene.case.need
    return complete_after_s(
        whereabouts,
        officers,
        scene.destination,
        need,
        now=now,
        turned_out=watched.going is not None,
    )


def _free(officers: Iterable[str], whereabouts: Whereabouts) -> bool:
    """Whether all of some officers can be sent still."""
    row_of = whereabouts.city.roster.officer_row
    free = STATUSES.index(DutyStatus.AVAILABLE)
    return all(one in row_of and whereabouts.status[row_of[one]] == free for one in officers)


def _before(watched: Watched) -> Outlook:
    """How it stood when it was suggested, decided, or last suggested anew."""
    going, last = watched.going, watched.last
    if going is not None and last is not None and last.assignment == going.id:
        return last.outlook
    if going is not None:
        at = going.decision.at
        return Outlook(going.picked.unit, going.picked.eta_s, going.clock.left_s(at))
    first = watched.first
    eta_s = None if first is None else first.eta_s
    return Outlook(_crew(watched), eta_s, watched.suggestion.arrival_target_s)


def _since(watched: Watched) -> datetime:
    """Since when it has stood so."""
    going, last = watched.going, watched.last
    if going is None:
        return watched.suggestion.now
    return max(going.decision.at, last.at if last else going.decision.at)


def _news(why: tuple[Trigger, ...], outlook: Outlook, watched: Watched) -> tuple[Trigger, ...]:
    """Leave out what was said the last time: the same crew lost, the same one better."""
    last, going = watched.last, watched.going
    if last is None or last.outlook.crew != outlook.crew:
        return why
    if last.assignment != (going.id if going else None):
        return why
    said = {Trigger.CREW_IS_LOST} & set(last.why)
    if last.outlook.best_crew == outlook.best_crew:
        said |= {Trigger.BETTER_CREW} & set(last.why)
    return tuple(trigger for trigger in why if trigger not in said)


def _ways(whereabouts: Whereabouts, officers: Iterable[str], scene: Scene) -> Ways:
    """Edges that officers have still to drive."""
    city = whereabouts.city
    ways = []
    for one in officers:
        row = city.roster.officer_row.get(one)
        if row is None or not whereabouts.on_road[row]:
            continue
        mode = city.roster.crews[int(city.roster.crew_of[row])].mode
        if mode is None or mode not in scene.destination:
            continue
        here = whereabouts.joins.take(slice(row, row + 1))
        route = city.travel_times[mode].route(here, scene.destination[mode])
        if route is not None:
            ways.append((mode, route.edges))
    return tuple(ways)


def _any_closed(ways: Ways, whereabouts: Whereabouts) -> bool:
    """Whether a road that was to be driven is closed now."""
    engines = whereabouts.city.travel_times
    for mode, edges in ways:
        engine = engines.get(mode)
        if isinstance(engine, NetworkTravelTimes) and (engine.metric.edge_ms[edges] == NEVER).any():
            return True
    return False
