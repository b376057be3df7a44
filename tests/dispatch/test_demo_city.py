"""The generated city through the store: without a finding, and hard where it is meant to be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from dispatch.incident import Incident
from dispatch.routing import CaseKind
from dispatch.store.cities import read_city, read_statuses
from dispatch.store.city_folder import load_city_folder
from dispatch.store.engine import Store, open_store
from dispatch.store.incidents import list_incidents
from dispatch.store.positions import read_positions
from dispatch.suggestion import Suggestion, suggest
from dispatch.unit import DutyStatus
from dispatch.whereabouts import NEVER_MS, Whereabouts, locate_officers
from fixtures.coast import across_the_bay, island_centre
from fixtures.demo_city import AS_OF, write_demo_city
from fixtures.preset import Preset
from geo.road.straight_line import StraightLineTravelTimes
from geo.road.travel_time import UNREACHABLE_MS

NOW: datetime = AS_OF


@pytest.fixture(scope="module")
def demo_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("demo")
    write_demo_city(folder / "city", preset=Preset.SMALL)
    store = open_store(f"sqlite:///{folder / 'demo.gpkg'}", create=True)
    with store.session() as session:
        load_city_folder(folder / "city", session)
        session.commit()
    yield store
    store.close()


@pytest.fixture(scope="module")
def officers(demo_store: Store) -> Whereabouts:
    city = read_city(demo_store)
    with demo_store.reading() as session:
        return locate_officers(city, read_positions(session), read_statuses(session))


def ask(officers: Whereabouts, at: tuple[float, float], *matters: str) -> Suggestion:
    return suggest(Incident(at, matters, NOW), officers, now=NOW)


def test_every_open_incident_gets_an_answer_with_a_zone_and_a_reason(demo_store, officers):
    with demo_store.reading() as session:
        incidents = list_incidents(session)
    assert len(incidents) >= 8
    for incident in incidents:
        suggestion = suggest(incident, officers, now=NOW)
        assert suggestion.zone is not None
        assert suggestion.areas[0].tier == "city"
        assert suggestion.holder.unit is not None
        for proposal in suggestion.proposals:
            assert len(proposal.reasons) >= 2
            assert len(proposal.route) >= 2


def nearest_ms(officers: Whereabouts, officer_ms: np.ndarray) -> dict[str, int]:
    """Travel time of the nearest officer of each crew."""
    roster = officers.city.roster
    return {
        crew.code: officer_ms[roster.members(row)].min() for row, crew in enumerate(roster.crews)
    }


def test_across_the_bay_the_crew_nearest_by_road_wins_over_six_nearer_by_air(officers):
    best = ask(officers, across_the_bay()).proposals[0]
    place = np.array([across_the_bay()])
    engines = officers.city.travel_times.items()
    by_road = nearest_ms(
        officers, officers.travel_ms({mode: engine.join(place) for mode, engine in engines})
    )
    air = StraightLineTravelTimes(speed_mps=10, why="to compare")
    located = np.flatnonzero(officers.on_road)
    air_ms = np.full(len(officers.status), NEVER_MS)
    air_ms[located] = air.matrix(officers.joins.take(located), air.join(place))[:, 0]
    by_air = nearest_ms(officers, air_ms)
    beaten = [
        crew
        for crew in by_air
        if by_air[crew] < by_air[best.unit] and by_road[crew] > best.travel_time_s * 1000
    ]
    assert len(beaten) >= 6


def test_on_the_island_no_mainland_crew_claims_to_be_there_in_time(officers):
    island = ask(officers, island_centre()).holder.unit
    roster = officers.city.roster
    islanders = {
        officer.id: DutyStatus.OFF_DUTY
        for officer, crew in zip(roster.officers, roster.crew_of.tolist(), strict=True)
        if roster.brigade_of[crew] == island
    }
    mainland_only = ask(officers.with_status(islanders), island_centre())
    assert all(proposal.mutual_aid for proposal in mainland_only.proposals)
    assert not any(proposal.meets_target for proposal in mainland_only.proposals)
    last = mainland_only.findings[-1].code
    assert last == ("none_in_time" if mainland_only.proposals else "no_candidate")


def slow_ranking(officers: Whereabouts, suggestion: Suggestion) -> list[tuple[float, str]]:
    """Rank the brigade's crews one officer at a time, by the book."""
    city = officers.city
    place = np.array([suggestion.lon_lat])
    ranking = []
    for crew in city.roster.crews:
        row = city.roster.crew_row[crew.code]
        if city.roster.brigade_of[row] != suggestion.holder.unit:
            continue
        engine, times_ms = city.travel_times[crew.mode], []
        for officer in city.officers:
            fix = officers.positions.fixes.get(officer.id)
            free = officers.statuses()[officer.id] == DutyStatus.AVAILABLE
            if officer.crew != crew.code or not officer.certified or not free or fix is None:
                continue
            if (NOW - fix.time).total_seconds() > 1200:
                continue
            here = engine.join(np.array([fix.lon_lat]))
            ms = int(engine.matrix(here, engine.join(place))[0, 0])
            if ms != UNREACHABLE_MS:
                times_ms.append(ms)
        if len(times_ms) >= 2:
            ranking.append((sorted(times_ms)[1] / 1000, crew.code))
    return sorted(ranking)


def test_the_ranking_is_that_of_asking_officer_by_officer(officers):
    rng = np.random.default_rng(7)
    city = officers.city
    matter = min(city.matters)
    nodes = city.travel_times["car"].network.node_lon_lat
    checked = 0
    for lon, lat in nodes[rng.integers(len(nodes), size=12)].tolist():
        suggestion = ask(officers, (lon, lat), matter)
        if suggestion.case != CaseKind.GRID or not suggestion.proposals:
            continue
        own = [
            (proposal.travel_time_s, proposal.unit)
            for proposal in suggestion.proposals
            if not proposal.mutual_aid and proposal.kind == "grid"
        ]
        assert own == slow_ranking(officers, suggestion)[: len(own)]
        checked += len(own)
    assert checked >= 5
