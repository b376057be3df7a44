"""Rules of notices: every flaw of a file at once, quiet hours, who is told, and in which words."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spec.served_town import write_town

from dispatch.access import Role
from dispatch.contact import (
    ChannelKind,
    Contact,
    Language,
    masked_address,
    ways_to,
    whose_is,
)
from dispatch.incident_state import State
from dispatch.notice_rules import read_notices, standard_notices
from dispatch.store.cities import read_city
from dispatch.store.engine import open_store
from geo.errors import BadValue, FlawedData
from geo.remark import Remark

NIGHT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)  # eleven at night in China
STANDARD = files("dispatch").joinpath("notifications.toml").read_text("utf-8")
SAID = Remark("deadline_missed", "逾期", "Missed.")
KINDS = {
    "wecom": ChannelKind.MESSAGE,
    "sms": ChannelKind.SMS,
    "phone": ChannelKind.PHONE,
}
ANY = tuple(ChannelKind)


def flaws_of(content: str) -> list[str]:
    with pytest.raises(FlawedData) as refused:
        read_notices(content)
    return [f"{one.feature}: {one.message.code}" for one in refused.value.findings]


def test_the_rules_of_the_program_word_every_message_in_both_languages():
    rules = standard_notices()
    for code, rule in rules.of.items():
        said = rule.worded(code, incident="E1", city="C", unit="K1", matters="m", place="p")
        assert said.zh, code
        assert said.en != said.zh or "{said}" in rule.zh, code
    assert rules.rule("never heard of") == rules.of["other"]
    assert {f"report_{state}" for state in rules.reporter_in} <= rules.of.keys()
    assert State.CLOSED in rules.reporter_in


def test_every_flaw_of_a_file_is_said_at_once():
    flawed = (
        STANDARD.replace('hours = ["22:00-07:00"]', 'hours = ["22-7"]')
        .replace("tries = 3", "tries = 0")
        .replace('city = ["dispatcher", "leader"]', 'city = ["boss"]')
        .replace("{minutes} 分钟内到场", "{phone} 分钟内到场")
        .replace("[message.other]", "[message.another]")
    )
    assert flaws_of(flawed) == [
        "quiet.hours: bad_value",
        "fall_back.tries: bad_value",
        "rooms.city: bad_value",
        "message.order_sent.zh: bad_value",
        "message: missing_key",
    ]
    assert flaws_of("[") == ["None: no_toml"]
    assert "message: missing_key" in flaws_of("")


@pytest.mark.parametrize("words", ["{said", "{said!r}", "{said:>9}", "{0}", "{said.zh}"])
def test_words_name_nothing_but_what_there_is(words):
    (flaw,) = flaws_of(STANDARD.replace('zh = "{said}"', f'zh = "{words}"', 1))
    assert flaw.endswith(".zh: bad_value")


def test_quiet_hours_hold_back_until_they_end_whatever_day_they_began():
    rules = standard_notices()
    waits, goes = rules.rule("report_closed"), rules.rule("order_sent")
    seven = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    assert rules.held_until(waits, NIGHT) == seven
    assert rules.held_until(waits, seven - timedelta(milliseconds=1)) == seven
    assert rules.held_until(waits, seven) == seven
    assert rules.held_until(waits, NIGHT - timedelta(hours=2)) == NIGHT - timedelta(hours=2)
    assert rules.held_until(goes, NIGHT) == NIGHT


def test_spans_that_follow_each_other_hold_back_until_the_last_one_ends():
    rules = read_notices(STANDARD.replace('"22:00-07:00"', '"22:00-01:00", "01:00-07:00"'))
    held = rules.held_until(rules.rule("report_closed"), NIGHT)
    assert held == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


def test_a_command_room_is_told_as_its_own_line_says_or_else_its_tier(drawn_city):
    city, *_ = drawn_city.areas
    rules = read_notices(STANDARD.replace("[rooms]", f'[rooms]\n{city.code} = ["admin"]'))
    assert rules.roles_of(city) == {Role.ADMIN}
    assert standard_notices().roles_of(city) == {Role.DISPATCHER, Role.LEADER}


@pytest.fixture(scope="module")
def drawn_city(tmp_path_factory):
    path = write_town(tmp_path_factory.mktemp("town"))
    with closing(open_store(f"sqlite:///{path}")) as store:
        return read_city(store, or_by_air=True)


def test_a_text_goes_out_in_the_words_of_its_rule():
    rules = read_notices(STANDARD.replace('zh = "{said}"', 'zh = "【{city}】{said}"'))
    missed = rules.rule("deadline_missed")
    assert missed.text(SAID, Language.ZH, city="北海", incident="E1") == "【北海】逾期"
    assert missed.text(SAID, Language.EN, city="Beihai", incident="E1") == "Missed."


def contact(channel: str, address: str = "a") -> Contact:
    return Contact("officer:P1", channel, address)


def test_a_persons_own_order_counts_and_a_call_comes_last():
    own = [contact("phone"), contact("sms"), contact("wecom")]
    ways = ways_to(own, {}, "officer:P1", ANY, KINDS)
    assert [one.channel for one in ways] == ["sms", "wecom", "phone"]


def test_the_number_of_the_roster_stands_in_where_the_person_has_given_none():
    known = {ChannelKind.SMS: "138", ChannelKind.PHONE: "138"}
    ways = ways_to([contact("wecom"), contact("sms", "139")], known, "officer:P1", ANY, KINDS)
    assert [(one.channel, one.address) for one in ways] == [
        ("wecom", "a"),
        ("sms", "139"),
        ("phone", "138"),
    ]
    only = ways_to([contact("wecom")], known, "officer:P1", (ChannelKind.SMS,), KINDS)
    assert [one.channel for one in only] == ["sms"]
    assert ways_to([], {ChannelKind.SMS: ""}, "officer:P1", ANY, KINDS) == ()


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("13800001234", "*******1234"),
        ("+86 138 0000 1234", "+** *** **** 1234"),
        ("110", "****"),
        ("li.na@example.cn", "l***@example.cn"),
        ("693axxx6-7aoc", "6***"),
    ],
)
def test_an_address_is_shown_so_that_only_its_holder_knows_it(address, masked):
    assert masked_address(address) == masked


@given(st.text(max_size=300))
def test_a_name_of_somebody_is_read_or_refused(text):
    try:
        whose, name = whose_is(text)
    except BadValue:
        return
    assert f"{whose}:{name}" == text


@pytest.mark.parametrize("address", ["", "a b", "a\n", "x" * 255])
def test_an_address_that_no_channel_takes_is_refused(address):
    with pytest.raises(BadValue):
        contact("sms", address)
