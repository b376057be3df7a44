"""Bulletins as workbooks: every figure by its name, and every list in full."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from api.bulletin_reading import STATES, Paper, Reading, stood, written_at
from api.plan_document import Cell, DocumentTable, PlanDocument, Said
from dispatch.figure_name import BEFORE, Dimension, FigureName
from dispatch.sight import without_phones
from geo.road.week import CITY_TIME


def workbook_of(paper: Paper) -> PlanDocument:
    """
    Lay a bulletin out as a workbook: every figure by its name, and every list in full.

    Parameters
    ----------
    paper
        The bulletin.

    Returns
    -------
    document
        Facts and tables in both languages.
    """
    content, zh, en = paper.content, Reading(paper, "zh"), Reading(paper, "en")
    bulletin = paper.bulletin
    facts = [
        (Said("报告期", "Span"), f"{zh.span} / {en.span}"),
        (Said("统计时点", "As known at"), f"{_clock(content['known_at'])} (+08:00)"),
        (Said("版次", "Issue"), "草稿 draft" if bulletin is None else f"{content['issue']}"),
        (Said("规则摘要", "Rules"), content["drawn_from"]["rules_digest"]),
        (Said("城市版本", "City version"), content["drawn_from"]["city_version"]),
    ]
    if bulletin is not None:
        facts = [
            (Said("编号", "Number"), bulletin.id), *facts,
            (Said("内容摘要", "Digest"), bulletin.digest),
        ]  # fmt: skip
    tables = [*_figures(zh), *_rankings(zh, en), *_lists(zh, en), *_record(paper, zh)]
    return PlanDocument(Said(zh.title, en.title), written_at(paper), tuple(facts), tuple(tables))


def _figures(zh: Reading) -> Iterator[DocumentTable]:
    """Every figure: of all, by month, by brigade and by area."""
    columns = _heads(
        "数据名称|Figure",
        "指标|Name (zh)",
        "英文|Name (en)",
        "对象|Of",
        "期|When",
        "计入|Counted",
        "总数|All",
        "值（比率为%）|Value (shares in %)",
    )
    rows: dict[Dimension | None, list[tuple[Cell, ...]]] = {None: [], **{d: [] for d in Dimension}}
    for one in zh.content["figures"]:
        name = FigureName.read(one["figure"])
        called = zh.named.get(name.code, {"zh": "得分", "en": "Score"})
        of = zh.name(zh.content["area"])
        if name.dimension is not None:
            of = zh.group(name.dimension, str(name.group))
        when = name.when.replace(BEFORE, "上期 before")
        value = zh.value(name)
        shown: Cell = value if value is None or "of" not in one else round(100 * value, 2)
        cells = (one["figure"], called["zh"], called["en"], of, when)
        rows[name.dimension].append((*cells, one.get("hits"), one.get("of"), shown))
    titles = {
        None: Said("指标", "Figures"),
        Dimension.BRIGADE: Said("分单位", "By brigade"),
        Dimension.AREA: Said("分辖区", "By area"),
    }
    for dimension, title in titles.items():
        if rows[dimension]:
            yield DocumentTable(title, columns, tuple(rows[dimension]))


def _rankings(zh: Reading, en: Reading) -> Iterator[DocumentTable]:
    """Ranks, and who is listed."""
    columns = _heads(
        "名次|Rank",
        "代码|Code",
        "名称|Name (zh)",
        "英文|Name (en)",
        "得分|Score",
        "案件|Cases",
        "榜单|List",
    )
    titles = {
        Dimension.BRIGADE: Said("红黑榜 单位", "Ranks of brigades"),
        Dimension.AREA: Said("排名 辖区", "Ranks of areas"),
    }
    for dimension, title in titles.items():
        ranking = zh.content["rankings"].get(dimension)
        if ranking is None:
            continue
        on = {
            **dict.fromkeys(ranking["red"], "红榜 red"),
            **dict.fromkeys(ranking["black"], "黑榜 black"),
        }
        rows = tuple(
            (
                one["rank"], one["group"], zh.group(dimension, one["group"]),
                en.group(dimension, one["group"]), one["score"], one["cases"],
                on.get(one["group"], ""),
            )
            for one in ranking["rows"]
        )  # fmt: skip
        yield DocumentTable(title, columns, rows)


def _lists(zh: Reading, en: Reading) -> Iterator[DocumentTable]:
    """Cases one by one."""
    columns = _heads(
        "事件编号|Incident",
        "事项|Matter",
        "区划|Area",
        "责任区|Zone",
        "承办|Unit",
        "状态|State",
        "上报|Reported",
        "应办结|Due",
        "逾期小时|Hours late",
        "情况|Why (zh)",
        "英文|Why (en)",
    )
    for listed in zh.content["lists"]:
        rows = tuple(
            (
                one["incident"], zh.name(one["matter"]), zh.name(one["area"]),
                zh.name(one["zone"]), zh.name(one["unit"]),
                " ".join(STATES.get(one["state"], (one["state"],))), _clock(one["reported_at"]),
                _clock(one["due_at"]), one["overdue_h"], *_why(one, zh, en),
            )
            for one in listed["cases"]
        )  # fmt: skip
        yield DocumentTable(Said(listed["zh"], listed["en"]), columns, rows or _none(columns))


def _why(one: dict[str, Any], *readings: Reading) -> tuple[str, ...]:
    """What there is to say of a case."""
    return tuple(
        without_phones(" ".join(said[reading.language] for said in one["why"]))
        for reading in readings
    )


def _record(paper: Paper, zh: Reading) -> Iterator[DocumentTable]:
    """What changed, what was left out, who objected and who signed."""
    content, bulletin = paper.content, paper.bulletin
    if content["corrects"] is not None:
        columns = _heads("数据名称|Figure", "指标|Name (zh)", "原值|Stood", "现值|Stands")
        rows = tuple(
            (
                one["figure"],
                zh.figure_title(one["figure"]),
                stood(one["before"]),
                stood(one["after"]),
            )
            for one in content["changes"]
        )
        yield DocumentTable(Said("本版更正", "Changes"), columns, rows or _none(columns))
        heads = _heads("事件|Incident", "时间|At", "更正人|By", "理由|Reason", "字段|Fields")
        corrected = tuple(
            (
                one["incident"], _clock(one["at"]), one["by"], without_phones(one["reason"]),
                "、".join(one["fields"]),
            )
            for one in content["corrections"]
        )  # fmt: skip
        yield DocumentTable(Said("登记更正", "Corrections"), heads, corrected or _none(heads))
    if content["left_out"]:
        columns = _heads("数据名称|Figure", "指标|Name (zh)", "事件|Incident", "申诉|Appeal")
        out = tuple(
            (one["figure"], zh.figure_title(one["figure"]), one["incident"], one["appeal"])
            for one in content["left_out"]
        )
        yield DocumentTable(Said("申诉剔除", "Left out"), columns, out)
    if bulletin is not None and bulletin.appeals:
        yield _appeals(paper)
    if bulletin is not None and bulletin.signatures:
        signed = tuple(
            (one.by, _clock(one.at), one.digest, without_phones(one.note))
            for one in bulletin.signatures
        )
        heads = _heads("签阅人|By", "时间|At", "摘要|Digest", "批示|Note")
        yield DocumentTable(Said("签阅", "Signatures"), heads, signed)


def _appeals(paper: Paper) -> DocumentTable:
    """Objections, and what was decided."""
    assert paper.bulletin is not None  # whoever asks has looked
    columns = _heads(
        "申诉|Appeal", "数据|Figure", "事件|Incident", "时间|At", "申诉人|By", "理由|Reason",
        "裁定|Ruling", "裁定人|Ruled by", "裁定理由|Why",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for one in paper.bulletin.appeals:
        ruling = one.ruling
        ruled = ("", "", "")
        if ruling is not None:
            said = "成立 upheld" if ruling.upheld else "不成立 not upheld"
            ruled = (said, ruling.by, without_phones(ruling.reason))
        about = (one.id, one.figure, one.incident, _clock(one.at), one.by)
        rows.append((*about, without_phones(one.reason), *ruled))
    return DocumentTable(Said("申诉", "Appeals"), columns, tuple(rows))


def _clock(written: str | datetime | None) -> str | None:
    """An instant by the clock of the city."""
    if written is None:
        return None
    at = datetime.fromisoformat(written) if isinstance(written, str) else written
    return f"{at.astimezone(CITY_TIME):%Y-%m-%d %H:%M}"


def _none(columns: tuple[Said, ...]) -> tuple[tuple[Cell, ...], ...]:
    """The row of a table that has none."""
    return (("无 none", *(None for _ in columns[1:])),)


def _heads(*named: str) -> tuple[Said, ...]:
    """Heads of columns, Chinese and English."""
    return tuple(Said(*head.split("|")) for head in named)
