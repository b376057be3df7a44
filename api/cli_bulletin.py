"""`grid-dispatch report weekly|monthly|yearly|consultation`: from the record, and kept ones."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from api.bulletin_document import write_bulletin
from api.bulletin_reading import Language, Paper, Reading
from api.case_books import CaseBooks
from api.clock import system_clock
from api.instant import read_instant
from api.routes.indicators import case_out
from api.schemas_bulletin import BulletinOut, BulletinRecordOut, RecomputedOut
from api.settings import Settings, store_url
from api.store_option import EXIT_NO, JsonOption, NowOption, StoreOption
from dispatch.bulletin_content import content_of
from dispatch.bulletin_desk import Opened, draw_up, open_figure, opened_figure, recompute
from dispatch.bulletin_schedule import Wanted, calendar_day, scope_of
from dispatch.city import City
from dispatch.figure_name import FigureName
from dispatch.report_rules import BulletinKind
from dispatch.report_rules_file import known_rules
from dispatch.store.bulletin_evidence import Sources
from dispatch.store.bulletins import get_bulletin, list_bulletins, read_content
from dispatch.store.cities import read_city
from dispatch.store.engine import open_store
from geo.errors import BadValue

PeriodOption = Annotated[
    str | None,
    typer.Option("--period", metavar="SPAN", help="2026-W47, 2026-11, 2026 or a day of the span."),
]
FromOption = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="Any span instead: from then on.")
]
ToOption = Annotated[str | None, typer.Option("--to", metavar="TIME", help="Before then.")]
AreaOption = Annotated[
    str | None, typer.Option(metavar="CODE", help="The area; the whole city without.")
]
OutOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as .pdf or .xlsx.")]
FigureOption = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="List the cases behind a figure, named as in --json."),
]
RulesOption = Annotated[
    Path | None,
    typer.Option(metavar="TOML", help="Rules of your own; those of GRID_DISPATCH_REPORTS without."),
]
LanguageOption = Annotated[str, typer.Option("--lang", help="Of the PDF: zh or en.")]


@dataclass(frozen=True, slots=True, eq=False)
class _Read:
    """A store that is read."""

    session: Session
    city: City
    sources: Sources


HELP = {
    BulletinKind.WEEKLY: "Draw the weekly report (周报) up; of the last week that is over.",
    BulletinKind.MONTHLY: "Draw the monthly bulletin (月通报) up, with its red and black list.",
    BulletinKind.YEARLY: "Draw the yearly evaluation (年度考评) up.",
    BulletinKind.CONSULTATION: "Gather disputed, overdue and returned cases (会商材料).",
}


def drawing_verb(kind: BulletinKind) -> Callable[..., None]:
    """
    Make the verb of one of the four reports.

    Parameters
    ----------
    kind
        Which.

    Returns
    -------
    verb
        A command.
    """

    def draw(
        *,
        period: PeriodOption = None,
        since: FromOption = None,
        until: ToOption = None,
        area: AreaOption = None,
        out: OutOption = None,
        figure: FigureOption = None,
        rules: RulesOption = None,
        language: LanguageOption = "zh",
        now: NowOption = None,
        store: StoreOption = None,
        as_json: JsonOption = False,
    ) -> None:
        known = known_rules(rules or Settings().reports)
        at = system_clock() if now is None else read_instant(now)
        wanted = _wanted(kind, period, since, until)
        with _reading(store) as read:
            scope = scope_of(known.products[kind], area or _whole(read.city), wanted, now=at)
            drawn_up = draw_up(read.session, scope, known, read.sources, known_at=at)
        if figure is not None:
            opened = opened_figure(figure, scope, known, drawn_up.evidence)
            _show_cases(opened, as_json=as_json)
            return
        content = content_of(drawn_up, issue=0)
        _tell(Paper(content), {"content": content}, out, language, as_json=as_json)

    return draw


def kept(
    number: Annotated[str | None, typer.Argument(help="Of one report; all without.")] = None,
    *,
    out: OutOption = None,
    figure: FigureOption = None,
    language: LanguageOption = "zh",
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the reports that were issued, or tell, print or open one of them."""
    with _reading(store) as read:
        if number is None:
            _list(read, as_json=as_json)
            return
        bulletin, content = get_bulletin(read.session, number), read_content(read.session, number)
        if figure is not None:
            _show_cases(open_figure(read.session, number, figure, read.sources), as_json=as_json)
            return
    told = BulletinRecordOut.told(bulletin, read.city.area_of, content)
    _tell(Paper(content, bulletin), told.model_dump(mode="json"), out, language, as_json=as_json)


def recompute_verb(
    number: Annotated[str, typer.Argument(help="Of the report.")],
    *,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """Draw a kept report up again from the record; exit 1 if a figure comes out otherwise."""
    with _reading(store) as read:
        found = RecomputedOut.of(recompute(read.session, number, read.sources))
    if as_json:
        _print(found.model_dump(mode="json"))
    else:
        said = "the same" if found.same else "NOT the same"
        typer.echo(f"{number}: {found.figures} figures drawn up again, {said}.")
        for one in found.differences:
            typer.echo(f"  {one.figure}: kept {one.kept}, now {one.now}")
        for remark in found.remarks:
            typer.echo(f"  {remark.en}")
    return 0 if found.same else EXIT_NO


def _wanted(kind: BulletinKind, period: str | None, since: str | None, until: str | None) -> Wanted:
    """The span that is asked for."""
    day = None if period is None else calendar_day(kind, period)
    start, end = (None if text is None else read_instant(text) for text in (since, until))
    return Wanted(day, start, end)


@contextmanager
def _reading(store: str | None) -> Iterator[_Read]:
    """Read a store, whoever serves it."""
    books = CaseBooks()
    with closing(open_store(store_url(store))) as opened:
        city = read_city(opened, or_by_air=True)
        with opened.reading() as session:
            yield _Read(session, city, Sources(city, lambda then: books.past_books(then, session)))


def _whole(city: City) -> str:
    """The area that is the whole city."""
    if len(city.roots) != 1:
        raise BadValue(f"Name the area with --area: {', '.join(sorted(city.roots))}.")
    return next(iter(city.roots))


def _tell(
    paper: Paper, told: dict[str, Any], out: Path | None, language: str, *, as_json: bool
) -> None:
    """Write a report to a file, as JSON, or as lines."""
    if language not in {"zh", "en"}:
        raise BadValue(f"{language!r} is neither zh nor en.")
    spoken: Language = "zh" if language == "zh" else "en"
    if out is not None:
        write_bulletin(out, paper, spoken)
    if as_json:
        _print(told)
    elif out is None:
        _show(Reading(paper, "en"))
    else:
        typer.echo(f"Written to {out}.", err=True)


def _show(reading: Reading) -> None:
    """Print figures for people."""
    typer.echo(f"{reading.title}, {reading.span}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("", "now", "of", "before", "change"):
        table.add_column(column)
    for code, one in reading.named.items():
        name = FigureName(code)
        of = "" if reading.is_count(code) else reading.fraction(name)
        before = reading.shown(FigureName(code, when="before"))
        table.add_row(one["en"], reading.shown(name), of, before, reading.change(code))
    Console().print(table)
    for ranking in list(reading.content["rankings"].values())[:1]:
        for colour in ("red", "black"):
            typer.echo(f"{colour.capitalize()} list: {', '.join(ranking[colour]) or 'nobody'}")
    for listed in reading.content["lists"]:
        numbers = [case["incident"] for case in listed["cases"]]
        typer.echo(f"{listed['en']}: {', '.join(numbers) or 'none'}")


def _show_cases(opened: Opened, *, as_json: bool) -> None:
    """List cases behind a figure."""
    cases = [
        case_out(opened.book, row, counts=bool(opened.hits[row])) for row in opened.rows.tolist()
    ]
    if as_json:
        parts = [str(one) for one in opened.parts]
        _print({"parts": parts, "cases": [one.model_dump(mode="json") for one in cases]})
        return
    for one in cases:
        counts = "counts" if one.counts else "does not count"
        typer.echo(f"{one.id or 'past case'}  {one.reported_at.isoformat()}  {counts}")


def _list(read: _Read, *, as_json: bool) -> None:
    """List kept reports."""
    rows = [
        BulletinOut.of(one, read.city.area_of) for one in list_bulletins(read.session, limit=None)
    ]
    if as_json:
        _print([one.model_dump(mode="json") for one in rows])
        return
    for one in rows:
        signed = ", ".join(each.by for each in one.signatures) or "not signed"
        typer.echo(f"{one.id}  {one.kind}  {one.area}  {one.since:%Y-%m-%d}  {signed}")


def _print(told: object) -> None:
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
