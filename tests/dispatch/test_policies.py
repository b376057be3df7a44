"""Policies as data: those that come with the program, files of an operator, every finding told."""

from dataclasses import replace

import pytest

from dispatch.policy import Policy, RankBy, Reach, policy_named
from dispatch.policy_file import known_policies, read_policies, standard_policies
from geo.errors import BadValue, FlawedData, UnknownName, UnreadableFile

SOUND = """
[policy.night]
title_zh = "夜间"
title_en = "Night"
reach = "all"
rank_by = "cover"
among = 4
most_extra_s = 120
seconds_per_percent = 30.5
"""


def test_six_policies_come_with_the_program():
    policies = standard_policies()
    assert {name: (policy.reach, policy.rank_by) for name, policy in policies.items()} == {
        "nearest": ("own_then_sooner_aid", "eta"),
        "own_first": ("own_then_aid", "eta"),
        "borderless": ("all", "eta"),
        "surest": ("all", "chance"),
        "sparing_cover": ("own_then_sooner_aid", "cover"),
        "fair_work": ("own_then_sooner_aid", "work"),
    }
    assert all(policy.name == name for name, policy in policies.items())
    assert len({policy.version for policy in policies.values()}) == len(policies)


def test_a_policy_is_read_with_its_figures():
    expected = Policy("night", "夜间", "Night", Reach.ALL, RankBy.COVER, 4, 120.0, 30.5)
    assert read_policies(SOUND) == {"night": expected}


def test_the_version_is_that_of_the_contents():
    night = read_policies(SOUND)["night"]
    assert read_policies(SOUND.replace("120", "120.0"))["night"].version == night.version
    assert replace(night, among=5).version != night.version
    assert replace(night, most_extra_s=None).version != night.version


@pytest.mark.parametrize(
    ("line", "instead", "finding"),
    [
        ('title_en = "Night"\n', "", "line 2, policy.night.title_en: title_en is missing."),
        ('"夜间"', "7", "line 3, policy.night.title_zh: title_zh should be a text, not 7."),
        ('"all"', '"al"', "line 5, policy.night.reach: reach should be one of own_then_soon"),
        ('"cover"', '"coverage"', "line 6, policy.night.rank_by: rank_by should be one of eta,"),
        ("among = 4", "among = 0", "line 7, policy.night.among: among should be a whole number"),
        ("among = 4", "among = true", "line 7, policy.night.among: among should be a whole numb"),
        ("among = 4", "amongst = 4", "line 7, policy.night.amongst: There is no key 'amongst'"),
        ("120", '"two"', "line 8, policy.night.most_extra_s: most_extra_s should be a number of"),
        ("120", "inf", "line 8, policy.night.most_extra_s: most_extra_s should be a number of"),
        ("30.5", "-1", "line 9, policy.night.seconds_per_percent: seconds_per_percent should be"),
        ('"cover"', '"work"', "line 9, policy.night.seconds_per_percent: Only ranking by cover"),
        ("policy.night", "policy.Night", "line 2, policy.Night: A name is lower-case"),
        ("[policy.night]", "[policies.night]", "mine.toml: There is no 'policies', only policy."),
        ("夜间", '夜"间', "It is no TOML: "),
    ],
)
def test_what_is_wrong_is_said_with_its_line(line, instead, finding):
    assert line in SOUND
    with pytest.raises(FlawedData) as caught:
        read_policies(SOUND.replace(line, instead), "mine.toml")
    assert finding in str(caught.value)
    assert "mine.toml" in str(caught.value)
    assert all(finding.message.zh for finding in caught.value.findings)


def test_all_findings_come_at_once():
    wrong = SOUND.replace("夜间", "").replace("all", "al").replace("120", "-1") + "[policy.day]\n"
    with pytest.raises(FlawedData) as caught:
        read_policies(wrong)
    assert len(caught.value.findings) == 3 + 4


@pytest.mark.parametrize("text", ["", "policy = 3", "[policy]", "policy.a = 1"])
def test_a_file_without_a_policy_is_a_finding(text):
    with pytest.raises(FlawedData):
        read_policies(text)


def test_a_file_of_the_operator_adds_policies_and_may_put_its_own_in_the_place_of_one(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(SOUND + SOUND.replace("policy.night", "policy.nearest"), encoding="utf-8")
    known = known_policies(path)
    assert list(known) == [*standard_policies(), "night"]
    assert known["nearest"].title_en == "Night"
    assert known_policies(None) is standard_policies()


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(UnreadableFile, match=r"nowhere\.toml"):
        known_policies(tmp_path / "nowhere.toml")


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(UnknownName, match="no policy 'neerest'; known are nearest, own_first, bor"):
        policy_named("neerest", standard_policies())
    assert policy_named("surest", standard_policies()).rank_by == RankBy.CHANCE


@pytest.mark.parametrize("change", [{"among": 0}, {"among": 65}, {"seconds_per_percent": -1.0}])
def test_no_policy_is_made_with_figures_out_of_range(change):
    with pytest.raises(BadValue):
        replace(standard_policies()["surest"], **change)
