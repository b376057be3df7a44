"""What files call our columns: found by name, shown, and overruled by who knows better."""

from __future__ import annotations

import pytest

from dispatch.layer.column_map import Found, map_columns
from dispatch.layer.kind import KindName
from dispatch.layer.kinds import KINDS
from geo.errors import MissingColumn, UnknownName


def mapped(kind, there, *, said=None, saved=None, shaped=True):
    """What each column was taken from, and how it was found."""
    columns = map_columns(KINDS[KindName(kind)], there, said=said, saved=saved, shaped=shaped)
    return {one.column.name: (one.theirs, str(one.found)) for one in columns.mapped}


def taken(kind, there, *, shaped=True, saved=None):
    return {
        name: theirs
        for name, (theirs, _) in mapped(kind, there, shaped=shaped, saved=saved).items()
    }


def test_columns_that_are_called_like_ours_are_ours():
    found = mapped("zones", ["brigade", "code", "name"])
    assert found == {name: (name, "same") for name in ("code", "name", "brigade")}


@pytest.mark.parametrize(
    ("kind", "there", "found"),
    [
        ("zones", ["责任区编码", "责任区名称", "责任大队"], ["code", "name", "brigade"]),
        ("areas", ["XZQDM", "XZQMC", "层级", "上级编码"], ["code", "name", "tier", "parent"]),
        ("grids", ["网格编码", "社区编码", "人口数"], ["code", "community", "population"]),
        ("officers", ["警号", "姓名", "所属小组", "持证"], ["id", "name", "crew", "certified"]),
        (
            "rosters",
            ["序号", "人员编号", "上班时间", "下班时间"],
            ["id", "officer", "starts", "ends"],
        ),
        ("roads", ["道路等级", "限速", "单行线", "路名"], ["class", "speed", "direction", "name"]),
        ("places", ["编码", "名称", "详细地址", "别名"], ["code", "name", "address", "also"]),
    ],
)
def test_columns_are_known_by_what_chinese_files_call_them(kind, there, found):
    assert taken(kind, there) == dict(zip(found, there, strict=True))


def test_case_blanks_underscores_full_width_and_units_in_brackets_do_not_matter():
    there = ["CODE", "Name", "Arrival Target_S", "接单时限（秒）"]
    found = ["code", "name", "arrival_target_s", "acknowledge_within_s"]
    assert taken("zones", there) == dict(zip(found, there, strict=True))


def test_names_that_a_shapefile_has_cut_are_known_by_what_is_left():
    there = ["code", "name", "arrival_ta", "责任大队编", "acknowledg"]
    found = mapped("zones", there)
    assert found["arrival_target_s"] == ("arrival_ta", "cut")
    assert found["brigade"] == ("责任大队编", "cut")
    assert found["acknowledge_within_s"] == ("acknowledg", "cut")


def test_a_short_name_is_no_cut_one():
    assert "arrival_target_s" not in mapped("zones", ["code", "name", "arr"])


def test_no_column_of_a_file_is_used_twice():
    assert taken("areas", ["id", "名称", "代码"]) == {"code": "代码", "name": "名称"}
    assert taken("grids", ["社区", "编码"]) == {"code": "编码", "community": "社区"}


def test_what_somebody_says_outranks_every_guess_and_what_was_saved():
    there = ["code", "old_code", "name"]
    assert mapped("zones", there, saved={"code": "old_code"})["code"] == ("old_code", "saved")
    both = mapped("zones", there, saved={"code": "old_code"}, said={"code": "name"})
    assert both == {"code": ("name", "said")}


def test_what_was_saved_of_a_column_that_is_gone_is_forgotten():
    assert taken("zones", ["code"], saved={"code": "gone", "colour": "code"}) == {"code": "code"}


def test_what_is_left_over_and_what_is_missing_is_said():
    columns = map_columns(KINDS[KindName.ZONES], ["code", "name", "备注", "shape_area"])
    assert columns.unused == ("备注", "shape_area")
    assert [column.name for column in columns.missing] == [
        "name_en", "brigade", "arrival_target_s", "acknowledge_within_s",
    ]  # fmt: skip


def test_columns_that_place_rows_are_looked_for_only_where_there_are_no_shapes():
    there = ["编码", "名称", "经度", "纬度"]
    assert taken("places", there, shaped=False)["lon"] == "经度"
    assert taken("places", there, shaped=False)["lat"] == "纬度"
    assert "lon" not in taken("places", there)
    assert "lon" not in taken("rosters", ["经度"], shaped=False)


def test_a_column_that_the_kind_or_the_file_does_not_have_is_refused_in_words():
    with pytest.raises(UnknownName, match="zones has no column 'colour'; it has code, name"):
        mapped("zones", ["code"], said={"colour": "code"})
    with pytest.raises(MissingColumn, match="no column '编号' to take the code from; it has code"):
        mapped("zones", ["code"], said={"code": "编号"})


def test_every_way_of_finding_a_column_has_its_test():
    assert set(Found) == {"said", "saved", "same", "called", "cut"}
