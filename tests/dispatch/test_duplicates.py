"""Which reports nearby may be of the same thing, by place, time and matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.duplicates import Alike, find_duplicates, read_rule, standard_rule
from dispatch.incident import Incident, IncidentKind
from dispatch.incident_state import ENDED, State
from dispatch.matter import Matter, MatterKind, Triage
from geo.errors import BadValue

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HERE = (109.12, 21.48)
METRE = 1 / 111_195.0
"""Degrees of latitude, roughly."""

KNOWN = {
    code: Matter(code, code, code, code[0], MatterKind.PENALTY, 2, Triage.SIMPLE)
    for code in ("H1", "H2", "T1")
}


def incident(*, north_m: float = 0.0, ago_s: float = 0.0, matters: tuple[str, ...] = ("H1",)):
    return Incident(
        lon_lat=(HERE[0], HERE[1] + north_m * METRE),
        matters=matters,
        reported_at=NOW - timedelta(seconds=ago_s),
        id=f"{north_m}-{ago_s}-{matters}",
    )


def found(*among: Incident, matters: tuple[str, ...] = ("H1",)):
    place = {"lon_lat": HERE, "matters": matters, "known": KNOWN}
    return find_duplicates(among, **place, now=NOW, rule=standard_rule())


@pytest.mark.parametrize(
    ("matters", "asked", "alike", "radius_m", "within_s"),
    [
        (("H1",), ("H1",), Alike.SAME_MATTER, 300, 86_400),
        (("H2",), ("H1",), Alike.SAME_DOMAIN, 150, 43_200),
        ((), ("H1",), Alike.UNNAMED, 100, 21_600),
        (("H1",), (), Alike.UNNAMED, 100, 21_600),
    ],
)
def test_the_liker_the_matter_the_farther_and_the_longer(matters, asked, alike, radius_m, within_s):
    near = incident(north_m=radius_m - 2, ago_s=within_s, matters=matters)
    assert [one.alike for one in found(near, matters=asked)] == [alike]
    for flaw in ({"north_m": radius_m + 2}, {"ago_s": within_s + 1}):
        assert not found(incident(**flaw, matters=matters), matters=asked)


def test_another_domain_is_another_thing():
    assert not found(incident(matters=("T1",)))


def test_what_has_ended_or_was_planned_is_none():
    assert found(incident())
    for state in ENDED:
        assert not found(replace(incident(), state=state))
    assert not found(replace(incident(), kind=IncidentKind.VISIT))
    assert found(replace(incident(), state=State.ON_SCENE))


def test_distances_tell_nobody_where_exactly():
    told = [one.distance_m for one in found(*(incident(north_m=m) for m in (0, 3, 51, 120)))]
    assert told == [50, 50, 100, 150]


@given(
    st.lists(
        st.builds(
            incident,
            north_m=st.floats(-400, 400),
            ago_s=st.floats(0, 100_000),
            matters=st.sampled_from([("H1",), ("H2",), (), ("T1",)]),
        ),
        max_size=12,
    )
)
def test_the_likest_come_first_and_a_few_are_shown(among):
    told = found(*among)
    assert len(told) <= 5
    keys = [(list(Alike).index(one.alike), one.distance_m) for one in told]
    assert keys == sorted(keys)


@pytest.mark.parametrize("flaw", ["radius_m = [", "[same_matter]\nradius_m = 3", "[shown]\nmost=0"])
def test_a_flaw_of_the_rule_is_named(flaw):
    with pytest.raises(BadValue, match="rule for duplicates"):
        read_rule(flaw)
