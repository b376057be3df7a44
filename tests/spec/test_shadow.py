"""A policy run beside the live one: the differences planted in a drawn town are found again."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from api.shadow_run import run_shadow
from dispatch import desk
from dispatch.incident import Incident
from dispatch.policy_file import standard_policies
from dispatch.question import Question, ask
from dispatch.shadow import Compared, First, ask_beside, compare, report
from dispatch.store.engine import open_store
from dispatch.store.suggestions import prune_tracks
from dispatch.unit import DutyStatus

POLICIES = standard_policies()
STREET = town("1---2---3---x---5---6---7---8---y")
HOME = TownCity(STREET, home="18", next_door="3")


def question(at: str = "x", *, after_s: float = 0) -> Question:
    now = NOW + timedelta(seconds=after_s)
    return Question(Incident(STREET.lon_lat[at], ("H1",), now), now, POLICIES["nearest"])


def both(drawn: TownCity, policy: str, at: str = "x") -> Compared:
    """A question answered by ``nearest`` and by another policy."""
    whereabouts, asked = drawn.whereabouts(), question(at)
    live = ask(asked, whereabouts)
    return compare(live, ask_beside(asked, whereabouts, POLICIES[policy]), "S1")


def test_a_planted_difference_is_found_with_what_it_would_have_meant():
    """At x the own crew 1 is there after 180 s, and 3 of next door after 60 s."""
    pair = both(HOME, "borderless")
    assert pair.differs
    assert (pair.live.unit, pair.shadow.unit, pair.extra_s) == ("1", "3", -120)
    assert (pair.live.mutual_aid, pair.shadow.mutual_aid) == (False, True)


def test_where_both_send_the_same_crew_nothing_differs():
    pair = both(HOME, "borderless", at="y")
    assert (pair.live.unit, pair.shadow.unit) == ("8", "8")
    assert not pair.differs
    assert pair.extra_s == 0


def test_a_policy_beside_itself_differs_nowhere():
    pair = both(HOME, "nearest")
    assert not pair.differs
    assert pair.live == pair.shadow


def test_nobody_against_somebody_is_a_difference_without_seconds():
    lonely = replace(HOME, home="", next_door="3", crews={"3": Crew(status=DutyStatus.BUSY)})
    none = both(lonely, "borderless")
    assert (none.live, none.shadow, none.differs) == (None, None, False)
    one = replace(none, shadow=FIRST)
    assert one.differs
    assert one.extra_s is None


FIRST = First(
    unit="1",
    crew=("1-0", "1-1"),
    eta_s=100.0,
    meets_target=True,
    mutual_aid=False,
    p_in_target=0.8,
    price=0.02,
    weighed=True,
)
OTHER = replace(FIRST, unit="2", crew=("2-0", "2-1"), eta_s=160.0, p_in_target=0.9, price=0.0)
LATE = First(
    unit="3",
    crew=("3-0", "3-1"),
    eta_s=1_000.0,
    meets_target=False,
    mutual_aid=True,
    p_in_target=None,
    price=None,
    weighed=False,
)


def pair_of(live: First | None, shadow: First | None, number: str = "S") -> Compared:
    return Compared(number, NOW, ("H1",), "Z1", "nearest", live, shadow)


def test_a_report_adds_up_to_what_was_worked_by_hand():
    pairs = [
        pair_of(FIRST, OTHER, "S1"),
        pair_of(OTHER, FIRST, "S3"),
        pair_of(FIRST, FIRST, "S2"),
        pair_of(FIRST, LATE, "S4"),
        pair_of(None, None, "S5"),
    ]
    made = report(POLICIES["surest"], pairs, ["track_gone", "track_gone", "other_city"])
    assert (made.asked, made.differ, made.sooner, made.later) == (5, 3, 1, 2)
    assert dict(made.gone) == {"other_city": 1, "track_gone": 2}
    assert dict(made.live_policies) == {"nearest": 5}
    assert (made.eta_s.live, made.eta_s.shadow, made.eta_s.of) == (115, 340, 4)
    assert made.p_in_target.of == made.price.of == 3
    assert made.p_in_target.live == pytest.approx(2.5 / 3)
    assert made.price.shadow == pytest.approx(0.04 / 3)
    assert (made.in_time_live.hits, made.in_time_shadow.hits, made.in_time_live.of) == (4, 3, 5)
    assert (made.aid_live, made.aid_shadow, made.not_weighed) == (0, 1, 1)
    assert [pair.suggestion for pair in made.differences] == ["S1", "S3", "S4"]


def test_a_report_of_nothing_is_empty():
    made = report(POLICIES["surest"], [])
    assert (made.asked, made.differ, made.eta_s.live, made.in_time_live.share) == (0, 0, None, None)


def test_stored_suggestions_are_asked_again_where_they_were_frozen(tmp_path):
    """Asked at x twice and at y once; since then crew 3 has been made busy, which counts not."""
    whereabouts = HOME.whereabouts()
    with closing(open_store(f"sqlite:///{tmp_path / 's.gpkg'}", create=True)) as store:
        with store.session() as session:
            for number, at in enumerate("xyx"):
                asked = question(at, after_s=60 * number)
                desk.keep(session, desk.draw_up(asked.incident, whereabouts, now=asked.now))
            session.commit()
        with store.reading() as session:
            made = run_shadow(session, whereabouts.city, POLICIES["borderless"])
            part = run_shadow(
                session,
                whereabouts.city,
                POLICIES["borderless"],
                since=NOW + timedelta(seconds=60),
                until=NOW + timedelta(seconds=120),
            )
            newest = run_shadow(session, whereabouts.city, POLICIES["borderless"], most=1)
            changed = replace(whereabouts.city, name_en="another town")
            gone = run_shadow(session, changed, POLICIES["borderless"])
    assert (made.in_period, made.asked, made.differ, made.sooner) == (3, 3, 2, 2)
    assert [pair.extra_s for pair in made.differences] == [-120, -120]
    assert (made.differences[0].live.unit, made.differences[0].shadow.unit) == ("1", "3")
    assert (part.in_period, part.differ) == (1, 0)
    assert (newest.in_period, newest.asked, newest.differ) == (3, 1, 1)
    assert (gone.asked, gone.gone) == (0, {"other_city": 3})


def test_a_track_that_is_gone_is_counted_not_guessed(tmp_path):
    whereabouts, asked = HOME.whereabouts(), question()
    opened = open_store(f"sqlite:///{tmp_path / 's.gpkg'}", create=True)
    with closing(opened) as store, store.session() as session:
        desk.keep(session, desk.draw_up(asked.incident, whereabouts, now=asked.now))
        prune_tracks(session, before=NOW + timedelta(days=1))
        made = run_shadow(session, whereabouts.city, POLICIES["borderless"])
    assert (made.in_period, made.asked, made.gone) == (1, 0, {"track_gone": 1})


def test_a_shadow_that_weighs_work_says_where_it_could_not():
    whereabouts, asked = HOME.whereabouts(), question()
    live = ask(asked, whereabouts)
    pair = compare(live, ask_beside(asked, whereabouts, POLICIES["fair_work"]))
    assert report(POLICIES["fair_work"], [pair]).not_weighed == 1
    work_s = np.array([7_200.0 * (one.crew == "1") for one in whereabouts.city.officers])
    whereabouts = whereabouts.with_duty(replace(whereabouts.duty, work_s=work_s))
    pair = compare(live, ask_beside(asked, whereabouts, POLICIES["fair_work"]))
    made = report(POLICIES["fair_work"], [pair])
    assert (made.not_weighed, made.differ, made.later) == (0, 1, 1)
    assert pair.shadow.unit == "8"
