"""Run cards of a city folder: kept as they were written, or refused with every finding."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from spec.city_files import write_city
from store_servers import load_city

from dispatch.run_card import RunCard, Step
from dispatch.store.cities import read_city
from dispatch.store.city_contents import CityContents
from dispatch.store.city_folder import read_city_folder
from dispatch.store.run_card_check import check_run_cards
from dispatch.store.run_card_file import read_run_cards
from dispatch.unit import UnitKind
from geo.errors import FlawedData
from geo.finding import Finding

SOUND = """
[[card]]
code = "RC1"
matter = "H1"
area = "T"
title_zh = "占道"
title_en = "Stalls"
valid_from = 2026-01-01
valid_to = 2027-01-01

[[card.step]]
title_zh = "一组"
title_en = "Crew one"
units = ["K1"]

[[card.step]]
title_zh = "专业大队"
title_en = "Squads"
kind = "specialist_squad"
domains = ["T"]
skills = ["lab"]

[[card.step]]
title_zh = "本大队"
title_en = "The brigade"
responsible = true
"""
CARD = RunCard(
    code="RC1",
    matter="H1",
    title_zh="占道",
    title_en="Stalls",
    steps=(
        Step("一组", "Crew one", units=("K1",)),
        Step(
            "专业大队",
            "Squads",
            kind=UnitKind.SPECIALIST_SQUAD,
            domains=("T",),
            skills=("lab",),
        ),
        Step("本大队", "The brigade", responsible=True),
    ),
    area="T",
    valid_from=date(2026, 1, 1),
    valid_to=date(2027, 1, 1),
)


@pytest.fixture
def with_cards(city_folder: Path) -> Callable[[str], Path]:
    """The small city, with a file of run cards."""

    def write(text: str) -> Path:
        (city_folder / "run_cards.toml").write_text(text, encoding="utf-8")
        return city_folder

    return write


@pytest.fixture(scope="module")
def contents(tmp_path_factory) -> CityContents:
    """The small city, without run cards."""
    return read_city_folder(write_city(tmp_path_factory.mktemp("small") / "city"))


def said_of(text: str, folder: Path, contents: CityContents) -> str:
    """All that is found wrong with a file of run cards, line by line."""
    (folder / "run_cards.toml").write_text(text, encoding="utf-8")
    findings: list[Finding] = []
    cards = read_run_cards(folder, findings)
    findings += check_run_cards(replace(contents, run_cards=cards))
    assert all(finding.message.zh for finding in findings)
    return "\n".join(map(str, findings))


def test_run_cards_come_out_of_the_store_as_they_went_in(with_cards, empty_store):
    folder = with_cards(SOUND)
    assert read_city_folder(folder).run_cards == (CARD,)
    load_city(folder, empty_store)
    assert read_city(empty_store).run_cards == (CARD,)


def test_a_folder_without_run_cards_is_sound(city_folder):
    assert read_city_folder(city_folder).run_cards == ()


@pytest.mark.parametrize(
    ("line", "instead", "finding"),
    [
        ('"H1"', '"H9"', "run_cards.toml, RC1: Its matter H9 does not exist."),
        ('area = "T"', 'area = "X"', "run_cards.toml, RC1: Its area X does not exist."),
        ('["K1"]', '["K1", "K7"]', "run_cards.toml, RC1, step 1: Its units K7 does not exist."),
        ('["K1"]', '["U1"]', "run_cards.toml, RC1, step 1: Its units U1 does not exist."),
        ('["T"]', '["Q"]', "run_cards.toml, RC1, step 2: Its domains Q does not exist."),
        ('"lab"', '"labb"', "run_cards.toml, RC1, step 2: Its skills labb does not exist."),
        (
            'kind = "specialist_squad"\ndomains = ["T"]',
            'kind = "village_post"',
            "run_cards.toml, RC1, step 2: The city has no unit of the kind village_post.",
        ),
        ("responsible = true", "", "run_cards.toml, card 1, step 3: A step says who goes by one"),
        (
            "responsible = true",
            'responsible = true\nunits = ["K1"]',
            "run_cards.toml, card 1, step 3: A step says who goes by one of three",
        ),
        ("responsible = true", "responsible = 1", "step 3: responsible should be true, or left"),
        ('kind = "specialist_squad"\n', 'units = ["K1"]\n', "Only specialist squads are told ap"),
        ('"specialist_squad"', '"crew"', "step 2: A step names crews of grid_brigade, specialist"),
        ('"specialist_squad"', '"squad"', "step 2: kind should be one of grid_brigade,"),
        ('title_en = "Squads"\n', "", "card 1, step 2: title_en is missing."),
        ('title_en = "Squads"', 'titel_en = "Squads"', "There is no key 'titel_en'"),
        ("2026-01-01", '"2026-01-01"', "card 1: valid_from should be a date without quotes"),
        ("2027-01-01", "2025-01-01", "card 1: Run card RC1 ends on 2025-01-01, before it begins"),
        ("[[card]]", "[card]", "run_cards.toml: card should be tables [[card]]"),
        ("[[card]]", "[[card", "run_cards.toml: It cannot be read:"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, contents, line, instead, finding):
    assert line in SOUND
    assert finding in said_of(SOUND.replace(line, instead), tmp_path, contents)


def test_a_card_without_a_step_is_a_finding(tmp_path, contents):
    text = SOUND.partition("[[card.step]]")[0]
    assert "card 1: step is missing" in said_of(text, tmp_path, contents)


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (("", ""), "The code is used more than once."),
        (("RC1", "RC2"), "It holds for the same matter and area as RC2, at the same time."),
    ],
)
def test_two_cards_for_one_case_are_a_finding(tmp_path, contents, change, finding):
    said = said_of(SOUND + SOUND.replace(*change), tmp_path, contents)
    assert said == f"run_cards.toml, RC1: {finding}"


def test_one_card_may_follow_another_in_time_or_hold_in_another_area(tmp_path, contents):
    later = SOUND.replace("RC1", "RC2").replace("2027", "2028").replace("2026", "2027")
    whole = SOUND.replace("RC1", "RC3").replace('area = "T"\n', "")
    assert not said_of(SOUND + later + whole, tmp_path, contents)


def test_all_findings_come_at_once(with_cards):
    wrong = SOUND.replace('"H1"', '"H9"').replace('["K1"]', '["K7"]').replace('"lab"', '"labb"')
    with pytest.raises(FlawedData) as caught:
        read_city_folder(with_cards(wrong))
    assert len(caught.value.findings) == 3
