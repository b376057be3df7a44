"""Whom a decision sends, and by which clock it is judged; a gap of four columns takes a minute."""

from dataclasses import replace
from datetime import timedelta

import pytest
from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from dispatch.assignment import ArrivalClock, Assignment, Decision, Departure, Picked, clock_for
from dispatch.assignment_terms import read_terms, standard_terms
from dispatch.candidate import Need
from dispatch.choice import ProposalKind
from dispatch.incident import Incident
from dispatch.matter import Triage
from dispatch.picking import Pick, pick
from dispatch.scene import look_at
from dispatch.under_way import complete_after_s
from dispatch.unit import DutyStatus
from geo.errors import BadValue, Conflict, UnknownName

STREET = town("1---2---3---4---x---5---6---7")
MINUTE = timedelta(minutes=1)


def picked(drawn: TownCity, wanted: Pick, *matters: str) -> Picked:
    suggestion = drawn.suggest("x", *matters, k=2)
    return pick(wanted, suggestion, drawn.whereabouts())


@pytest.mark.parametrize(
    ("wanted", "unit", "departure", "rank"),
    [
        (Pick(rank=1), "4", Departure.FOLLOWED, 1),
        (Pick(unit="4"), "4", Departure.FOLLOWED, 1),
        (Pick(officers=("4-1", "4-0")), "4", Departure.FOLLOWED, 1),
        (Pick(rank=2), "2", Departure.LOWER_RANK, 2),
        (Pick(unit="1"), "1", Departure.OVERRIDE, None),
        (Pick(officers=("4-0", "1-0")), "HOME", Departure.OVERRIDE, None),
        (Pick(officers=("1-0", "1-1")), "1", Departure.OVERRIDE, None),
    ],
)
def test_a_decision_follows_takes_a_lower_rank_or_overrides(wanted, unit, departure, rank):
    taken = picked(TownCity(STREET, home="124"), wanted)
    assert (taken.unit, taken.departure, taken.rank) == (unit, departure, rank)


def test_what_spoke_against_an_override_is_kept_with_it():
    drawn = TownCity(STREET, home="124", crews={"1": Crew(position_age_s=3600)})
    taken = picked(drawn, Pick(unit="1"))
    assert [remark.code for remark in taken.against] == ["stale_position"]
    lone = TownCity(STREET, home="124", crews={"1": Crew(certified=1, auxiliaries=1)})
    taken = picked(lone, Pick(unit="1"))
    assert [remark.code for remark in taken.against] == ["too_few_certified"] * 2
    assert taken.officers == ("1-0", "1-aux0")


def test_nobody_is_sent_who_is_off_duty_or_at_work_elsewhere():
    drawn = TownCity(STREET, home="14", crews={"1": Crew(status=DutyStatus.BUSY)})
    with pytest.raises(Conflict, match="crew 1 can be sent: 1-0 is busy, 1-1 is busy"):
        picked(drawn, Pick(unit="1"))
    suggestion = drawn.suggest("x")
    later = drawn.whereabouts().with_status({"4-1": DutyStatus.OFF_DUTY})
    with pytest.raises(Conflict, match="Officer 4-1 is off duty"):
        pick(Pick(rank=1), suggestion, later)
    called = pick(
        Pick(unit="1"), suggestion, drawn.whereabouts(), called_off=frozenset({"1-0", "1-1"})
    )
    assert called.officers == ("1-0", "1-1")


def test_what_is_not_there_is_named():
    drawn = TownCity(STREET, home="4")
    with pytest.raises(UnknownName, match="1 proposals of kind grid, none of rank 2"):
        picked(drawn, Pick(rank=2))
    with pytest.raises(UnknownName, match="no crew or drone 'HOME'"):
        picked(drawn, Pick(unit="HOME"))
    with pytest.raises(UnknownName, match="no officer 'x'"):
        picked(drawn, Pick(officers=("x",)))
    with pytest.raises(BadValue, match="one of three"):
        Pick(rank=1, unit="4")
    with pytest.raises(BadValue, match="one of three"):
        Pick()


def test_securing_the_place_and_the_case_are_picked_apart():
    drawn = TownCity(STREET, home="4", squad="7")
    assert picked(drawn, Pick(rank=1), "H1", "T1").kind == ProposalKind.SPECIALIST
    secures = picked(drawn, Pick(rank=1, kind=ProposalKind.SECURE), "H1", "T1")
    assert (secures.unit, secures.kind) == ("4", ProposalKind.SECURE)


def sent(kind: ProposalKind, at, **more: object) -> Assignment:
    clock = ArrivalClock(NOW - 5 * MINUTE, at, 600.0)
    who = Picked(kind, "1", ("1-0",), Departure.FOLLOWED, 1, 60.0)
    fields = {"policy": "nearest", "routing": "single_domain", "matters": ("H1",)}
    one = Assignment("I", "S", who, Decision(at, "li"), clock, at + 30 * MINUTE, **fields)
    return replace(one, **more)


def test_the_first_clock_runs_until_somebody_is_there():
    suggestion = TownCity(STREET, home="4").suggest("x")
    first = sent(ProposalKind.GRID, NOW - 3 * MINUTE, released_at=NOW - 2 * MINUTE)

    def clock(*earlier: Assignment) -> ArrivalClock:
        return clock_for(ProposalKind.GRID, suggestion, earlier, received_at=NOW, now=NOW)

    assert clock() == ArrivalClock(NOW, NOW, 900.0)
    assert clock(first) == first.clock, "called off, the clock runs on"
    assert clock(first).left_s(NOW) == 600 - 180
    assert clock(sent(ProposalKind.SECURE, NOW), first) == first.clock
    assert clock(sent(ProposalKind.SECURE, NOW)).dispatched_at == NOW, "another clock"
    assert clock(replace(first, arrived_at=NOW)).dispatched_at == NOW, "it has stopped"


def test_a_drone_that_looks_first_does_not_stop_the_clock_of_the_arrival():
    suggestion = TownCity(STREET, home="4").suggest("x")
    looked = sent(ProposalKind.FIRST_LOOK, NOW - MINUTE, arrived_at=NOW)
    case = sent(ProposalKind.GRID, NOW - 2 * MINUTE)
    found = clock_for(ProposalKind.GRID, suggestion, (case, looked), received_at=NOW, now=NOW)
    assert found == case.clock


def after_s(drawn: TownCity, *officers: str, need: Need | None = None) -> float | None:
    whereabouts = drawn.whereabouts()
    scene = look_at(Incident(STREET.lon_lat["x"], ("H1",), NOW), whereabouts.city, now=NOW)
    wanted = need or Need()
    return complete_after_s(whereabouts, officers, scene.destination, wanted, now=NOW)


def test_officers_under_way_are_timed_whatever_they_are_busy_with():
    busy = {"1": Crew(status=DutyStatus.BUSY, skills=())}
    drawn = TownCity(STREET, home="14", crews=busy, standing={"1-1": "3"})
    assert after_s(drawn, "1-0", "1-1") == 240
    assert after_s(drawn, "1-1") == 120, "too few to be complete: when the last is there"
    assert after_s(drawn, "1-1", "4-0") == 120
    skilled = replace(drawn, skills={"1-0": ("lab",)})
    assert after_s(skilled, "1-0", "1-1", "4-0", need=Need(2, ("lab",))) == 240


def test_officers_who_went_home_or_fell_silent_are_not_counted_on():
    silent = TownCity(STREET, home="4", crews={"4": Crew(position_age_s=1300)})
    assert after_s(silent, "4-0", "4-1") is None
    home = TownCity(STREET, home="4", off_duty=["4-0", "4-1"])
    assert after_s(home, "4-0", "4-1") is None
    assert after_s(home, "nobody") is None


def test_the_terms_that_come_with_the_program_are_sound():
    terms = standard_terms()
    assert terms.check("local_knowledge", "").said.zh
    with pytest.raises(BadValue, match="needs a reason; give one of local_knowledge"):
        terms.check(None, "because")
    with pytest.raises(UnknownName, match="no reason 'luck'"):
        terms.check("luck", "")
    with pytest.raises(BadValue, match="says nothing without a note"):
        terms.check("other", " ")
    assert terms.stays_s(Triage.SIMPLE) < terms.stays_s(Triage.COMPLEX)
    assert terms.stays_s(None) > 0


GOOD = """
[reason.why]
zh = "因"
en = "Because"
[suggestion]
valid_s = 60
[on_scene_s]
simple = 1
general = 2
complex = 3
unknown = 4
"""


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        ('zh = "因"', "", "needs the texts zh and en"),
        ("[reason.why]", "[reason.why", "no TOML"),
        ("[reason.why]", "[other.why]", "list no reason"),
        ("valid_s = 60", "valid = 60", "table suggestion gives seconds"),
        ("simple = 1", "simple = -1", "on_scene_s.simple is a number of seconds"),
        ("simple = 1", "simple = true", "on_scene_s.simple is a number of seconds"),
        ("[suggestion]", 'needs_note = "no"\n[suggestion]', "needs_note is true or false"),
    ],
)
def test_terms_that_make_no_sense_are_refused(good, bad, sentence):
    assert read_terms(GOOD).valid_s == 60
    with pytest.raises(BadValue, match=sentence):
        read_terms(GOOD.replace(good, bad))
