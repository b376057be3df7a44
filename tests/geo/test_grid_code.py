"""Codes of unit grids: which don't follow the scheme of the others, and how they would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from geo.grid_code import SCHEMES, CodeFlaw, CodeFlawKind, grid_code_flaws, likely_scheme

FOURTEEN, FIFTEEN, SIXTEEN = SCHEMES
HARBOUR = "450502001003"


def of(community, count, scheme=FIFTEEN):
    return [scheme.write(community, serial) for serial in range(1, count + 1)]


def test_the_scheme_is_the_one_that_most_codes_follow():
    assert likely_scheme(of(HARBOUR, 5) + of(HARBOUR, 2, FOURTEEN)) is FIFTEEN
    assert likely_scheme(["Z-7", ""]) is None
    assert [one.digits for one in SCHEMES] == [14, 15, 16]


def test_codes_of_one_scheme_from_one_on_are_without_flaw():
    assert grid_code_flaws(of(HARBOUR, 9) + of("450502100201", 4)) == []


def test_codes_of_two_other_schemes_are_written_in_that_of_the_most():
    codes = of(HARBOUR, 5)
    codes[1], codes[3] = FOURTEEN.write(HARBOUR, 2), SIXTEEN.write(HARBOUR, 4)
    assert grid_code_flaws(codes) == [
        CodeFlaw(CodeFlawKind.OTHER_SCHEME, "45050200100302", (1,), "450502001003002"),
        CodeFlaw(CodeFlawKind.OTHER_SCHEME, "4505020010030004", (3,), "450502001003004"),
    ]


def test_a_serial_number_too_large_for_the_scheme_has_no_plain_remedy():
    codes = [*of(HARBOUR, 99, FOURTEEN), FIFTEEN.write(HARBOUR, 100)]
    (flaw,) = grid_code_flaws(codes)
    assert (flaw.kind, flaw.remedy) == (CodeFlawKind.OTHER_SCHEME, None)


def test_blanks_and_marks_are_dropped_where_the_digits_fit():
    codes = [*of(HARBOUR, 3), "450502-001-003-004", "45050200"]
    assert grid_code_flaws(codes) == [
        CodeFlaw(CodeFlawKind.NOT_DIGITS, "450502-001-003-004", (3,), "450502001003004"),
        CodeFlaw(CodeFlawKind.OTHER_LENGTH, "45050200", (4,)),
    ]


def test_a_code_of_another_community_than_it_lies_in_is_named_with_the_right_one():
    codes = [*of(HARBOUR, 2), "450502001004003"]
    flaws = grid_code_flaws(codes, communities=dict.fromkeys(range(3), HARBOUR))
    assert flaws[0] == CodeFlaw(
        CodeFlawKind.NOT_IN_COMMUNITY, "450502001004003", (2,), "450502001003003"
    )


def test_a_street_beyond_the_ranges_is_unknown():
    (flaw,) = grid_code_flaws(["450502700001001"])
    assert flaw.kind is CodeFlawKind.UNKNOWN_STREET


def test_a_code_twice_and_a_number_left_out_are_told_with_all_their_rows():
    codes = of(HARBOUR, 4)
    codes[2] = codes[1]
    assert grid_code_flaws(codes) == [
        CodeFlaw(CodeFlawKind.TWICE, "450502001003002", (1, 2)),
        CodeFlaw(CodeFlawKind.SERIAL_LEFT_OUT, HARBOUR, (0, 2, 3), "450502001003003"),
    ]


@given(st.lists(st.sampled_from(["a", "", "４５０５", *of(HARBOUR, 3), "45050200100301"])))
def test_whatever_is_read_is_answered_and_remedies_follow_the_scheme(codes):
    scheme = likely_scheme(codes)
    for flaw in grid_code_flaws(codes):
        assert all(codes[row] == flaw.code for row in flaw.rows) or (
            flaw.kind is CodeFlawKind.SERIAL_LEFT_OUT
        )
        assert flaw.remedy is None or (scheme is not None and len(flaw.remedy) == scheme.digits)
