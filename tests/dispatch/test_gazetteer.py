"""Gazetteer: names and addresses as people write them find their places, and every namesake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle.slow_gazetteer import slow_search
from shapely import Point, box

from dispatch.gazetteer import Gazetteer, Match
from dispatch.place_entry import PlaceEntry
from dispatch.place_words import words_of
from geo.area import Area, Tier
from geo.zone import Zone

AREAS = (
    Area("C", "临澜市", Tier.CITY, None, box(109, 21, 110, 22), "Linlan"),
    Area("W", "望潮街道", Tier.TOWNSHIP, "C", box(109, 21, 109.5, 22), "Wangchao Street"),
    Area("L", "鹭洲街道", Tier.TOWNSHIP, "C", box(109.5, 21, 110, 22), "Luzhou Street"),
)
ZONES = (Zone("Z1", "海滨责任区", None, box(109, 21, 109.5, 21.5)),)
PLACES = (
    PlaceEntry(
        "P1", "中心小学", (109.2, 21.2), "沿河路十二号", "学校", ("一小",), "Central School"
    ),
    PlaceEntry("P2", "中心小学", (109.7, 21.2), "榕荫路3号"),
    PlaceEntry("P3", "望潮中心小学东门", (109.21, 21.2), "沿河路一百二十号"),
    PlaceEntry("P4", "五一路农贸市场", (109.22, 21.21), "五一路8弄2号", name_en="Wuyi Market"),
    PlaceEntry("P5", "百货大楼", (109.23, 21.21), "G325国道旁", also=("老百货", "Lan'an Plaza")),
)
GAZETTEER = Gazetteer(PLACES, AREAS, ZONES)


def found(text: str) -> str:
    """Codes in their order, each behind the initial of its match."""
    answer = GAZETTEER.search(text)
    return " ".join(f"{one.match[0]}{one.entry.code[1]}" for one in answer.candidates)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("中心小学", "i1 i2 h3"),
        ("中心", "b1 b2 h3"),
        ("望潮街道中心小学", "l1 l3 l2"),
        ("鹭洲街道 中心小学", "l2 l1 l3"),
        ("一小", "i1"),
        ("1小", "i1"),
        ("沿河路12号", "i1 l3"),
        ("沿河路１２＃", "i1 l3"),
        ("沿河路十二號", "i1 l3"),
        ("沿河路120", "b3 l1"),
        ("沿河路012", "b1 l3"),
        ("五一路8弄", "b4"),
        ("51路八弄二号", "i4"),
        ("小学", "h1 h2 h3"),
        ("百货", "b5"),
        ("wuyi mar", "b4"),
        ("CENTRAL  school", "i1"),
        ("lanan pl", "b5"),
        ("g三二五国道", "b5"),
        ("我在老百货门口", "l5"),
        ("P4", "i4"),
        ("市场大楼", ""),
        ("没有这里", ""),
        (" ，。", ""),
        ("", ""),
    ],
)
def test_what_people_write_finds_the_place_that_they_mean(text, codes):
    assert found(text) == codes


def test_places_of_one_name_are_all_there_and_counted_and_the_nearest_comes_first():
    answer = GAZETTEER.search("中心小学", near=(109.69, 21.2))
    assert [one.entry.code for one in answer.candidates] == ["P2", "P1", "P3"]
    assert [one.namesakes for one in answer.candidates] == [1, 1, 0]
    assert [round(one.distance_m or 0, -3) for one in answer.candidates] == [1000, 51000, 50000]
    assert (answer.total, answer.exact) == (3, 2)


def test_a_question_is_looked_up_no_oftener_than_names_are_long():
    """One character may fold out to fifteen; every run of 1,800 words would be looked for else."""
    asked = 0

    class Counted(dict[tuple[str, ...], list[int]]):
        def get(self, *given: object) -> object:
            nonlocal asked
            asked += 1
            return super().get(*given)

    gazetteer = Gazetteer(PLACES, AREAS, ZONES)
    gazetteer._called = Counted(gazetteer._called)
    question = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 120
    assert gazetteer.search(question).total == 0
    longest = max(len(words_of(name)) for one in PLACES for name in (one.name, *one.also))
    assert 0 < asked <= longest * len(words_of(question))


def test_a_limit_hides_candidates_and_never_that_there_are_others():
    answer = GAZETTEER.search("中心小学", limit=1)
    assert [one.entry.code for one in answer.candidates] == ["P1"]
    assert (answer.total, answer.exact) == (3, 2)
    assert answer.candidates[0].namesakes == 1


def test_only_what_is_asked_for_word_by_word_is_exact():
    assert GAZETTEER.search("百货大楼").exact == 1
    assert GAZETTEER.search("百货").exact == 0
    assert Gazetteer(()).search("百货").total == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("北部湾路１２３号", "北 部 湾 路 123 号"),
        ("北部湾路一百二十三號", "北 部 湾 路 123 号"),
        ("北部湾路一二三号-2", "北 部 湾 路 123 号 2"),
        ("十里铺、三十里", "10 里 铺 30 里"),
        ("百货、千山、二百三", "百 货 千 山 二 百 三"),
        ("壹号院 〇五 拾贰", "1 号 院 5 12"),
        ("Ｎo.7 Běihǎi Lǎojiē", "no 7 beihai laojie"),
        ("#3楼 4#", "3 号 楼 4 号"),
        ("一千零一夜 一千零一十", "1001 夜 1010"),
    ],
)
def test_one_way_of_writing(text, words):
    assert " ".join(words_of(text)) == words


def spelt_out(number: int) -> str:
    """A number below ten thousand as it is counted in Chinese."""
    said, gap = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            said += ("零" if gap and said else "") + "零一二三四五六七八九"[digit] + unit
        gap = digit == 0
    return said


@given(st.integers(1, 9999))
def test_a_house_number_is_one_however_it_is_written(number):
    written = {f"路{number}号", f"路{spelt_out(number)}号", f"路0{number}#", f"路＃{number}"}
    written.add("路" + "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number)) + "號")
    if 10 <= number < 20:
        written.add(f"路{spelt_out(number)[1:]}号")  # 十二 as well as 一十二
    assert {words_of(one) for one in written} == {("路", str(number), "号")}


TEXTS = st.text("东西路街一十2 ab", min_size=0, max_size=7)
SOME_PLACES = st.lists(
    st.builds(
        lambda name, address, also, x, y: PlaceEntry(
            "", name or "东", (109.0 + x / 4, 21.0 + y / 4), address, also=tuple(also)
        ),
        TEXTS,
        TEXTS,
        st.lists(TEXTS, max_size=2),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    max_size=12,
).map(lambda made: [_coded(at, one) for at, one in enumerate(made)])


def _coded(at: int, entry: PlaceEntry) -> PlaceEntry:
    return PlaceEntry(f"Q{at:02d}", entry.name, entry.lon_lat, entry.address, also=entry.also)


@given(SOME_PLACES, TEXTS)
def test_the_index_finds_what_looking_at_every_place_finds(places, text):
    west = Area("W", "东路街", Tier.CITY, None, box(109.0, 21.0, 109.5, 22.0), "a b")
    south = Area("S", "西一", Tier.CITY, None, box(109.0, 21.0, 110.0, 21.25), "b a")
    around = {
        one.code: [
            name
            for area in (west, south)
            if area.polygon.covers(Point(one.lon_lat))
            for name in (area.name, area.name_en)
        ]
        for one in places
    }
    areas = [west, south]
    answer = Gazetteer(places, areas).search(text, limit=99)
    found = [(one.entry.code, one.match, one.likeness) for one in answer.candidates]
    assert found == slow_search(places, around, text)
    assert answer.total == len(found)
    assert answer.exact == sum(match is Match.IS for _, match, _ in found)


@given(SOME_PLACES)
def test_every_place_is_found_by_its_own_name_and_address(places):
    gazetteer = Gazetteer(places)
    for place in places:
        for text in (place.name, place.address, *place.also):
            if words_of(text):
                exact = gazetteer.search(text, limit=99).candidates
                assert place.code in {one.entry.code for one in exact if one.match is Match.IS}
