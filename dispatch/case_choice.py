"""
Choice for a case: whose crews are asked, and in which order a policy and a run card put them.

How far is asked is the policy's, and so is the order; only the soonest by road are compared, so
that nobody's way is asked in vain.  A run card comes before the policy: crews of its steps are
asked whatever their unit, and everybody else is ranked after them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dispatch.candidate import Candidates
from dispatch.choice import Choice, ProposalKind, mark_of_neighbours, neighbours
from dispatch.city_coverage import CityCoverage
from dispatch.crew_eta import ArrivalTarget, CrewEta, crew_etas
from dispatch.enquiry import Enquiry, Soonest
from dispatch.jurisdiction import Jurisdiction
from dispatch.policy import Policy, RankBy, Reach
from dispatch.pool import Pool
from dispatch.ranking import explain, rank
from dispatch.routing import CaseKind
from dispatch.run_card import RunCard
from dispatch.run_order import NOT_ON_CARD, on_card, steps_of
from dispatch.whereabouts import NEVER_MS
from geo.remark import Remark

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """
    How crews for a case are chosen.

    Attributes
    ----------
    policy
        Whose crews are asked, and what ranks them.
    target
        Within what time a crew should be there.
    within_ms
        Travel time with which each crew still meets that, float64[n_crews].
    k
        How many crews are proposed at most.
    card
        The run card that holds for the case, or None.
    covered
        What is covered now or was a moment ago, or None where that is not counted.
    """

    policy: Policy
    target: ArrivalTarget
    within_ms: NDArray[np.float64]
    k: int
    card: RunCard | None = None
    covered: CityCoverage | None = None

    @property
    def n_asked(self) -> int:
        """How many of the soonest crews of each group are looked at."""
        among = 0 if self.policy.rank_by == RankBy.ETA else self.policy.among
        return max(self.k, among)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Crews that were judged, whose they are, and which of them may be proposed."""

    candidates: Candidates
    own: Mask
    may: Mask
    units: frozenset[str]
    own_exhausted: bool
    exhausted: bool


def choose_for_case(case: Jurisdiction, enquiry: Enquiry, terms: Terms) -> Choice:
    """
    Choose crews for a case.

    Parameters
    ----------
    case
        Who has the case.
    enquiry
        The officers with regard to the place.
    terms
        How they are chosen.

    Returns
    -------
    choice
        Crews in the order of the run card and the policy, with what that order costs.
    """
    asked = _ask(case, enquiry, terms)
    step_of_crew, named = None, np.zeros(0, dtype=np.int64)
    if terms.card is not None:
        step_of_crew = steps_of(terms.card, enquiry.whereabouts.city, case.unit)
        named = np.flatnonzero(step_of_crew != NOT_ON_CARD)
        asked = _with_named(asked, named, case, enquiry)
    judged = asked.candidates
    step = _steps(judged.lineup.crews, step_of_crew, terms.card)
    places = _soonest_of_each(asked, step, terms)
    etas = crew_etas(judged, places, terms.target)
    pool = _pool(asked, places, step[places], etas, terms)
    order = rank(pool, terms.policy)
    first = order[: terms.k]
    return Choice(
        kind=ProposalKind.GRID if case.kind == CaseKind.GRID else ProposalKind.SPECIALIST,
        need=case.need,
        candidates=judged,
        own=asked.own,
        unit=case.unit,
        asked=asked.units,
        chosen=places[first],
        own_exhausted=asked.own_exhausted,
        exhausted=asked.exhausted,
        policy=terms.policy,
        etas=tuple(etas[position] for position in first.tolist()),
        prices=None if terms.covered is None else pool.price[first],
        said=_said(pool, order, terms),
        on_card=named,
    )


def _ask(case: Jurisdiction, enquiry: Enquiry, terms: Terms) -> _Asked:
    """Judge crews as far as the policy reaches."""
    city = enquiry.whereabouts.city
    if terms.policy.reach == Reach.ALL:
        soonest = enquiry.soonest(
            enquiry.marked(mark_of_neighbours(case)), case.need, k=terms.n_asked
        )
        judged = soonest.candidates
        own = np.isin(judged.lineup.crews, city.roster.commands(case.unit))
        units, done = _units(case) | frozenset(neighbours(case, city)), soonest.exhausted
        return _Asked(judged, own, np.ones_like(own), units, done, done)
    soonest = _own_soonest(case, enquiry, terms)
    judged = soonest.candidates
    if judged.in_time(terms.within_ms).any():
        every = np.ones(len(judged.obstacle), dtype=np.bool_)
        done = soonest.exhausted
        return _Asked(judged, every, every, _units(case), done, done)
    return _with_aid(soonest, case, enquiry, terms)


def _units(case: Jurisdiction) -> frozenset[str]:
    """Code of the unit that has the case, if any has."""
    return frozenset([case.unit] if case.unit else [])


def _own_soonest(case: Jurisdiction, enquiry: Enquiry, terms: Terms) -> Soonest:
    """The first crews of the unit that has the case, and all in time if none of those is."""
    lineup = enquiry.line_up(enquiry.whereabouts.city.roster.commands(case.unit))
    eligible = enquiry.able_of(lineup)
    soonest = enquiry.soonest(eligible, case.need, k=terms.n_asked)
    if soonest.exhausted or soonest.candidates.in_time(terms.within_ms).any():
        return soonest
    # Modes have limits of their own: a later crew may be in time where a sooner one is not.
    by_ms = float(terms.within_ms[lineup.crews].max(initial=0.0))
    return enquiry.soonest(eligible, case.need, k=terms.n_asked, by_ms=by_ms)


def _with_aid(own: Soonest, case: Jurisdiction, enquiry: Enquiry, terms: Terms) -> _Asked:
    """Own crews, none of which is in time, and neighbours beside them."""
    city = enquiry.whereabouts.city
    best_own_ms = int(own.candidates.arrival_ms.min(initial=NEVER_MS))
    only_sooner = terms.policy.reach == Reach.OWN_THEN_SOONER_AID
    limit_ms = best_own_ms if only_sooner else NEVER_MS
    aid = enquiry.soonest(
        enquiry.marked(mark_of_neighbours(case)), case.need, k=terms.n_asked, within_ms=limit_ms
    )
    both = np.union1d(own.candidates.lineup.crews, aid.candidates.lineup.crews)
    judged = enquiry.judge(both, case.need)
    is_own = np.isin(both, city.roster.commands(case.unit))
    return _Asked(
        candidates=judged,
        own=is_own,
        may=is_own | (judged.arrival_ms < limit_ms),
        units=_units(case) | frozenset(neighbours(case, city)),
        own_exhausted=own.exhausted,
        exhausted=own.exhausted and aid.exhausted and limit_ms == NEVER_MS,
    )


def _with_named(asked: _Asked, named: Rows, case: Jurisdiction, enquiry: Enquiry) -> _Asked:
    """The same, and the crews that a run card names, whatever their unit."""
    before = asked.candidates.lineup.crews
    crews = np.union1d(before, named)
    may = np.isin(crews, named) | np.isin(crews, before[asked.may])
    own = np.isin(crews, enquiry.whereabouts.city.roster.commands(case.unit))
    judged = enquiry.judge(crews, case.need)
    return replace(asked, candidates=judged, own=own, may=may)


def _steps(crews: Rows, step_of_crew: Rows | None, card: RunCard | None) -> Rows:
    """Step of each judged crew; whoever is not on the card comes after all who are."""
    if step_of_crew is None or card is None:
        return np.zeros(len(crews), dtype=np.int64)
    step = step_of_crew[crews]
    return np.where(step == NOT_ON_CARD, len(card.steps), step)


def _soonest_of_each(asked: _Asked, step: Rows, terms: Terms) -> Rows:
    """Places of the soonest crews by road, so many of each group that is ranked by itself."""
    places = asked.candidates.ranked(asked.may)
    group = 2 * step[places]
    if terms.policy.reach == Reach.OWN_THEN_AID:
        group += ~asked.own[places]
    by_group = np.argsort(group, kind="stable")
    group = group[by_group]
    before = np.arange(len(group)) - np.searchsorted(group, group)
    return places[by_group[before < terms.n_asked]]


def _pool(asked: _Asked, places: Rows, step: Rows, etas: tuple[CrewEta, ...], terms: Terms) -> Pool:
    """Lay out all that policies weigh."""
    judged = asked.candidates
    crews = judged.lineup.crews[places]
    eta_s = np.array([eta.eta_s for eta in etas], dtype=np.float64)
    unmeasured = np.full(len(places), np.nan)
    by_work = terms.policy.rank_by == RankBy.WORK
    return Pool(
        crews=crews,
        own=asked.own[places],
        step=step,
        travel_s=judged.arrival_ms[places] / 1000,
        eta_s=eta_s,
        p_in_target=np.array([eta.p_in_target for eta in etas], dtype=np.float64),
        price=unmeasured if terms.covered is None else terms.covered.prices(crews),
        work_s=_work_s(judged, places) if by_work else unmeasured,
        in_time=eta_s <= terms.target.target_s,
    )


def _work_s(judged: Candidates, places: Rows) -> NDArray[np.float64]:
    """Work in this shift of those who go, as a mean; NaN in a city that keeps no such record."""
    lineup = judged.lineup
    duty = lineup.whereabouts.duty
    if np.isnan(duty.shift_from_s).all() and not duty.work_s.any():
        return np.full(len(places), np.nan)
    going = [lineup.officers[judged.going(place)] for place in places.tolist()]
    return np.array([duty.work_s[rows].mean() for rows in going], dtype=np.float64)


def _said(pool: Pool, order: Rows, terms: Terms) -> tuple[tuple[Remark, ...], ...]:
    """What the first crews say of the run card and of the price of their rank."""
    if terms.card is None and terms.policy.by_time_alone:
        return ()
    return tuple(
        (
            *_of_card(terms.card, int(pool.step[position])),
            *explain(pool, position, terms.policy, order=order),
        )
        for position in order[: terms.k].tolist()
    )


def _of_card(card: RunCard | None, step: int) -> tuple[Remark, ...]:
    """By which card and step a crew goes, if by any."""
    if card is None:
        return ()
    return (on_card(card, step if step < len(card.steps) else NOT_ON_CARD),)
