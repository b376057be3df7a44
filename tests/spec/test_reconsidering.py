"""A dispatch is looked at again, in a drawn town; a gap of four columns takes a minute by car."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from dispatch.assignment import ArrivalClock, Assignment, Decision, Outcome
from dispatch.incident import Incident
from dispatch.incident_state import WORKED_ON, State
from dispatch.picking import Pick, pick
from dispatch.reconsidering import (
    Look,
    SecondThought,
    Watched,
    look_again,
)
from dispatch.second_thoughts import Rule, Trigger
from dispatch.second_thoughts_file import read_rule, standard_rule
from dispatch.suggestion import suggest
from dispatch.thought_reason import said_of
from dispatch.unit import DutyStatus
from dispatch.whereabouts import Whereabouts
from geo.errors import BadValue
from geo.road.customise import NEVER
from geo.road.metric import weigh
from geo.road.road_class import Mode

MINUTE = timedelta(minutes=1)
BUSY = Crew(status=DutyStatus.BUSY)
RULE = Rule()
RIVER = town("""
    1---2---3---x---y---4---5
        |       |
        c---d---e
""")


def watched(drawn: TownCity, **more: object) -> Watched:
    """An incident at x for which somebody has just been suggested."""
    incident = Incident(RIVER.lon_lat["x"], ("H1",), NOW, id="I")
    made = suggest(incident, drawn.whereabouts(), now=NOW)
    return Watched(incident, made, "S", **more)


def sent(watched: Watched, drawn: TownCity, rank: int = 1) -> Watched:
    """The same once a crew is on its way."""
    going = pick(Pick(rank=rank), watched.suggestion, drawn.whereabouts())
    clock = ArrivalClock(NOW, NOW, watched.suggestion.arrival_target_s)
    assignment = Assignment(
        "I", "S", going, Decision(NOW, "li"), clock, NOW + 60 * MINUTE, "nearest", "r", (), id="A"
    )
    return replace(watched, assignments=(*watched.assignments, assignment))


def later(drawn: TownCity, **standing: str) -> TownCity:
    """The same town when some of its crews have moved."""
    away = {f"{crew[1:]}-{n}": place for crew, place in standing.items() for n in range(2)}
    return replace(drawn, standing={**drawn.standing, **away})


def look(one: Watched, drawn: TownCity, minutes: float, before: Look | None = None) -> Look:
    ways = before.ways if before else ()
    seen = look_again(one, drawn.whereabouts(), RULE, now=NOW + minutes * MINUTE, ways=ways)
    assert seen is not None
    return seen


def busy(drawn: TownCity, *crews: str) -> TownCity:
    return replace(drawn, crews={**drawn.crews, **dict.fromkeys(crews, BUSY)})


def test_a_crew_that_drives_as_it_said_is_no_news():
    start = TownCity(RIVER, home="14")
    one = sent(watched(start), start)
    assert one.going is not None
    assert one.going.picked.unit == "4", "two minutes away"
    seen = look(one, later(busy(start, "4"), _4="y"), 1)
    assert (seen.why, seen.outlook.eta_s, seen.outlook.due_s) == ((), 60, 840)


def test_a_better_crew_that_frees_up_is_news():
    start = busy(TownCity(RIVER, home="15y"), "y")
    one = sent(watched(start), start)
    assert one.going is not None
    assert (one.going.picked.unit, one.going.picked.eta_s) == ("1", 180)
    now_free = replace(busy(start, "1"), crews={"1": BUSY})
    seen = look(one, later(now_free), 1)
    assert seen.why == (Trigger.BETTER_CREW,)
    assert (seen.outlook.best_crew, seen.outlook.best_eta_s) == ("y", 60)
    assert "y would be there in 1.0 min, 1 in 3.0 min" in said_of(seen.why[0], seen.outlook).en
    told = SecondThought("I", "A", NOW + MINUTE, seen.why, "S", "S2", seen.outlook)
    again = replace(one, last=told)
    assert look(again, later(now_free), 3).why == (), "it has been said"


def test_a_crew_that_makes_no_way_slips_and_loses_its_target():
    start = TownCity(RIVER, home="1", arrival_target_s=240)
    one = sent(watched(start), start)
    seen = look(one, later(busy(start, "1")), 3.5)
    assert seen.why == (Trigger.ARRIVAL_SLIPS, Trigger.TARGET_IS_LOST)
    assert seen.outlook.due_s == 240 - 210
    told = SecondThought("I", "A", NOW + 3.5 * MINUTE, seen.why, "S", "S2", seen.outlook)
    assert look(replace(one, last=told), later(busy(start, "1")), 5).why == ()


def test_so_soon_after_the_decision_only_a_lost_crew_is_news():
    start = busy(TownCity(RIVER, home="15y"), "y")
    one = sent(watched(start), start)
    free = replace(start, crews={"1": BUSY})
    assert look(one, later(free), 0.5).why == ()
    gone = replace(free, off_duty=["1-0", "1-1"])
    lost = look(one, later(gone), 0.5)
    assert lost.why == (Trigger.CREW_IS_LOST,)
    told = SecondThought("I", "A", NOW + MINUTE / 2, lost.why, "S", "S2", lost.outlook)
    assert look(replace(one, last=told), later(gone), 2).why == ()


def test_a_road_closed_on_the_way_is_news_and_one_elsewhere_is_not():
    start = busy(TownCity(RIVER, home="1"), "1")
    one = sent(watched(TownCity(RIVER, home="1")), TownCity(RIVER, home="1"))
    first = look(one, start, 1)
    assert first.why == ()
    for street, why in (
        ("3x", (Trigger.ROAD_CLOSED, Trigger.ARRIVAL_SLIPS)),
        ("45", ()),
    ):
        whereabouts = start.whereabouts()
        close(whereabouts, street)
        seen = look_again(one, whereabouts, RULE, now=NOW + 2 * MINUTE, ways=first.ways)
        assert seen is not None
        assert seen.why == why


def close(whereabouts: Whereabouts, street: str) -> None:
    """Close a street of the town to cars, both ways."""
    engine = whereabouts.city.travel_times[Mode.CAR]
    network = engine.network
    ends = {RIVER.names.index(name) for name in street}
    pairs = zip(network.edge_tail.tolist(), network.edge_head.tolist(), strict=True)
    closed = [set(pair) == ends for pair in pairs]
    edge_ms = engine.metric.edge_ms.copy()
    edge_ms[np.array(closed)] = NEVER
    engine.swap(weigh(engine.roads, edge_ms, version="closed"))


def test_a_suggestion_nobody_has_acted_on_is_looked_at_too():
    start = TownCity(RIVER, home="145")
    one = watched(start)
    assert look(one, later(start), 2).why == ()
    taken = look(one, later(busy(start, "4")), 0.2)
    assert taken.why == (Trigger.CREW_IS_LOST,)
    assert taken.outlook.best_crew in {"1", "5"}
    away = look(one, later(start, _4="1"), 2)
    assert Trigger.BETTER_CREW not in away.why, "5 is not two minutes sooner"


def test_whoever_is_called_off_leaves_an_incident_that_waits_and_its_clock_runs():
    start = TownCity(RIVER, home="14")
    one = sent(watched(start), start)
    (assignment,) = one.assignments
    off = replace(assignment, released_at=NOW + MINUTE, outcome=Outcome.CALLED_OFF)
    left = replace(one, assignments=(off,))
    seen = look(left, later(start), 2)
    assert seen.why == (Trigger.CREW_IS_LOST,)


@pytest.mark.parametrize(
    "change",
    [
        {"arrived_at": NOW + MINUTE},
        {"released_at": NOW + MINUTE, "outcome": Outcome.DONE},
    ],
)
def test_once_somebody_is_there_or_it_is_done_nobody_waits(change):
    start = TownCity(RIVER, home="14")
    one = sent(watched(start), start)
    settled = replace(one, assignments=(replace(one.assignments[0], **change),))
    assert look_again(settled, start.whereabouts(), RULE, now=NOW + 2 * MINUTE) is None


@pytest.mark.parametrize("state", sorted(set(State) - set(WORKED_ON)))
def test_nobody_is_suggested_anew_for_what_is_cancelled_handed_off_or_dealt_with(state):
    start = TownCity(RIVER, home="14")
    one = watched(start)
    over = replace(one, incident=replace(one.incident, state=state))
    assert look_again(over, start.whereabouts(), RULE, now=NOW + 2 * MINUTE) is None


def test_the_rule_that_comes_with_the_program_is_sound():
    rule = standard_rule()
    assert rule.better_by_s == RULE.better_by_s
    assert rule.graver_by == 2
    assert read_rule("not_within_s = 5").better_by_s is None, "left out means never"
    with pytest.raises(BadValue, match="no 'faster'"):
        read_rule("faster = 1")
    with pytest.raises(BadValue, match="on_closure can't be 1"):
        read_rule("on_closure = 1")
    with pytest.raises(BadValue, match="slips_by_s can't be 'long'"):
        read_rule('slips_by_s = "long"')
    with pytest.raises(BadValue, match="no TOML"):
        read_rule("=")
    with pytest.raises(BadValue, match="begin at 0"):
        read_rule("watch_for_s = -1")
    with pytest.raises(BadValue, match="most_at_once begins at 1"):
        read_rule("most_at_once = 0")
