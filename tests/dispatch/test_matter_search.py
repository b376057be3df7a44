"""What people write, in their own words, and the matters that are suggested for it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.matter import Matter, MatterKind, Triage
from dispatch.matter_search import (
    LEAST_SCORE,
    Heard,
    MatterSearch,
    PlainWord,
    bare_name,
    read_words,
    standard_words,
)
from fixtures.matters import draw_matters
from geo.errors import BadValue

SENTENCES = {
    "楼下烧烤店油烟很大，呛得没法开窗": "餐饮油烟",
    "路边有人占道经营，摆摊卖水果": "早市摊位",
    "邻居在楼顶加盖了一层房子": "屋顶平台",
    "小区门口搭了个棚": "临街棚屋",
    "工地半夜打桩，吵得睡不着": "工地打桩机",
    "商铺的喇叭整天循环播放叫卖": "商铺外放喇叭",
    "ＫＴＶ的音响晚上十二点还很响": "歌舞厅音响",
    "有人在田里烧秸秆": "秸秆落叶",
    "饭馆把污水直接排到河里": "未经处理排放",
    "洗车店的水流得满街都是": "洗车废水",
    "门口有黑车拉客": "未取得许可经营",
    "的士拒载，还绕路": "出租汽车",
    "消防通道被车堵住了": "消防通道",
    "路灯坏了，被人撞断": "路灯设施",
    "小区绿地被人种菜": "小区绿地",
    "工厂三个月没发工资": "农民工工资",
    "公司不签合同": "劳动合同文本",
    "公司不交社保": "社会保险登记",
    "网吧放未成年人进去": "网络服务场所",
    "低价团强制购物": "以不合理低价招徕",
    "民宿不登记身份证": "民宿客房",
    "偷偷在海滩上抽沙": "无证开采",
    "休渔期还有船在捕鱼": "捕捞",
    "店里堆了很多煤气罐": "瓶装燃气",
    "有人偷卖烟花": "烟花爆竹",
    "健身房跑路，会员卡退不了": "健身会员卡",
    "海鲜市场缺斤少两": "海鲜市场档口",
    "红树林被人砍了": "红树林地",
    "施工把通信光缆挖断了": "通信光缆",
    "停车场乱收费": "停车场收费",
    "There is a lot of cooking smoke from the restaurant below": "餐饮油烟",
    "Unpaid wages since August": "农民工工资",
}
"""Thirty plain sentences and two in English, and what one of the first three has to name."""


@pytest.fixture(scope="module")
def matters() -> list[Matter]:
    """The list of the demo city, whose names are put together by chance."""
    return [
        Matter(
            row.code,
            row.name,
            row.name_en,
            row.domain,
            MatterKind(row.kind),
            row.gravity,
            Triage(row.triage),
        )
        for row in draw_matters(np.random.default_rng(20))
    ]


@pytest.fixture(scope="module")
def search(matters) -> MatterSearch:
    return MatterSearch(matters, standard_words())


@pytest.mark.parametrize("sentence", SENTENCES)
def test_one_of_the_first_three_is_what_was_meant(search, sentence):
    found = search.find(sentence, limit=3)
    assert any(SENTENCES[sentence] in one.matter.name for one in found), found


def test_each_says_by_which_words_it_was_found(search):
    first = search.find("楼下烧烤店油烟很大")[0]
    assert Heard("油烟", "餐饮油烟") in first.heard
    assert all(one.heard and 0 < one.score <= 1 for one in search.find("占道经营"))


@pytest.mark.parametrize("said", ["", "今天天气真好", "hello", "？！", "12345"])
def test_of_words_that_name_nothing_nothing_is_suggested(search, said):
    assert search.find(said) == ()


def test_the_official_name_is_the_first_to_be_found(search, matters):
    for matter in matters[::97]:
        if matter.kind == MatterKind.PENALTY:
            assert search.find(bare_name(matter.name))[0].matter == matter


def test_compulsory_measures_are_nothing_that_anybody_reports(search):
    assert all(
        one.matter.kind == MatterKind.PENALTY
        for said in ("强制拆除涉案设施", "查封涉案场所")
        for one in search.find(said, limit=50)
    )


def test_every_word_of_the_table_leads_to_a_matter(matters):
    """Names differ from city to city, but not so much that a word of ours leads nowhere."""
    search = MatterSearch(matters, standard_words())
    dead = [said for word in standard_words() for said in word.says if not search.find(said)]
    assert dead == []


@given(st.text(max_size=80))
def test_whatever_is_written_is_answered_in_order_and_never_too_much(search, said):
    found = search.find(said)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert len(found) <= 5
    assert all(score >= LEAST_SCORE - 1e-3 for score in scores)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("word = [", "no TOML"),
        ('[[word]]\nsays = ["油烟"]', "'means'"),
        ('[[word]]\nsays = []\nmeans = ["餐饮油烟"]', "'says'"),
        ('[[word]]\nsays = ["!"]\nmeans = ["餐饮油烟"]', "'says'"),
    ],
)
def test_a_flaw_of_the_table_is_named(text, said):
    with pytest.raises(BadValue, match=said):
        read_words(text)


def test_a_city_adds_words_of_its_own(matters):
    own = PlainWord(("打虾",), ("在禁渔期捕捞近海鱼群",))
    assert not MatterSearch(matters, ()).find("有人打虾")
    assert "捕捞" in MatterSearch(matters, (own,)).find("有人打虾")[0].matter.name
