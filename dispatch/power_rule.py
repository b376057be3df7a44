"""
What is said about a power: the rules by which a row decides, and the flaws of a list.

Each text stands here once, in Chinese and in English, under the code by which machines and
`tests/spec/jurisdiction.md` know it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from dispatch.authority import AuthorityRow
from dispatch.matter import CaseScale
from geo.area import Area, Tier
from geo.place_index import LAYER_NAMES
from geo.remark import Remark


def _by_code(*texts: Remark) -> Mapping[str, Remark]:
    """Sort texts by their codes."""
    return MappingProxyType({text.code: text for text in texts})


RULES = _by_code(
    Remark(
        "own_list",
        "本级清单列有此事项",
        "The lowest tier here has the matter on its own list",
    ),
    Remark(
        "tier_above",
        "{town.name}清单无此事项，由有权的上级行使",
        "The list of {town_en} lacks the matter, so the nearest tier above that has it acts",
    ),
    Remark(
        "compulsory_above_township",
        "行政强制不由镇街实施，由有权的上级行使",
        "A compulsory measure is never a township's, so the nearest tier above acts",
    ),
    Remark(
        "daily_case",
        "此事项分级负责，本案属日常案件",
        "The matter is divided by gravity, and this is daily work",
    ),
    Remark(
        "major_case",
        "此事项分级负责，本案属重大案件",
        "The matter is divided by gravity, and this is a major case",
    ),
    Remark(
        "does_all_itself",
        "{area.name}独立负责执法，上级清单不及于此",
        "{area_en} does all itself, and the list above leaves it out",
    ),
    Remark("city_alone", "此领域仅由市级一级执法", "Only the city enforces this domain"),
    Remark("districts_alone", "此领域仅由区县一级执法", "Only the districts enforce this domain"),
    Remark(
        "first_to_file",
        "多个主体均有管辖权，由最先立案者管辖",
        "Of several holders the first to file has the case",
    ),
)
"""Rules by which a row decided; the row itself is named after a colon."""

FINDINGS = _by_code(
    Remark(
        "unknown_matter",
        "清单中没有事项 {matter}，无法认定由谁执法{near_zh}。",
        "The list of powers has no matter {matter}, so nobody can be named for it{near_en}.",
    ),
    Remark(
        "no_holder",
        "事项 {matter} 在此地没有任何主体持有执法权，请核对权责清单。",
        "Nobody holds matter {matter} at this place; check the authority list.",
    ),
    Remark(
        "left_out",
        "事项 {matter} 在此地没有任何主体持有执法权：第 {ids} 行不及于此地，请核对权责清单。",
        "Nobody holds matter {matter} at this place, since row {ids} leaves it out; check the "
        "authority list.",
    ),
    Remark(
        "lapsed_row",
        "事项 {matter} 在此地的清单行 {ids} 于 {day} 均不在有效期内。",
        "No row for matter {matter} at this place is in force on {day}: {ids}.",
    ),
    Remark(
        "lapsed_below",
        "清单第 {ids} 行已失效，事项 {matter} 改由上级行使；请核对是否应予续期。",
        "Row {ids} has lapsed, so matter {matter} has gone back to a tier above; check "
        "whether it should be renewed.",
    ),
    Remark(
        "other_scale",
        "事项 {matter} 的{scale_zh}案件在此地无人持有执法权：第 {ids} 行不含此类案件。",
        "Nobody holds {scale_en} cases of matter {matter} at this place: row {ids} leaves "
        "them out.",
    ),
    Remark(
        "two_holders",
        "事项 {matter} 有多个主体持有执法权（{bodies_zh}，第 {ids} 行），均未最先立案，"
        "应报请共同的上一级行政机关（{superior.name}）指定管辖。",
        "Matter {matter} is held by {bodies_en} (rows {ids}), and none was the first to file: "
        "their common superior, {superior_en}, decides.",
    ),
    Remark(
        "contradictory_rows",
        "事项 {matter} 的清单行 {ids} 同属{row.acting_body}而内容不一（{columns}），"
        "暂从严适用，请更正清单。",
        "Rows {ids} for matter {matter} are all of {row.acting_body} but disagree on "
        "{columns}; the stricter counts until the list is mended.",
    ),
    Remark(
        "compulsory_in_township",
        "清单第 {row.id} 行把强制事项 {matter} 列给镇街，依法无效，未予采用。",
        "Row {row.id} gives the compulsory matter {matter} to a township, which the law does "
        "not allow; the row is passed over.",
    ),
    Remark(
        "tier_below_area",
        "清单第 {row.id} 行的层级（{tier_zh}）低于其区域 {area.name}，未予采用。",
        "Row {row.id} is of the {tier_en} tier but claims all of {area_en}; the row is "
        "passed over.",
    ),
    Remark(
        "contradicts_domain",
        "清单第 {row.id} 行的层级（{tier_zh}）与该领域的执法层级矛盾，未予采用。",
        "Row {row.id} is of the {tier_en} tier, which does not enforce the domain; the row "
        "is passed over.",
    ),
    Remark(
        "other_side",
        "界线另一侧由{row.acting_body}持有（{area.name}清单第 {row.id} 行）；"
        "如其最先立案，则由其管辖。",
        "Beyond the border {row.acting_body} holds the matter (row {row.id} of the list of "
        "{area_en}); were it the first to file, it would have the case.",
    ),
)
"""What is wrong with a list at a place, or must be known of it."""

SCALE_NAMES = {CaseScale.DAILY: ("日常", "daily"), CaseScale.MAJOR: ("重大", "major")}
"""What texts call a scale."""


def rule(code: str, row: AuthorityRow, area: Area, **names: Area) -> Remark:
    """
    Say by which rule a row decided.

    Parameters
    ----------
    code
        One of `RULES`.
    row, area
        The row, and the area in which it holds.
    **names
        Other areas that the text names.

    Returns
    -------
    rule
        With the row, the acting body and the law.
    """
    text = RULES[code]
    words = _words({"area": area, **names})
    law_zh = f"，依据{row.legal_basis}" if row.legal_basis else ""
    law_en = f", under {row.legal_basis}" if row.legal_basis else ""
    return Remark(
        code,
        f"{text.zh.format(**words)}：{area.name}清单第 {row.id} 行，"
        f"执法主体为{row.acting_body}{law_zh}。",
        f"{text.en.format(**words)}: row {row.id} of the list of {words['area_en']} names "
        f"{row.acting_body}{law_en}.",
    )


def finding(code: str, **names: object) -> Remark:
    """
    Say what is wrong.

    Parameters
    ----------
    code
        One of `FINDINGS`.
    **names
        What the text names; an area is named in both languages, rows by their ids, and a
        tier or a scale in words.

    Returns
    -------
    finding
        The sentence.
    """
    text = FINDINGS[code]
    words = _words(names)
    return Remark(code, text.zh.format(**words), text.en.format(**words))


def ids(rows: Sequence[AuthorityRow]) -> str:
    """
    Name rows.

    Parameters
    ----------
    rows
        Rows of the list.

    Returns
    -------
    text
        Their ids, with commas between them.
    """
    return ", ".join(row.id for row in rows)


def in_english(area: Area) -> str:
    """
    Name an area in English.

    Parameters
    ----------
    area
        The area.

    Returns
    -------
    text
        Name and code, or the code where it has no English name.
    """
    return f"{area.name_en} ({area.code})" if area.name_en else area.code


def _words(names: Mapping[str, object]) -> dict[str, object]:
    """Add the words of both languages to what a text names."""
    words = dict(names)
    for name, value in names.items():
        if isinstance(value, Area):
            words[f"{name}_en"] = in_english(value)
        elif isinstance(value, Tier):
            words[f"{name}_zh"], words[f"{name}_en"] = LAYER_NAMES[value]
        elif isinstance(value, CaseScale):
            words[f"{name}_zh"], words[f"{name}_en"] = SCALE_NAMES[value]
    return words
