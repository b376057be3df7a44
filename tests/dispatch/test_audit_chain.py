"""
The audit chain by itself: whatever is changed, left out, moved or cut is found and named.

Seen to fail with the guard taken out: without ``_wrong_with`` no edit, deletion, swap or doubled
entry is found; without ``_off_the_anchor`` the chain written anew passes.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.audit_chain import DROPPED, START, Head, Link, first_break, link_on

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def chain(length: int, *, by: str = "demo-dispatcher") -> list[Link]:
    links: list[Link] = []
    for number in range(length):
        before = links[-1].head if links else START
        at = NOW + timedelta(seconds=number)
        detail = {"rank": number} if number % 2 else None
        links.append(link_on(before, now=at, by=by, act="dispatch", about="E1", detail=detail))
    return links


def broken(links: list[Link], anchor: Head | None = None) -> tuple[int, str] | None:
    found = first_break(links, anchor)
    return None if found is None else (found.seq, found.why.code)


@pytest.mark.parametrize("length", [0, 1, 2, 9])
def test_a_chain_as_it_was_written_holds(length):
    links = chain(length)
    assert first_break(links) is None
    assert first_break(links, links[-1].head if links else START) is None


@given(data=st.data(), length=st.integers(1, 12))
def test_an_edit_of_anything_is_found_where_it_is(data, length):
    links = chain(length)
    at = data.draw(st.integers(0, length - 1))
    name = data.draw(st.sampled_from([field.name for field in fields(Link)]))
    changed = {
        "seq": links[at].seq + 100,
        "at": links[at].at + timedelta(milliseconds=1),
        "detail": '{"rank":99}',
    }.get(name, "another")
    links[at] = replace(links[at], **{name: changed})
    found = first_break(links)
    assert found is not None
    assert found.seq in {at + 1, links[at].seq}
    assert at == 0 or found.seq == at + 1


@given(data=st.data(), length=st.integers(2, 12))
def test_a_deletion_is_found_where_it_is(data, length):
    links = chain(length)
    at = data.draw(st.integers(0, length - 2))
    del links[at]
    assert broken(links) == (at + 1, "audit_missing")


def test_two_entries_that_change_places_are_found():
    links = chain(5)
    links[1], links[2] = replace(links[2], seq=2), replace(links[1], seq=3)
    assert broken(links) == (2, "audit_edited")


def test_an_entry_twice_is_found():
    links = chain(3)
    assert broken([*links[:2], links[1], links[2]]) == (2, "audit_out_of_order")


def test_an_entry_put_in_with_a_digest_of_its_own_is_found_at_the_next():
    links = chain(4)
    links[1] = link_on(links[0].head, now=NOW, by="somebody", act="dispatch", about="E2")
    assert broken(links) == (3, "audit_detached")


@pytest.mark.parametrize("left", range(5))
def test_a_cut_tail_is_found_with_a_head_that_was_kept(left):
    links = chain(5)
    assert broken(links[:left]) is None
    assert broken(links[:left], links[-1].head) == (left + 1, "audit_cut")


def test_a_chain_written_anew_is_found_with_a_head_that_was_kept():
    kept = chain(5)[3].head
    anew = chain(7, by="somebody-else")
    assert broken(anew) is None
    assert broken(anew, kept) == (4, "audit_written_anew")


def test_a_chain_that_went_on_since_the_head_was_kept_holds():
    assert first_break(chain(9), chain(5)[-1].head) is None


def test_what_was_dropped_after_its_time_is_not_missed_if_the_chain_says_so():
    links = chain(5)
    gone = links[1].head
    said = {"seq": gone.seq, "hash": gone.hash}
    dropping = link_on(
        links[-1].head, now=NOW, by="system", act=DROPPED, about="audit", detail=said
    )
    assert first_break([*links[2:], dropping]) is None
    assert broken([*links[3:], dropping]) == (3, "audit_missing")
    assert broken(links[2:]) == (1, "audit_missing")
