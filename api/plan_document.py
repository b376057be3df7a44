"""Documents that planners sign and hand on: facts, tables and pictures as a PDF or a workbook."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from geo.errors import BadValue, Unavailable
from geo.whole_file import whole_file

Cell = str | int | float | None
"""What a table holds; None is empty in a workbook and a dash on paper."""

FONTS = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
    "Noto Serif CJK SC",
    "SimSun",
)
"""Families that have Chinese characters, the best first."""

LONGEST_CELL = 32_767
"""Characters that a cell of a workbook holds."""

WIDEST_COLUMN = 60
LONGEST_SHEET_NAME = 31
NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))

PAGES = """
#let document_ = json(bytes(sys.inputs.document))
#let both(said) = [#said.zh #h(0.4em) #text(0.82em, fill: luma(90), said.en)]
#set document(title: document_.title.zh + " " + document_.title.en)
#set page(
  paper: "a4", flipped: document_.wide, margin: (x: 1.5cm, y: 1.6cm), numbering: "1 / 1",
  header: text(7pt, fill: luma(90), document_.title.zh + "  " + document_.title.en),
)
#set text(font: document_.fonts, size: 9pt, lang: "zh", region: "cn")
#text(17pt, weight: "bold", document_.title.zh) \\
#text(11pt, fill: luma(90), document_.title.en)
#v(0.3em)
#table(
  columns: (auto, 1fr), stroke: none, inset: (x: 0pt, y: 2.2pt), column-gutter: 1.2em,
  ..document_.facts.map(fact => (both(fact.name), fact.value)).flatten(),
)
#for picture in document_.pictures [
  #block(breakable: false)[
    #text(12pt, weight: "bold", both(picture.title)) \\
    #image(bytes(picture.svg), format: "svg", width: 100%)
  ]
]
#for table_ in document_.tables [
  #v(0.6em)
  #block(sticky: true, text(12pt, weight: "bold", both(table_.title)))
  #if table_.rows.len() == 0 [— #text(fill: luma(90), "无 none")] else [
    #set text(7.5pt)
    #table(
      columns: table_.columns.len(), stroke: 0.3pt + luma(170), inset: 3pt,
      align: (column, row) => if row > 0 and table_.numeric.at(column) { right } else { left },
      fill: (_, row) => if row == 0 { luma(232) } else { none },
      table.header(..table_.columns.map(name => [#name.zh \\ #text(0.85em, name.en)])),
      ..table_.rows.flatten(),
    )
  ]
]
"""
"""The page in Typst; texts come from outside as data, so that none of them is read as markup."""


@dataclass(frozen=True, slots=True)
class Said:
    """
    A short text in both languages.

    Attributes
    ----------
    zh, en
        Chinese and English.
    """

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class DocumentTable:
    """
    A table of a document, and a sheet of a workbook.

    Attributes
    ----------
    title
        What it is about.
    columns
        Heads of the columns.
    rows
        As many cells each as there are columns.
    """

    title: Said
    columns: tuple[Said, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class DocumentPicture:
    """
    A picture of a document; workbooks have none.

    Attributes
    ----------
    title
        What it shows.
    svg
        The picture as SVG.
    """

    title: Said
    svg: str


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """
    A document.

    Attributes
    ----------
    title
        What it is.
    written_at
        When it was made; the same content at the same time gives the same pages.
    facts
        Names and values that stand on top: plan, digest, by whom, when.
    tables
        In their order.
    pictures
        Before the tables.
    wide
        Whether pages lie on their side.
    """

    title: Said
    written_at: datetime
    facts: tuple[tuple[Said, str], ...] = ()
    tables: tuple[DocumentTable, ...] = ()
    pictures: tuple[DocumentPicture, ...] = ()
    wide: bool = False


def write_document(path: Path, document: PlanDocument) -> None:
    """
    Write a document in the format that the name of its file asks for.

    Parameters
    ----------
    path
        ``.pdf`` or ``.xlsx``; it appears whole.
    document
        What to write.

    Raises
    ------
    BadValue
        The name ends otherwise.
    Unavailable
        A PDF is asked for, and no font has Chinese characters.
    """
    writers = {".pdf": write_pdf, ".xlsx": write_xlsx}
    if path.suffix.lower() not in writers:
        raise BadValue(f"{path} is neither .pdf nor .xlsx; documents are written as one of them.")
    writers[path.suffix.lower()](path, document)


def write_pdf(path: Path, document: PlanDocument) -> None:
    """
    Write a document as PDF.

    Parameters
    ----------
    path
        The file; it appears whole.
    document
        What to write.

    Raises
    ------
    Unavailable
        No font has Chinese characters.
    """
    told = {
        "title": _said(document.title),
        "facts": [{"name": _said(name), "value": value} for name, value in document.facts],
        "pictures": [{"title": _said(one.title), "svg": one.svg} for one in document.pictures],
        "tables": [_paper_table(table) for table in document.tables],
        "wide": document.wide,
        "fonts": chinese_fonts(typst.Fonts().families()),
    }
    pages = typst.compile(
        PAGES.encode(),
        format="pdf",
        sys_inputs={"document": json.dumps(told, ensure_ascii=False)},
        timestamp=int(document.written_at.timestamp()),
    )
    with whole_file(path) as fresh:
        fresh.write_bytes(pages)


def chinese_fonts(families: list[str]) -> list[str]:
    """
    Pick the fonts in which a document can be set.

    Parameters
    ----------
    families
        Families that are installed.

    Returns
    -------
    fonts
        Those with Chinese characters, the best first.

    Raises
    ------
    Unavailable
        There is none.
    """
    known = [name for name in FONTS if name in families]
    if not known:
        raise Unavailable(
            "No font with Chinese characters is installed, so no PDF can be set: install one "
            "(Debian: apt-get install fonts-noto-cjk), or write .xlsx or .csv instead."
        )
    return known


def write_xlsx(path: Path, document: PlanDocument) -> None:
    """
    Write a document as a workbook: facts on the first sheet, then a sheet per table.

    Parameters
    ----------
    path
        The file; it appears whole.
    document
        What to write; pictures are left out.
    """
    with whole_file(path) as fresh, xlsxwriter.Workbook(str(fresh)) as book:
        # Workbooks know no offset; the instant is told in full on the first sheet.
        made = document.written_at.replace(tzinfo=None)
        title = f"{document.title.zh} {document.title.en}"
        book.set_properties({"title": title, "created": made})
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(_sheet_name(0, document.title))
        sheet.write_string(0, 0, title, bold)
        for row, (name, value) in enumerate(document.facts, start=2):
            sheet.write_string(row, 0, f"{name.zh} {name.en}")
            sheet.write_string(row, 1, value)
        sheet.set_column(0, 0, 36)
        sheet.set_column(1, 1, 48)
        for number, table in enumerate(document.tables, start=1):
            _write_sheet(book, book.add_worksheet(_sheet_name(number, table.title)), table)


def _write_sheet(book: Workbook, sheet: Worksheet, table: DocumentTable) -> None:
    """Write a table, with a head that stays and a filter on each column."""
    head = book.add_format({"bold": True, "text_wrap": True, "bg_color": "#E8E8E8", "border": 1})
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, f"{name.zh}\n{name.en}", head)
        texts = [name.zh, name.en, *(_plain(row[column]) for row in table.rows)]
        sheet.set_column(column, column, min(max(map(_width, texts)) + 2, WIDEST_COLUMN))
    for at, row in enumerate(table.rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):  # a text that begins with = stays a text
                sheet.write_string(at, column, cell[:LONGEST_CELL])
            elif cell is not None:
                sheet.write_number(at, column, cell)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()  # on paper: A4, as wide as the page, the head on every page
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _paper_table(table: DocumentTable) -> dict[str, Any]:
    """A table as texts, and which columns are numbers."""
    numeric = [
        all(not isinstance(row[column], str) for row in table.rows)
        for column in range(len(table.columns))
    ]
    return {
        "title": _said(table.title),
        "columns": [_said(name) for name in table.columns],
        "numeric": numeric,
        "rows": [[_plain(cell) for cell in row] for row in table.rows],
    }


def _plain(cell: Cell) -> str:
    """A cell as it stands on paper."""
    if cell is None:
        return "—"
    if isinstance(cell, float):
        return f"{cell:,.1f}"
    return cell if isinstance(cell, str) else f"{cell:,}"


def _width(text: str) -> int:
    """Width of a text in columns of a workbook; Chinese characters take two."""
    return sum(2 if ord(one) > 0x2E7F else 1 for one in text)


def _sheet_name(number: int, said: Said) -> str:
    """A name that no other sheet has, and that workbooks allow."""
    name = said.zh.translate(NOT_IN_SHEET_NAMES).strip()
    return (name if number == 0 else f"{number} {name}")[:LONGEST_SHEET_NAME]


def _said(said: Said) -> dict[str, str]:
    """A text in both languages for the page."""
    return {"zh": said.zh, "en": said.en}
