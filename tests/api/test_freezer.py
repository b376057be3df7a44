"""Freezer: the present and what coverage was counted from are asked for by turns."""

from __future__ import annotations

from datetime import timedelta

from spec.town import town
from spec.town_city import NOW, Crew, TownCity

from api.freezer import Freezer
from dispatch.frozen import freeze
from dispatch.whereabouts import Whereabouts
from geo.position import Fix

STREET = town("1---2---3---4")
CITY = TownCity(STREET, home="123", next_door="4", crews={"2": Crew(), "3": Crew()})


def after_a_step(whereabouts: Whereabouts) -> Whereabouts:
    """The same with one officer further on."""
    officer = whereabouts.city.roster.officers[0].id
    moved, results = whereabouts.moved(
        [Fix(officer, STREET.lon_lat["2"], NOW + timedelta(seconds=30))],
        now=NOW + timedelta(seconds=30),
    )
    assert results[0].accepted
    return moved


def test_two_snapshots_asked_for_by_turns_are_each_frozen_once():
    counted = CITY.whereabouts()
    present = after_a_step(counted)
    freezer = Freezer()
    first = [freezer(counted), freezer(present)]
    again = [freezer(counted), freezer(present)]
    assert [one is other for one, other in zip(first, again, strict=True)] == [True, True]


def test_the_bytes_are_those_of_freezing_anew():
    counted = CITY.whereabouts()
    present = after_a_step(counted)
    freezer = Freezer()
    for one in (counted, present, counted, present):
        assert freezer(one).digest == freeze(one).frozen.digest
