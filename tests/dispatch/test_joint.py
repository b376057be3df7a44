"""Joint operations: the plan against trying all, and what is said when it can't be done."""

from __future__ import annotations

import itertools
from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.joint import NO_ZONE, Force, JointPlan, Site, plan_joint
from dispatch.joint_choice import MILLION, price
from dispatch.joint_flow import Pool, Roles
from dispatch.joint_proof import is_cheapest
from dispatch.whereabouts import NEVER_MS
from geo.errors import BadValue

MINUTE_MS = 60_000
SKILLS = ("lab", "law")


def force(text: str, *, floor: dict[str, int] | None = None) -> Force:
    """Read officers from rows of id, zone, skills and minutes by site; a dash for none."""
    lines = [line.split() for line in text.strip().splitlines()]
    zones = tuple(sorted({zone for _, zone, *_ in lines} - {"-"}))
    minutes = [
        [NEVER_MS if x == "-" else int(x) * MINUTE_MS for x in cells] for *_, cells in cut(lines)
    ]
    return Force(
        officers=tuple(line[0] for line in lines),
        may_go=np.ones(len(lines), dtype=np.bool_),
        skilled={
            skill: np.array([skill in line[2].split("+") for line in lines]) for skill in SKILLS
        },
        travel_ms=np.array(minutes, dtype=np.int64),
        zones=zones,
        zone=np.array([NO_ZONE if line[1] == "-" else zones.index(line[1]) for line in lines]),
        floor=np.array([(floor or {}).get(zone, 0) for zone in zones], dtype=np.int64),
    )


def cut(lines: list[list[str]]) -> list[tuple[str, list[str]]]:
    return [(line[0], line[3:]) for line in lines]


def drawn(plan: JointPlan) -> str:
    """Write a plan as ``site: officer/skill …``."""
    return "; ".join(
        f"{party.site}: "
        + " ".join(f"{who.officer}{'/' + who.skill if who.skill else ''}" for who in party.members)
        for party in plan.parties
    )


@st.composite
def operations(draw, *, officers=6, most=3):
    n = draw(st.integers(0, officers))
    sites = []
    for row in range(draw(st.integers(1, 2))):
        skills = tuple(
            (skill, number) for skill in SKILLS if (number := draw(st.integers(0, most - 2)))
        )
        least = max(1, sum(number for _, number in skills))
        sites.append(Site(f"S{row}", draw(st.integers(least, max(most, least))), skills))
    time = st.sampled_from([1, 2, 3, 4, NEVER_MS])
    return tuple(sites), Force(
        officers=tuple(f"{row:02}" for row in range(n)),
        may_go=np.array([draw(st.sampled_from([True] * 5 + [False])) for _ in range(n)], bool),
        skilled={
            skill: np.array([draw(st.booleans()) for _ in range(n)], bool) for skill in SKILLS
        },
        travel_ms=np.array([[draw(time) for _ in sites] for _ in range(n)], dtype=np.int64).reshape(
            n, len(sites)
        ),
        zones=("Z0", "Z1"),
        zone=np.array([draw(st.integers(-1, 1)) for _ in range(n)], dtype=np.int64),
        floor=np.array([draw(st.integers(0, 1)) for _ in range(2)], dtype=np.int64),
    )


def places(sites: tuple[Site, ...]) -> list[tuple[int, str | None]]:
    """Every single place: those with a skill site by site, then the plain ones."""
    skilled = [
        (row, skill)
        for row, site in enumerate(sites)
        for skill, number in site.skills
        for _ in range(number)
    ]
    plain = [
        (row, None)
        for row, site in enumerate(sites)
        for _ in range(site.officers - sum(number for _, number in site.skills))
    ]
    return skilled + plain


def fits(force: Force, officer: int, place: tuple[int, str | None], within_ms: int) -> bool:
    site, skill = place
    return bool(
        force.may_go[officer]
        and force.travel_ms[officer, site] <= min(within_ms, NEVER_MS - 1)
        and (skill is None or force.skilled[skill][officer])
    )


def every_plan(sites: tuple[Site, ...], force: Force, within_ms: int):
    """All ways to fill all places, worth (last, disturbance, travel)."""
    wanted = places(sites)
    strength = force.strength
    for who in itertools.permutations(range(len(force.officers)), len(wanted)):
        if not all(
            fits(force, officer, place, within_ms)
            for officer, place in zip(who, wanted, strict=True)
        ):
            continue
        given = [int(sum(force.zone[o] == z for o in who)) for z in range(len(strength))]
        if any(g > max(0, s - f) for g, s, f in zip(given, strength, force.floor, strict=True)):
            continue
        times = [
            int(force.travel_ms[officer, site])
            for officer, (site, _) in zip(who, wanted, strict=True)
        ]
        disturbance = sum(
            price(j, int(s)) for g, s in zip(given, strength, strict=True) for j in range(g)
        )
        yield max(times), disturbance, sum(times)


def worth(plan: JointPlan) -> tuple[int, int, int]:
    disturbance = sum(
        price(j, zone.before) for zone in plan.zones for j in range(zone.before - zone.after)
    )
    return plan.last_ms, disturbance, plan.travel_ms


@given(operations())
def test_the_plan_is_the_best_of_all(operation):
    sites, officers = operation
    best = min(every_plan(sites, officers, NEVER_MS), default=None)
    plan = plan_joint(sites, officers)
    assert plan.feasible == (best is not None)
    assert plan.proven
    if best is None:
        assert plan.parties == ()
        assert plan.shortages
    else:
        assert worth(plan) == best
        assert plan.shortages == ()


@given(operations())
def test_sparing_the_zones_within_the_time_allowed_is_the_best_of_all(operation):
    sites, officers = operation
    best = min((w[1:] for w in every_plan(sites, officers, 3)), default=None)
    plan = plan_joint(sites, officers, within_ms=3, soonest=False)
    assert plan.feasible == (best is not None)
    if best is not None:
        assert worth(plan)[1:] == best
        assert plan.last_ms <= 3


@given(operations())
def test_everybody_who_goes_may(operation):
    sites, officers = operation
    plan = plan_joint(sites, officers)
    sent = [who.officer for party in plan.parties for who in party.members]
    assert len(sent) == len(set(sent))
    for row, party in enumerate(plan.parties):
        site = sites[row]
        assert len(party.members) == site.officers
        for skill, number in site.skills:
            assert sum(who.skill == skill for who in party.members) == number
        assert all(
            fits(officers, officers.officers.index(who.officer), (row, who.skill), NEVER_MS)
            for who in party.members
        )
    assert all(zone.after >= min(zone.floor, zone.before) for zone in plan.zones if plan.parties)


def most_filled(sites: tuple[Site, ...], force: Force, within_ms: int) -> list[int]:
    """Places that can be filled of each role, the earlier role first, by an independent flow."""
    roles: dict[tuple[int, str | None], int] = {}
    for place in places(sites):
        roles[place] = roles.get(place, 0) + 1
    found = []
    for upto in range(len(roles) + 1):
        graph = nx.DiGraph()
        graph.add_node("end")
        for zone, (has, stay) in enumerate(zip(force.strength, force.floor, strict=True)):
            graph.add_edge("start", ("zone", zone), capacity=max(0, int(has - stay)))
        for officer in range(len(force.officers)):
            home = "start" if force.zone[officer] == NO_ZONE else ("zone", int(force.zone[officer]))
            graph.add_edge(home, ("officer", officer), capacity=1)
            for place in list(roles)[:upto]:
                if fits(force, officer, place, within_ms):
                    graph.add_edge(("officer", officer), place, capacity=1)
        for place in list(roles)[:upto]:
            graph.add_edge(place, "end", capacity=roles[place])
        found.append(nx.maximum_flow_value(graph, "start", "end"))
    return [after - before for before, after in itertools.pairwise(found)]


@given(operations())
def test_what_is_missing_is_what_a_flow_leaves_open(operation):
    sites, officers = operation
    plan = plan_joint(sites, officers, within_ms=2)
    wanted = list(dict.fromkeys(places(sites)))
    filled = most_filled(sites, officers, 2)
    missing = {(s.site, s.skill): s.needed - s.missing for s in plan.shortages}
    for (row, skill), number in zip(wanted, filled, strict=True):
        needed = sum(place == (row, skill) for place in places(sites))
        assert missing.get((sites[row].id, skill), needed) == number


def test_a_larger_operation_costs_what_network_simplex_says(count):
    for seed in range(count(reduced=2, full=20)):
        rng = np.random.default_rng(seed)
        n, sites = 80, (Site("A", 9, (("lab", 4),)), Site("B", 12, (("law", 3), ("lab", 2))))
        officers = Force(
            officers=tuple(f"{row:03}" for row in range(n)),
            may_go=rng.random(n) < 0.9,
            skilled={skill: rng.random(n) < 0.3 for skill in SKILLS},
            travel_ms=rng.integers(1, 900, (n, 2)),
            zones=("N", "S", "W"),
            zone=rng.integers(-1, 3, n) * (rng.random(n) < 0.95),
            floor=np.array([4, 4, 4]),
        )
        plan = plan_joint(sites, officers)
        limit = plan.last_ms
        assert not plan_joint(sites, officers, within_ms=limit - 1).feasible
        last, disturbance, travel = worth(plan)
        assert last == limit
        assert disturbance * MILLION + travel == simplex_cost(sites, officers, limit)


def simplex_cost(sites: tuple[Site, ...], force: Force, limit_ms: int) -> int:
    """Disturbance and travel in one number, by networkx; an officer is a node of his or her own."""
    graph = nx.DiGraph()
    wanted: dict[tuple[int, str | None], int] = {}
    for place in places(sites):
        wanted[place] = wanted.get(place, 0) + 1
    total = sum(wanted.values())
    graph.add_node("start", demand=-total)
    for zone, strength in enumerate(force.strength):
        for j in range(int(strength - force.floor[zone])):
            weight = price(j, int(strength)) * MILLION
            graph.add_edge("start", ("seat", zone, j), capacity=1, weight=weight)
            graph.add_edge(("seat", zone, j), ("zone", zone), capacity=1, weight=0)
    for officer in range(len(force.officers)):
        home = "start" if force.zone[officer] == NO_ZONE else ("zone", int(force.zone[officer]))
        graph.add_edge(home, ("officer", officer), capacity=1, weight=0)
        for place in wanted:
            if fits(force, officer, place, limit_ms):
                time_ms = int(force.travel_ms[officer, place[0]])
                graph.add_edge(("officer", officer), place, capacity=1, weight=time_ms)
    for place, number in wanted.items():
        graph.nodes[place]["demand"] = number
    return nx.min_cost_flow_cost(graph)


def test_an_officer_with_two_skills_goes_where_nobody_else_can():
    plan = plan_joint(
        (Site("hall", 1, (("lab", 1),)), Site("yard", 1, (("law", 1),))),
        force("""
            01 N lab+law 3 3
            02 N lab     5 5
        """),
    )
    assert drawn(plan) == "hall: 02/lab; yard: 01/law"
    assert plan.last_ms == 5 * MINUTE_MS


def test_one_officer_fills_one_place_whatever_the_skills():
    plan = plan_joint(
        (Site("hall", 2, (("lab", 1), ("law", 1))),),
        force("""
            01 N lab+law 3
            02 N -       5
        """),
    )
    assert not plan.feasible
    assert [(s.site, s.skill, s.needed, s.missing, s.able) for s in plan.shortages] == [
        ("hall", "law", 1, 1, 1)
    ]


def test_too_late_says_who_is_missing_in_time_and_how_late_it_would_be():
    plan = plan_joint(
        (Site("hall", 2, (("lab", 1),)),),
        force("""
            01 N -   3
            02 N lab 40
        """),
        within_ms=30 * MINUTE_MS,
    )
    assert not plan.feasible
    assert [(s.skill, s.missing) for s in plan.shortages] == [("lab", 1)]
    assert plan.last_ms == 40 * MINUTE_MS
    assert drawn(plan) == "hall: 02/lab 01"


def test_zones_give_in_proportion():
    """Everybody is as near; the zone of six gives twice as many as the zone of three."""
    rows = [f"{row:02} {'N' if row < 6 else 'S'} - 5" for row in range(9)]
    plan = plan_joint((Site("hall", 3),), force("\n".join(rows)))
    assert [(zone.zone, zone.before, zone.after) for zone in plan.zones] == [
        ("N", 6, 4),
        ("S", 3, 2),
    ]


def test_officers_of_no_zone_are_taken_first():
    plan = plan_joint(
        (Site("hall", 1),),
        force("""
            01 N - 4
            02 - - 5
            03 S - 5
        """),
        within_ms=5 * MINUTE_MS,
        soonest=False,
    )
    assert drawn(plan) == "hall: 02"


def test_a_floor_keeps_officers_in_their_zone():
    officers = """
        01 N - 4
        02 N - 5
        03 S - 9
    """
    assert drawn(plan_joint((Site("hall", 2),), force(officers))) == "hall: 01 02"
    kept = plan_joint((Site("hall", 2),), force(officers, floor={"N": 1}))
    assert drawn(kept) == "hall: 01 03"
    assert kept.last_ms == 9 * MINUTE_MS
    assert [zone.after for zone in kept.zones] == [1, 0]
    none = plan_joint((Site("hall", 2),), force(officers, floor={"N": 2}))
    assert [(s.site, s.missing, s.able) for s in none.shortages] == [("hall", 1, 3)]


def test_sooner_comes_before_sparing_a_zone():
    officers = force("""
        01 N - 4
        02 - - 8
    """)
    assert drawn(plan_joint((Site("hall", 1),), officers)) == "hall: 01"
    spared = plan_joint((Site("hall", 1),), officers, within_ms=8 * MINUTE_MS, soonest=False)
    assert drawn(spared) == "hall: 02"


def test_no_road_leads_there():
    plan = plan_joint((Site("isle", 1),), force("01 N - -"))
    assert (plan.feasible, plan.last_ms, plan.parties) == (False, None, ())
    assert [(s.site, s.missing, s.able) for s in plan.shortages] == [("isle", 1, 0)]


def test_an_exchange_that_would_help_proves_a_plan_wrong():
    roles = Roles(
        site=np.array([0, 1]),
        skill=(None, None),
        need=np.array([1, 1]),
        travel_ms=np.array([[1, 2], [2, 9]]),
        may=np.ones((2, 2), dtype=np.bool_),
    )
    pool = Pool(zone=np.array([NO_ZONE, NO_ZONE]), cap=np.zeros(0, dtype=np.int64))
    nobody = np.zeros(0, dtype=np.int64)
    assert is_cheapest(roles, pool, nobody, np.array([1, 0]))
    assert not is_cheapest(roles, pool, nobody, np.array([0, 1]))
    assert not is_cheapest(roles, pool, nobody, np.array([0, -1]))


def test_more_than_a_hundred_officers_to_six_sites(count):
    """102 officers, 17 each, six of them for tourism and two of the laboratory."""
    for seed in range(count(reduced=2, full=20)):
        rng = np.random.default_rng(seed)
        n = 2_000
        sites = tuple(Site(f"agency {row}", 17, (("lab", 2), ("law", 6))) for row in range(6))
        officers = Force(
            officers=tuple(f"{row:05}" for row in range(n)),
            may_go=rng.random(n) < 0.8,
            skilled={"lab": rng.random(n) < 0.05, "law": rng.random(n) < 0.2},
            travel_ms=rng.integers(60_000, 3_600_000, (n, 6)),
            zones=tuple(f"Z{row:02}" for row in range(14)),
            zone=rng.integers(-1, 14, n),
            floor=np.full(14, 60),
        )
        plan = plan_joint(sites, officers)
        assert plan.feasible
        assert plan.proven
        assert sum(len(party.members) for party in plan.parties) == 102
        assert all(zone.after >= 60 for zone in plan.zones)
        again = plan_joint(sites, officers)
        assert again == plan


@pytest.mark.parametrize(
    ("site", "says"),
    [
        (lambda: Site("A", 0), "begin at 1"),
        (lambda: Site("A", 2, (("lab", 1), ("lab", 1))), "twice"),
        (lambda: Site("A", 1, (("lab", 2),)), "ask for at least 2"),
    ],
)
def test_a_site_that_makes_no_sense_is_refused(site, says):
    with pytest.raises(BadValue, match=says):
        site()


def test_a_force_out_of_shape_is_refused():
    officers = force("01 N - 3")
    for change, says in [
        ({"officers": ("01", "02")}, "differ in length"),
        ({"zone": np.array([5])}, "not among its zones"),
    ]:
        with pytest.raises(BadValue, match=says):
            replace(officers, **change)
    with pytest.raises(BadValue, match="ascending"):
        force("02 N - 3\n01 N - 3")
    for sites, says in [
        ((), "at least one"),
        ((Site("A", 1), Site("A", 1)), "share one id"),
        ((Site("A", 1), Site("B", 1)), "one travel time for each"),
    ]:
        with pytest.raises(BadValue, match=says):
            plan_joint(sites, officers)
