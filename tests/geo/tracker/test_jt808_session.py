"""One connection of JT/T 808: what is answered to what, and what is handed on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from published_messages import LOCATION_2013, LOCATION_2019, REGISTRATION_2013, REGISTRATION_2019
from terminal import Terminal, answers_in, body_of, bulk, digits, framed, location, word

from geo.tracker.jt808_session import Session, code_of
from geo.tracker.report import Report

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ITEM = location(109.12, 21.48, AT, kmh=36)
SECRET = b"of the gateway"
DONE, FAILED, WRONG, NOT_SUPPORTED = 0, 1, 2, 3


class Town:
    """A session, what it handed on, and whether there is room."""

    def __init__(self, *, anybody: bool = False) -> None:
        self.reports: list[Report] = []
        self.room = True
        self.session = Session(self.take, SECRET, anybody)

    def take(self, reports) -> bool:
        if self.room:
            self.reports += reports
        return self.room

    def answers(self, sent: bytes) -> list[tuple[int, bytes]]:
        return [body_of(one) for one in answers_in(self.session.receive(sent))]

    def results(self, sent: bytes) -> list[int]:
        return [body[-1] for number, body in self.answers(sent) if number == 0x8001]

    def register(self, terminal: Terminal) -> None:
        [(number, body)] = self.answers(terminal.registration())
        assert (number, body[2]) == (0x8100, DONE)
        assert self.results(terminal.authentication(body[3:].decode())) == [DONE]


@pytest.mark.parametrize("of_2019", [True, False])
def test_a_terminal_registers_authenticates_itself_and_reports(of_2019):
    town, terminal = Town(), Terminal("13800000001", of_2019)
    town.register(terminal)
    assert town.results(terminal.heartbeat()) == [DONE]
    assert town.results(terminal.message(0x0200, ITEM)) == [DONE]
    assert town.results(terminal.locations(ITEM, ITEM)) == [DONE]
    assert [one.device for one in town.reports] == ["13800000001"] * 3
    assert town.reports[0].lon_lat == (109.12, 21.48)


def test_an_answer_names_serial_and_id_of_what_it_answers():
    town, terminal = Town(anybody=True), Terminal("7", serial=0x7E7D)
    [(number, body)] = town.answers(terminal.message(0x0200, ITEM))
    assert (number, body) == (0x8001, word(0x7E7D) + word(0x0200) + b"\x00")


def test_who_has_not_authenticated_itself_is_not_heard():
    town, terminal = Town(), Terminal("7")
    assert town.results(terminal.message(0x0200, ITEM)) == [FAILED]
    assert town.results(terminal.authentication("guessed")) == [FAILED]
    town.register(terminal)
    assert town.results(terminal.message(0x0003)) == [DONE]  # signs off
    assert town.results(terminal.message(0x0200, ITEM)) == [FAILED]
    assert town.reports == []
    assert town.session.counted["not_authenticated"] == 3


def test_a_code_is_good_for_its_own_terminal():
    town = Town()
    assert town.results(Terminal("7").authentication(code_of("8", SECRET))) == [FAILED]
    assert town.results(Terminal("8").authentication(code_of("8", SECRET))) == [DONE]
    assert town.results(Terminal("7").message(0x0200, ITEM)) == [FAILED]


def test_published_registrations_and_locations_are_answered():
    town = Town(anybody=True)
    for frame in (REGISTRATION_2013, REGISTRATION_2019):
        assert town.answers(bytes.fromhex(frame))[0][0] == 0x8100
    for frame in (LOCATION_2013, LOCATION_2019):
        assert town.results(bytes.fromhex(frame)) == [DONE]
    assert [one.device for one in town.reports] == ["12345678912", "13912344329"]


def test_where_there_is_no_room_a_terminal_keeps_its_reports():
    town, terminal = Town(anybody=True), Terminal("7")
    town.room = False
    assert town.results(terminal.locations(ITEM, ITEM)) == [FAILED]
    assert town.session.counted["no_room"] == 2
    town.room = True
    assert town.results(terminal.locations(ITEM, ITEM)) == [DONE]


def test_what_is_wrong_or_not_supported_is_told():
    town, terminal = Town(anybody=True), Terminal("7")
    assert town.results(terminal.message(0x0200, b"short")) == [WRONG]
    assert town.results(terminal.message(0x0900, b"x")) == [NOT_SUPPORTED]
    encrypted = word(0x0200) + word(3 | 1 << 10) + digits("7", 6) + word(0) + b"abc"
    assert town.results(framed(encrypted)) == [NOT_SUPPORTED]
    assert town.results(terminal.message(0x0704, b"x", split=(65000, 1))) == [WRONG]
    assert town.answers(terminal.message(0x0001, b"\0" * 5)) == []  # an answer is not answered


def test_of_many_locations_the_good_ones_count():
    town, terminal = Town(anybody=True), Terminal("7")
    assert town.results(terminal.locations(ITEM, b"short", ITEM)) == [DONE]
    assert len(town.reports) == 2
    assert town.session.counted["wrong"] == 1


def test_each_package_is_answered_and_the_whole_counts_once():
    town, terminal = Town(anybody=True), Terminal("7")
    parts = terminal.in_parts(0x0704, bulk(*[ITEM] * 20), 200)
    assert town.results(b"".join(parts)) == [DONE] * len(parts)
    assert len(town.reports) == 20


@pytest.mark.parametrize("of_2019", [True, False])
def test_packages_that_have_not_come_are_asked_for_once_the_last_one_has(of_2019):
    """By 0x8003: number of the first package, a count, and which; in two bytes since 2019."""
    town, terminal = Town(anybody=True), Terminal("7", of_2019, serial=65_534)
    parts = terminal.in_parts(0x0704, bulk(*[ITEM] * 20), 200)
    assert len(parts) == 4
    assert town.answers(parts[0])[0][0] == 0x8001
    [(_, done), (number, asked)] = town.answers(parts[3])
    assert (done[-1], number) == (DONE, 0x8003)
    count = word(2) if of_2019 else b"\x02"
    assert asked == word(65_534) + count + word(2) + word(3)
    assert [one for one, _ in town.answers(parts[2] + parts[1])] == [0x8001, 0x8001]
    assert len(town.reports) == 20
    assert town.session.counted["packages_again"] == 2


def test_noise_is_counted_and_the_next_frame_is_answered():
    town, terminal = Town(anybody=True), Terminal("7")
    noise = b"\x7e" + b"noise" * 3 + b"\x7e"
    assert town.results(noise * 3 + terminal.heartbeat()) == [DONE]
    assert town.session.bad == 0
    assert town.session.counted["bad_frames"] == 3
    town.session.receive(noise * 2)
    assert town.session.bad == 2


def test_terminals_behind_one_relay_are_told_apart():
    town = Town()
    one, other = Terminal("7"), Terminal("8", of_2019=False)
    town.register(one)
    assert town.results(other.message(0x0200, ITEM)) == [FAILED]
    town.register(other)
    both = one.message(0x0200, ITEM) + other.message(0x0200, ITEM)
    assert town.results(both) == [DONE, DONE]
    assert [report.device for report in town.reports] == ["7", "8"]
