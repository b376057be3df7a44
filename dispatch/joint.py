"""
Joint operation: officers in mixed skills to several sites, all there by one time.

Formulation
-----------
A site wants so many officers, some of them with a certain skill.  Each such want is a *role*
r with need[r]; what is left of the site's number is a plain role.  An officer fills one role:
one that asks for a skill that he or she has, or a plain one.  Officers o with travel time
t[o, r] and zone z(o); x[o, r] is 0 or 1, n[z] is the number of officers that zone z gives::

    lexmin   max of t[o, r] over x[o, r] = 1,                    last arrival
             sum over z of n[z]^2 / strength[z],                 disturbance of zones
             sum of t[o, r] x[o, r]                              travel time
    subject to
        sum over o of x[o, r]   =  need[r]             each role is filled
        sum over r of x[o, r]  <=  1                   an officer fills one role
        n[z] = sum over o of z of x[o, r]  <=  strength[z] - floor[z]
        x[o, r] = 0 where o lacks the skill, may not go, or has no road there

The disturbance is convex: the j-th officer of a zone costs (2 j - 1) / strength[z], so zones give
in proportion to what they have, and officers of no zone are taken first.  It is counted in
whole millionths.

All of this is a flow: source → zone → officer → role → sink, with one arc for each further
officer of a zone.  Its numbers are whole, so the best flow is whole too, and the answer is
exact: nothing is rounded.  The last arrival is the lowest threshold at which a flow fills all
roles (`dispatch.joint_flow`); within it, the cheapest flow is built officer by officer
(`dispatch.joint_choice`); that no exchange betters it is checked (`dispatch.joint_proof`).

Auxiliaries go along and count toward nothing: whoever counts is certified.

References
----------
Ahuja, Magnanti and Orlin (1993), Network Flows, chapters 9.7 and 14.
Burkard, Dell'Amico and Martello (2009), Assignment Problems, chapter 6.2, on bottlenecks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dispatch.joint_choice import NO_ROLE, choose
from dispatch.joint_flow import Pool, Roles, earliest_ms, filled
from dispatch.joint_plan import JointPlan, Member, Party, Shortage, ZoneStrength
from dispatch.joint_proof import is_cheapest
from dispatch.whereabouts import NEVER_MS
from geo.errors import BadValue
from geo.road.frozen import freeze

NO_ZONE = -1
"""Zone row of an officer whom no zone misses."""


@dataclass(frozen=True, slots=True)
class Site:
    """
    Where officers are wanted.

    Attributes
    ----------
    id
        Its id.
    officers
        How many certified officers in all.
    skills
        How many of them for each skill; who fills one skill does not fill another.
    """

    id: str
    officers: int
    skills: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        """Refuse a site that wants nobody, or more skilled officers than officers."""
        wanted = sum(number for _, number in self.skills)
        if self.officers < 1 or any(number < 1 for _, number in self.skills):
            raise BadValue(f"Site {self.id}: numbers of officers begin at 1.")
        if len({skill for skill, _ in self.skills}) < len(self.skills):
            raise BadValue(f"Site {self.id} names a skill twice; add the numbers up.")
        if wanted > self.officers:
            raise BadValue(
                f"Site {self.id} wants {self.officers} officers, but {wanted} with skills, and "
                f"one officer fills one skill; ask for at least {wanted} officers."
            )


@dataclass(frozen=True, slots=True, eq=False)
class Force:
    """
    The officers that an operation may draw on.

    Attributes
    ----------
    officers
        Ids in ascending order, each once.
    may_go
        Who is certified and free to go, bool[n_officers].
    skilled
        Who has a skill, bool[n_officers] by skill.
    travel_ms
        Travel time to each site, int64[n_officers, n_sites]; `NEVER_MS` where no road leads.
    zones
        Codes of the zones.
    zone
        Row of the zone of each officer, int64[n_officers]; `NO_ZONE` for none.
    floor
        Officers that must stay in each zone, int64[n_zones].
    """

    officers: tuple[str, ...]
    may_go: NDArray[np.bool_]
    skilled: Mapping[str, NDArray[np.bool_]]
    travel_ms: NDArray[np.int64]
    zones: tuple[str, ...]
    zone: NDArray[np.int64]
    floor: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Refuse what is out of order or of different sizes."""
        n = len(self.officers)
        columns = [self.may_go, self.zone, self.travel_ms, *self.skilled.values()]
        if any(len(column) != n for column in columns) or len(self.floor) != len(self.zones):
            raise BadValue("The columns of a force differ in length; give one row per officer.")
        if list(self.officers) != sorted(set(self.officers)):
            raise BadValue("The officers of a force come in ascending order, each once.")
        if self.zone.min(initial=0) < NO_ZONE or self.zone.max(initial=-1) >= len(self.zones):
            raise BadValue("An officer of a force is in a zone that is not among its zones.")
        freeze(self)

    @property
    def strength(self) -> NDArray[np.int64]:
        """Officers that each zone has to give, int64[n_zones]."""
        here = self.zone[self.may_go & (self.zone != NO_ZONE)]
        strength: NDArray[np.int64] = np.bincount(here, minlength=len(self.zones)).astype(np.int64)
        return strength


def plan_joint(
    sites: tuple[Site, ...],
    force: Force,
    *,
    within_ms: int = NEVER_MS - 1,
    soonest: bool = True,
) -> JointPlan:
    """
    Plan a joint operation.

    Parameters
    ----------
    sites
        Where how many are wanted, in the order of the columns of travel times.
    force
        Who there is.
    within_ms
        How long the last one may take.
    soonest
        Whether all shall be there as soon as can be.  Otherwise it is enough to be there in
        the time allowed, and the zones are spared as far as that permits.

    Returns
    -------
    plan
        Who goes where.  Where that is impossible in the time allowed, what is missing, and
        the soonest plan that is possible later, if there is one.

    Raises
    ------
    BadValue
        There is no site, two share an id, or travel times are not those to the sites.
    """
    _check(sites, force)
    roles = _roles(sites, force)
    strength = force.strength
    pool = Pool(force.zone, np.maximum(strength - force.floor, 0))
    soonest_ms = earliest_ms(roles, pool)
    feasible = soonest_ms is not None and soonest_ms <= within_ms
    last_ms = within_ms if feasible and not soonest else soonest_ms
    role, proven = np.full(len(force.officers), NO_ROLE, dtype=np.int64), soonest_ms is None
    if last_ms is not None:
        in_time = roles.until(last_ms)
        role = choose(in_time, pool, strength)
        proven = is_cheapest(in_time, pool, strength, role)
    taken = np.bincount(
        force.zone[(role != NO_ROLE) & (force.zone != NO_ZONE)], minlength=len(force.zones)
    )
    parties = _parties(sites, force, roles, role)
    return JointPlan(
        feasible=feasible,
        parties=parties,
        last_ms=max((party.last_ms for party in parties), default=None),
        zones=tuple(
            ZoneStrength(code, int(before), int(before - given), int(floor))
            for code, before, given, floor in zip(
                force.zones, strength, taken, force.floor, strict=True
            )
        ),
        shortages=() if feasible else _shortages(sites, roles.until(within_ms), pool),
        disturbance=float((taken**2 / np.maximum(strength, 1)).sum()),
        travel_ms=sum(member.travel_ms for party in parties for member in party.members),
        proven=proven,
    )


def _check(sites: tuple[Site, ...], force: Force) -> None:
    """Refuse no sites, sites that share an id, and travel times to other sites."""
    if not sites:
        raise BadValue("A joint operation needs at least one site.")
    if len({site.id for site in sites}) < len(sites):
        raise BadValue("Two sites of a joint operation share one id; give each its own.")
    if force.travel_ms.shape != (len(force.officers), len(sites)):
        raise BadValue(f"A joint operation at {len(sites)} sites needs one travel time for each.")


def _roles(sites: tuple[Site, ...], force: Force) -> Roles:
    """Lay the wants of all sites out as roles: those with a skill first, then the plain ones."""
    wants: list[tuple[int, str | None, int]] = [
        (row, skill, number) for row, site in enumerate(sites) for skill, number in site.skills
    ]
    for row, site in enumerate(sites):
        plain = site.officers - sum(number for _, number in site.skills)
        wants += [(row, None, plain)] * (plain > 0)
    nobody = np.zeros(len(force.officers), dtype=np.bool_)
    site_of = np.array([row for row, _, _ in wants], dtype=np.int64)
    may = np.zeros((len(force.officers), len(wants)), dtype=np.bool_)
    for at, (_, skill, _) in enumerate(wants):
        may[:, at] = force.may_go if skill is None else force.skilled.get(skill, nobody)
    travel_ms = force.travel_ms[:, site_of]
    return Roles(
        site=site_of,
        skill=tuple(skill for _, skill, _ in wants),
        need=np.array([number for _, _, number in wants], dtype=np.int64),
        travel_ms=travel_ms,
        may=may & force.may_go[:, None] & (travel_ms < NEVER_MS),
    )


def _parties(
    sites: tuple[Site, ...], force: Force, roles: Roles, role: NDArray[np.int64]
) -> tuple[Party, ...]:
    """Write out who goes where; none if nobody goes."""
    going: list[list[Member]] = [[] for _ in sites]
    for officer in np.flatnonzero(role != NO_ROLE):
        at = role[officer]
        time_ms = int(roles.travel_ms[officer, at])
        member = Member(force.officers[officer], roles.skill[at], time_ms)
        going[roles.site[at]].append(member)
    if not any(going):
        return ()
    return tuple(
        Party(
            site.id,
            tuple(
                sorted(members, key=lambda who: (who.skill is None, who.skill or "", who.officer))
            ),
            max(member.travel_ms for member in members),
        )
        for site, members in zip(sites, going, strict=True)
    )


def _shortages(sites: tuple[Site, ...], roles: Roles, pool: Pool) -> tuple[Shortage, ...]:
    """Say which site lacks how many of what."""
    missing = roles.need - filled(roles, pool)
    able = roles.may.sum(axis=0)
    return tuple(
        Shortage(
            site=sites[roles.site[at]].id,
            skill=roles.skill[at],
            needed=int(roles.need[at]),
            missing=int(missing[at]),
            able=int(able[at]),
        )
        for at in np.lexsort((np.arange(len(missing)), roles.site))
        if missing[at] > 0
    )
