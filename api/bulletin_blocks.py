"""What stands on the pages of a bulletin, block by block, in one language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from api.bulletin_reading import NOTHING, STATES, Reading, stood
from dispatch.figure_name import BEFORE, SCORE, Dimension, FigureName
from dispatch.report_rules import BulletinKind
from geo.road.week import CITY_TIME

MOST_LISTED = 40
"""Cases of one list that stand on paper; the workbook has all."""

MOST_GROUPS = 60
"""Rows of one table of groups that stand on paper; the workbook has all."""

_LIST_SHAPES = {
    "zh": [2.5, 2.4, 1.4, 2.0, 1.2, 1.65, 1.2, 2.75],
    "en": [2.35, 2.1, 1.6, 2.1, 1.75, 1.65, 1.0, 2.4],
}
"""Widths of the columns of a list; states and areas are longer words in English."""

LONGEST_WHY = 160
"""Characters of what there is to say of a case on paper; the workbook has all."""

Block = dict[str, Any]

_MONTHLY_SHARES = ("closing_rate", "satisfaction")

_USUAL = {"reported", "filed", "dispatched", "handled", "closed", "open", "overdue"}
_SUMMED = dict.fromkeys(BulletinKind, _USUAL) | {
    BulletinKind.CONSULTATION: {"open", "disputed", "overdue", "sent_back"}
}
"""What the first paragraph tells in sentences."""

_GROUP_COLUMNS = (
    "filed", "closed", "overdue", "arrived_in_time_rate", "handled_in_time_rate", "closing_rate",
    "satisfaction",
)  # fmt: skip

_DIGITS = " 一二三四五六七八九"


def blocks_of(reading: Reading) -> list[Block]:
    """
    Lay a bulletin out.

    Parameters
    ----------
    reading
        The bulletin in one language.

    Returns
    -------
    blocks
        Headings, texts, tables and so on, in their order.
    """
    blocks: list[Block] = []
    for block in _body(reading):
        if block["kind"] != "heading":
            blocks.append(block)
            continue
        done = sum(one["kind"] == "heading" for one in blocks)
        number = reading.t(f"{_numeral(done + 1)}、", f"{done + 1}. ")
        blocks.append({**block, "text": number + block["text"]})
    return [*blocks, _signing(reading)]


def _numeral(number: int) -> str:
    """A number below a hundred as headings have it."""
    tens, ones = divmod(number, 10)
    return (_DIGITS[tens] if tens > 1 else "") + "十" * (tens > 0) + _DIGITS[ones].strip()


def _body(reading: Reading) -> Iterator[Block]:
    """What the four say."""
    t, kind = reading.t, reading.scope.kind
    yield _heading(t("总体情况", "At a glance"))
    yield {"kind": "text", "text": _summary(reading)}
    yield from _changed(reading)
    if kind is not BulletinKind.CONSULTATION:
        yield _heading(t("主要指标", "Figures"))
        yield from (one for one in (_counts(reading), _shares(reading)) if one["rows"])
    if kind is BulletinKind.YEARLY and reading.scope.months:
        yield _heading(t("逐月走势", "Month by month"))
        yield _months(reading)
    if reading.content["score"]:
        yield _heading(t("红黑榜", "Red and black list"))
        yield _red_and_black(reading)
        yield _heading(t("考核排名", "Scores"))
        yield from _scores(reading)
    elif kind is not BulletinKind.CONSULTATION:
        yield from _groups(reading, Dimension.BRIGADE, t("各承办单位情况", "By brigade and squad"))
    yield from _groups(reading, Dimension.AREA, t("各辖区情况", "By area"))
    for listed in reading.content["lists"]:
        yield from _list(reading, listed)
    yield from _appeals(reading)


def _summary(reading: Reading) -> str:
    """The paragraph that a leader reads."""

    def n(code: str) -> str:
        return reading.shown(FigureName(code))

    t, content = reading.t, reading.content
    known = reading.day(content["known_at"], clock=True)
    if not _SUMMED[reading.scope.kind] <= reading.named.keys():  # rules of one's own
        every = [f"{reading.name(one)} {n(code)}" for code, one in reading.named.items()]
        return t(f"{reading.span}：{'，'.join(every)}。", f"{reading.span}: {'; '.join(every)}.")
    if reading.scope.kind is BulletinKind.CONSULTATION:
        if not any(
            reading.value(FigureName(code)) for code in ("disputed", "overdue", "sent_back")
        ):
            return t(
                f"截至{known}，在办案件{n('open')}件，无争议未决、逾期未结、退回未结案件，"
                "暂无提请会商事项。",
                f"As known at {known}, {n('open')} cases are open; none of them is disputed, "
                "overdue or returned. Nothing is put before a consultation.",
            )
        return t(
            f"截至{known}，在办案件{n('open')}件，其中争议未决{n('disputed')}件、"
            f"逾期未结{n('overdue')}件、退回未结{n('sent_back')}件，现提请会商。",
            f"As known at {known}, {n('open')} cases are open: {n('disputed')} are disputed, "
            f"{n('overdue')} overdue and {n('sent_back')} were returned and are not closed. They "
            "are put before the consultation.",
        )
    zh = (
        f"{reading.span}，共受理上报{n('reported')}件，立案{n('filed')}件，派遣{n('dispatched')}件，"
        f"处置{n('handled')}件，结案{n('closed')}件；截至统计时点在办{n('open')}件，逾期未结"
        f"{n('overdue')}件。"
    )
    en = (
        f"In {reading.span}, {n('reported')} reports came in; {n('filed')} were filed, "
        f"{n('dispatched')} dispatched, {n('handled')} handled and {n('closed')} closed. "
        f"{n('open')} cases are open, {n('overdue')} of them overdue. "
    )
    said = [
        (reading.named[code], n(code))
        for code in ("arrived_in_time_rate", "handled_in_time_rate", "closing_rate", "satisfaction")
        if n(code) != NOTHING
    ]
    if said:
        zh += "，".join(f"{named['zh']}{value}" for named, value in said) + "。"
        en += (
            "; ".join(f"{named['en'].lower()} {value}" for named, value in said).capitalize() + "."
        )
    return t(zh, en)


def _counts(reading: Reading) -> Block:
    """Numbers of cases beside those of the span before."""
    t = reading.t
    rows = []
    for code, one in reading.named.items():
        if one["is"] == "count":
            standing = reading.change(code) == NOTHING
            before = NOTHING if standing else reading.shown(FigureName(code, when=BEFORE))
            rows.append(
                [reading.name(one), reading.shown(FigureName(code)), before, reading.change(code)]
            )
    columns = [t("数量（件）", "Cases"), t("本期", "Now"), t("上期", "Before"), t("增减", "Change")]
    return _table(columns, rows)


def _shares(reading: Reading) -> Block:
    """Shares beside those of the span before."""
    t = reading.t
    rows = [
        [
            reading.name(one),
            reading.shown(FigureName(code)),
            reading.fraction(FigureName(code)),
            reading.shown(FigureName(code, when=BEFORE)),
            reading.change(code),
        ]
        for code, one in reading.named.items()
        if one["is"] == "share"
    ]
    columns = [
        t("比率", "Share"), t("本期", "Now"), t("计入 / 总数", "Counted / all"),
        t("上期", "Before"), t("增减（百分点）", "Change (points)"),
    ]  # fmt: skip
    return _table(columns, rows)


def _months(reading: Reading) -> Block:
    """The year as bars, with two shares below."""
    months = list(reading.scope.months)
    below = [code for code in _MONTHLY_SHARES if code in reading.named]
    counts = [reading.value(FigureName("reported", when=month)) or 0 for month in months]
    most = max([*counts, 1])
    return {
        "kind": "bars",
        "label": reading.t("上报（件）", "Reported"),
        "bars": [
            {
                "name": reading.t(f"{int(month[-2:])}月", month[-2:]),
                "value": f"{count:,}",
                "share": count / most,
                "below": [reading.shown(FigureName(code, when=month)) for code in below],
            }
            for month, count in zip(months, counts, strict=True)
        ],
        "below": [reading.name(reading.named[code]) for code in below],
    }


def _red_and_black(reading: Reading) -> Block:
    """Who stands on the two lists."""
    ranking = reading.content["rankings"][Dimension.BRIGADE]
    rows = {one["group"]: one for one in ranking["rows"]}

    def listed(codes: list[str]) -> list[dict[str, str]]:
        return [
            {
                "name": reading.group(Dimension.BRIGADE, code),
                "score": f"{rows[code]['score']:.1f}",
                "rank": reading.t(f"第{rows[code]['rank']}名", f"no. {rows[code]['rank']}"),
            }
            for code in codes
        ]

    return {
        "kind": "lists",
        "red": {"title": reading.t("红 榜", "Red list"), "rows": listed(ranking["red"])},
        "black": {"title": reading.t("黑 榜", "Black list"), "rows": listed(ranking["black"])},
        "nobody": reading.t("本期无单位列入", "Nobody in this span"),
        "points": reading.t("分", "points"),
    }


def _scores(reading: Reading) -> Iterator[Block]:
    """Everybody's score with its parts."""
    t, content = reading.t, reading.content
    parts = [one["indicator"] for one in content["score"]]
    columns = [
        t("名次", "Rank"), t("承办单位", "Brigade"), t("得分", "Score"), t("案件数", "Cases"),
        *(reading.name(reading.named[code]) for code in parts),
    ]  # fmt: skip
    rows = []
    for one in content["rankings"][Dimension.BRIGADE]["rows"][:MOST_GROUPS]:
        group = one["group"]
        rows.append(
            [
                NOTHING if one["rank"] is None else f"{one['rank']}",
                reading.group(Dimension.BRIGADE, group),
                NOTHING if one["score"] is None else f"{one['score']:.1f}",
                f"{one['cases']:,}",
                *(reading.shown(FigureName(code, Dimension.BRIGADE, group)) for code in parts),
            ]
        )
    widths = [0.6, 2.5, 0.75, 0.75, *(1.1 for _ in parts)]
    yield _table(columns, rows, names=1, widths=widths)
    weights = "；".join(
        f"{reading.named[one['indicator']]['zh']}{one['weight']:g}分"
        f"（{one['nothing']:.0%}及以下不得分，{one['full']:.0%}得满分）"
        if one["full"] > one["nothing"]
        else f"{reading.named[one['indicator']]['zh']}{one['weight']:g}分"
        f"（{one['nothing']:.0%}及以上不得分，{one['full']:.0%}得满分）"
        for one in content["score"]
    )
    in_english = "; ".join(
        f"{reading.named[one['indicator']]['en'].lower()} {one['weight']:g} points "
        f"({one['nothing']:.0%} none, {one['full']:.0%} all)"
        for one in content["score"]
    )
    yield {
        "kind": "small",
        "text": t(
            f"评分：{weights}，其间按比例计分；无数据的项不计，其余项按权重折算为百分制。"
            "案件数不足者列示而不排名。",
            f"Scores: {in_english}, in between in proportion; a part of which nothing is known is "
            "left out, and the others weigh more. Whoever has too few cases is not ranked.",
        ),
    }


def _groups(reading: Reading, dimension: Dimension, title: str) -> Iterator[Block]:
    """Figures of every brigade, or of every area below."""
    names = reading.content["names"][dimension]
    if not names:
        return
    yield _heading(title)
    codes = [code for code in _GROUP_COLUMNS if code in reading.named]
    if reading.scope.kind is BulletinKind.CONSULTATION:
        codes = list(reading.named)
    scored = dimension in reading.content["rankings"]
    of_brigades = dimension is Dimension.BRIGADE
    columns = [
        reading.t("单位", "Brigade") if of_brigades else reading.t("辖区", "Area"),
        *(_with_unit(reading, code) for code in codes),
        *([reading.t("得分", "Score")] if scored else []),
    ]
    total = [
        reading.t("合计", "All"),
        *(reading.shown(FigureName(code)) for code in codes),
        *([NOTHING] if scored else []),
    ]
    rows = []
    for group in sorted(names)[:MOST_GROUPS]:
        score = reading.value(FigureName(SCORE, dimension, group)) if scored else None
        rows.append(
            [
                reading.group(dimension, group),
                *(reading.shown(FigureName(code, dimension, group)) for code in codes),
                *([NOTHING if score is None else f"{score:.1f}"] if scored else []),
            ]
        )
    widths = [2.3 if of_brigades else 1.4] + [1.0] * (len(columns) - 1)
    yield _table(columns, rows, widths=widths, total=total)
    if len(names) > MOST_GROUPS:
        yield _rest(reading, len(names) - MOST_GROUPS)


def _with_unit(reading: Reading, code: str) -> str:
    """The head of a column; a share tells its unit with each number."""
    unit = reading.t("\n（件）", "") if reading.is_count(code) else ""
    return reading.name(reading.named[code]) + unit


def _list(reading: Reading, listed: dict[str, Any]) -> Iterator[Block]:
    """Cases one by one."""
    t, cases = reading.t, listed["cases"]
    yield _heading(t(f"{listed['zh']}事件（{len(cases)}件）", f"{listed['en']} ({len(cases)})"))
    if not cases:
        yield {"kind": "text", "text": t("无。", "None.")}
        return
    said = any(one["why"] for one in cases[:MOST_LISTED])
    columns = [
        t("事件编号", "Incident"), t("事项", "Matter"), t("地点", "Area"), t("承办", "Unit"),
        t("状态", "State"), t("上报", "Reported"), t("逾期", "Late"),
        *([t("情况", "Why")] if said else []),
    ]  # fmt: skip
    rows = []
    for one in cases[:MOST_LISTED]:
        late = one["overdue_h"]
        rows.append(
            [
                _breakable(one["incident"]),
                reading.name(one["matter"]),
                reading.name(one["area"]),
                reading.name(one["unit"]),
                t(*STATES.get(one["state"], (one["state"], one["state"]))),
                f"{datetime.fromisoformat(one['reported_at']).astimezone(CITY_TIME):%Y-%m-%d}",
                NOTHING if late is None else _late(reading, late),
                *([_why(reading, one)] if said else []),
            ]
        )
    shape = _LIST_SHAPES[reading.language]
    widths = shape if said else [shape[0], 1.2 * shape[1], shape[2], 1.5 * shape[3], *shape[4:-1]]
    yield _table(columns, rows, names=len(columns), widths=widths)
    if len(cases) > MOST_LISTED:
        yield _rest(reading, len(cases) - MOST_LISTED)
    if reading.scope.kind is BulletinKind.CONSULTATION:
        yield {"kind": "lines", "label": t("会商意见：", "Agreed:"), "count": 2}


def _why(reading: Reading, one: dict[str, Any]) -> str:
    """What there is to say of a case, as far as a row of a page holds it."""
    text = " ".join(why[reading.language] for why in one["why"])
    return text if len(text) <= LONGEST_WHY else text[:LONGEST_WHY].rstrip() + "…"


def _breakable(number: str) -> str:
    """A number that may be broken where its column ends; usual ones fit, or break at their dash."""
    return number if len(number) <= 15 else "\u200b".join(number)


def _changed(reading: Reading) -> Iterator[Block]:
    """What a later issue says otherwise than the one before."""
    t, content = reading.t, reading.content
    if content["corrects"] is None:
        return
    yield _heading(t("本版更正", "What this issue corrects"))
    out = len({(one["incident"], one["appeal"]) for one in content["left_out"]})
    yield {
        "kind": "text",
        "text": t(
            f"本版为第{content['issue']}版，更正{content['corrects']}：{len(content['changes'])}项数据"
            f"变动，{len(content['corrections'])}处登记更正，{out}件经申诉裁定剔除。",
            f"This is issue {content['issue']}; it corrects {content['corrects']}. Figures "
            f"changed: {len(content['changes'])}; records corrected: "
            f"{len(content['corrections'])}; cases left out after appeals: {out}.",
        ),
    }
    rows = [
        [reading.figure_title(one["figure"]), stood(one["before"]), stood(one["after"])]
        for one in content["changes"][:MOST_LISTED]
    ]
    if rows:
        yield _table([t("数据", "Figure"), t("原值", "Stood"), t("现值", "Stands")], rows)
    if len(content["changes"]) > MOST_LISTED:
        yield _rest(reading, len(content["changes"]) - MOST_LISTED)


def _appeals(reading: Reading) -> Iterator[Block]:
    """Objections, and what was decided."""
    bulletin = reading.paper.bulletin
    if bulletin is None or not bulletin.appeals:
        return
    t = reading.t
    yield _heading(t("申诉与裁定", "Appeals"))
    rows = []
    for one in bulletin.appeals:
        ruling = one.ruling
        decided = t("未裁定", "open")
        if ruling is not None:
            decided = t("成立", "upheld") if ruling.upheld else t("不成立", "not upheld")
            decided += t(f"：{ruling.reason}（{ruling.by}）", f": {ruling.reason} ({ruling.by})")
        what = reading.figure_title(one.figure)
        rows.append(
            [
                one.id,
                what,
                _breakable(one.incident or NOTHING),
                f"{one.reason}（{one.by}）",
                decided,
            ]
        )
    columns = [
        t("编号", "Appeal"), t("数据", "Figure"), t("事件", "Incident"), t("理由", "Reason"),
        t("裁定", "Ruling"),
    ]  # fmt: skip
    yield _table(columns, rows, names=5, widths=[2.0, 2.1, 1.6, 2.8, 2.5])


def _signing(reading: Reading) -> Block:
    """Who signed, when, and what; with how it was counted below, so that no page has that alone."""
    bulletin, t = reading.paper.bulletin, reading.t
    signatures = () if bulletin is None else bulletin.signatures
    return {
        "kind": "signing",
        "title": t("签 阅", "Signed"),
        "columns": [
            t("签阅人", "By"),
            t("时间", "At"),
            t("所签内容摘要", "Digest"),
            t("批示", "Note"),
        ],
        "rows": [
            [one.by, reading.day(one.at, clock=True), one.digest, one.note or NOTHING]
            for one in signatures
        ],
        "blank": t("领导签阅：", "To be signed:"),
        "date": t("年　　月　　日", "Date:　　　　　　　　"),
        "note": _note(reading),
    }


def _note(reading: Reading) -> str:
    """How it was counted, and how it can be counted again."""
    content = reading.content
    source, known = content["drawn_from"], reading.day(content["known_at"], clock=True)
    return reading.t(
        f"说明：数据为{known}在案记录，涉及{source['cases']:,}件；"
        f"口径见统计规则（摘要{source['rules_digest'][:12]}），城市版本{source['city_version']}。"
        "各项数据均可按名称查到所含事件，并可由记录按原规则重新计算。“—”为无可计算。",
        f"As on record at {known}, from {source['cases']:,} cases, by the rules "
        f"{source['rules_digest'][:12]} and the city version {source['city_version']}. Every "
        "figure opens to its cases and can be drawn up again from the record. A dash is a share "
        "of nothing.",
    )


def _late(reading: Reading, hours: float) -> str:
    """How late a case is."""
    if hours >= 24:
        return reading.t(f"{hours / 24:.0f}天", f"{hours / 24:.0f} d")
    return reading.t(f"{hours:.0f}小时", f"{hours:.0f} h")


def _rest(reading: Reading, count: int) -> Block:
    """What does not stand on paper."""
    return {
        "kind": "small",
        "text": reading.t(f"另有{count}项，见工作簿。", f"{count} more stand in the workbook."),
    }


def _heading(text: str) -> Block:
    return {"kind": "heading", "text": text}


def _table(
    columns: list[str],
    rows: list[list[str]],
    *,
    names: int = 0,
    widths: list[float] | None = None,
    total: list[str] | None = None,
) -> Block:
    """A table; columns up to `names` hold words, the others numbers; a total stands at its end."""
    return {
        "kind": "table", "columns": columns, "rows": rows, "names": names, "widths": widths,
        "total": total,
    }  # fmt: skip
