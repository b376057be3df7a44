"""Bulletins on paper and as workbooks: as an office issues them, to be signed and filed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import typst

from api.bulletin_blocks import blocks_of
from api.bulletin_reading import Language, Paper, Reading, written_at
from api.bulletin_workbook import workbook_of
from api.plan_document import chinese_fonts, write_xlsx
from dispatch.sight import without_phones
from geo.errors import BadValue
from geo.whole_file import whole_file

SERIF = "Noto Serif CJK SC"
"""Family of titles, as offices set them; the first that is known stands in for it."""

PAGES = """
#let doc = json(bytes(sys.inputs.document))
#let red = rgb("#c8102e")
#let grey = luma(95)
#set document(title: doc.title)
#set page(
  paper: "a4", margin: (x: 2.2cm, top: 2.2cm, bottom: 2cm),
  footer: context text(7.5pt, fill: grey)[
    #doc.foot #h(1fr) #counter(page).display("1 / 1", both: true)
  ],
)
#set text(font: doc.fonts, size: 10pt, lang: doc.lang, region: if doc.lang == "zh" { "cn" })
#set par(justify: true, leading: 0.8em)
#align(center, par(justify: false, text(
  font: doc.serif, if doc.lang == "zh" { 24pt } else { 19pt }, weight: "bold", fill: red,
  hyphenate: false, doc.title)))
#v(0.7em)
#grid(columns: (1fr, auto, 1fr), text(9pt, doc.left), text(9pt, doc.middle),
  align(right, text(9pt, doc.right)))
#v(-0.4em)
#line(length: 100%, stroke: 1.6pt + red)
#v(-0.9em)
#line(length: 100%, stroke: 0.5pt + red)
#align(center, text(font: doc.serif, 13pt, weight: "bold", doc.span))
#for notice in doc.notices { align(center, text(9pt, fill: red, notice)) }
#v(0.2em)
#let rules = (x, y) => (
  top: if y == 0 { 0.9pt } else if y == 1 { 0.5pt } else { 0.25pt + luma(190) },
  bottom: 0.9pt,
)
#let heading_(body) = block(
  sticky: true, above: 1.3em, below: 0.9em, text(font: doc.serif, 12pt, weight: "bold", body))
#let kept = 3 // rows that stay with what follows, so that no page has a signature alone
#let table_(b, last: none) = {
  let size = if doc.lang == "zh" { 8.3pt } else { 7.7pt }
  let wide = b.columns.len()
  let small(body) = { set text(size); set par(justify: false, leading: 0.5em); body }
  let whole(row) = row.map(cell => table.cell(breakable: false, small(cell)))
  let row_(row) = (..whole(row),
    table.hline(end: wide, stroke: 0.25pt + luma(200)))
  let rows = b.rows + if b.total != none { (b.total.map(cell => strong(cell)),) }
  let cut = if last == none { rows.len() } else { calc.max(0, rows.len() - kept) }
  let short = rows.len() <= if b.names < wide { 12 } else { kept }
  let widths = if b.widths != none { b.widths.map(w => w * 1fr) } else {
    b.columns.enumerate().map(((i, _)) =>
      if i == b.names { 1.8fr } else if i < b.names { auto } else { 1fr }) }
  let body = rows.map(row_)
  if last != none { // a column of no width holds the last rows and what follows together
    let hold = table.cell(rowspan: rows.len() - cut + 1, breakable: false, inset: 0pt)[]
    body = rows.enumerate().map(((i, row)) =>
      (..whole(row), ..if i < cut { ([],) } else if i == cut { (hold,) },
        table.hline(end: wide, stroke: if i + 1 == rows.len() { 0.9pt } else {
          0.25pt + luma(200) })))
    widths.push(0pt)
    body.push((table.cell(colspan: wide, inset: (x: 0pt, top: 1.2em), align: left, last),))
  }
  block(breakable: not short, table(
    columns: widths, stroke: none,
    inset: (x, _) => if x == wide { 0pt } else { (x: 4pt, y: 3.6pt) },
    align: (x, y) => if x <= b.names { left + horizon } else { right + horizon },
    fill: (x, y) => if y == 0 and x < wide { rgb("#f7eeee") },
    table.hline(stroke: 0.9pt),
    table.header(..b.columns.map(name => small(text(if doc.lang == "zh" { 8.3pt } else { 7.2pt },
      weight: "bold", name))), ..if last != none { ([],) }, table.hline(stroke: 0.5pt)),
    ..body.flatten(),
    ..if last == none { (table.hline(stroke: 0.9pt),) },
  ))
}
#let list_(b, colour, body) = rect(width: 100%, stroke: 0.8pt + colour, inset: 0pt)[
  #block(width: 100%, fill: colour, inset: 5pt, below: 0pt,
    align(center, text(font: doc.serif, 12pt, weight: "bold", fill: white, body.title)))
  #block(width: 100%, inset: 8pt, above: 0pt)[
    #set par(justify: false)
    #if body.rows.len() == 0 { align(center, text(9pt, fill: grey, b.nobody)) } else {
      grid(columns: (auto, 1fr, auto), gutter: 8pt,
        ..body.rows.map(row => (text(8.5pt, fill: grey, row.rank), text(weight: "bold", row.name),
          [#row.score #text(8pt, b.points)])).flatten())
    }
  ]
]
#let bars_(b) = {
  set text(7.5pt)
  set par(justify: false)
  text(8.5pt, fill: grey, b.label)
  grid(
    columns: (auto, ..b.bars.map(_ => 1fr)), column-gutter: 3pt, row-gutter: 5pt,
    align: center + bottom,
    [], ..b.bars.map(bar => stack(spacing: 3pt, text(7pt, bar.value),
      rect(width: 70%, height: 0.6pt + 70pt * bar.share, fill: rgb("#b5485a")))),
    [], ..b.bars.map(bar => bar.name),
    ..b.below.enumerate().map(((i, name)) => (align(left, text(fill: grey, name)),
      ..b.bars.map(bar => text(6.6pt, bar.below.at(i))))).flatten(),
  )
}
#let signing_(b) = block(breakable: false, above: 1.6em, width: 100%)[
  #text(font: doc.serif, 12pt, weight: "bold", b.title)
  #if b.rows.len() > 0 {
    set text(8.3pt)
    set par(justify: false)
    table(columns: (auto, auto, auto, 1fr), stroke: 0.4pt + luma(150), inset: 5pt,
      table.header(..b.columns.map(name => text(weight: "bold", name))), ..b.rows.flatten())
  }
  #rect(width: 100%, height: 52pt, stroke: 0.6pt + luma(120), inset: 8pt)[
    #b.blank #v(1fr) #align(right, text(9pt, b.date))
  ]
  #block(above: 0.8em, text(7.8pt, fill: grey, b.note))
]
#let lines_(b) = block(breakable: false, above: 1em)[
  #text(9.5pt, b.label)
  #for _ in range(b.count) { v(1.1em); line(length: 100%, stroke: 0.4pt) }
]
#let small_(b) = block(above: 0.8em, text(7.8pt, fill: grey, b.text))
#let tails = (small: small_, lines: lines_, signing: signing_)
#{
  let held = 0
  for (i, b) in doc.blocks.enumerate() {
    if held > 0 { held -= 1; continue }
    let after = doc.blocks.slice(i + 1)
    if b.kind == "heading" { heading_(b.text) }
    else if b.kind == "text" { // what is signed stands with what comes before it
      block(sticky: after.len() == 1,
        par(first-line-indent: (amount: 2em, all: true), b.text)) }
    else if b.kind == "table" {
      while held < after.len() and after.at(held).kind in tails { held += 1 }
      let tail = after.slice(0, held).map(one => (tails.at(one.kind))(one))
      table_(b, last: if held > 0 { tail.join() })
    }
    else if b.kind == "lists" {
      grid(columns: (1fr, 1fr), gutter: 14pt, list_(b, red, b.red), list_(b, luma(35), b.black)) }
    else if b.kind == "bars" { bars_(b) }
    else if b.kind in tails { (tails.at(b.kind))(b) }
  }
}
"""
"""The page in Typst; texts come from outside as data, so that none of them is read as markup."""


def write_bulletin(path: Path, paper: Paper, language: Language = "zh") -> None:
    """
    Write a bulletin in the format that the name of its file asks for.

    Parameters
    ----------
    path
        ``.pdf`` or ``.xlsx``; it appears whole.
    paper
        The bulletin.
    language
        Of the PDF; a workbook has both.

    Raises
    ------
    BadValue
        The name ends otherwise.
    Unavailable
        A PDF is asked for, and no font has Chinese characters.
    """
    if path.suffix.lower() == ".xlsx":
        write_xlsx(path, workbook_of(paper))
    elif path.suffix.lower() == ".pdf":
        _write_pdf(path, Reading(paper, language))
    else:
        raise BadValue(f"{path} is neither .pdf nor .xlsx; reports are written as one of them.")


def _write_pdf(path: Path, reading: Reading) -> None:
    """Set the pages."""
    content, bulletin, t = reading.content, reading.paper.bulletin, reading.t
    fonts = typst.Fonts()  # looking for them takes longer than setting the pages
    installed = fonts.families()
    families, known = chinese_fonts(installed), SERIF in installed
    number = t("草稿", "Draft") if bulletin is None else bulletin.id
    issued = content["known_at"] if bulletin is None else bulletin.at
    told = {
        "title": reading.title,
        "span": reading.span[:1].upper() + reading.span[1:],
        "left": number if bulletin is None else t(f"编号：{number}", f"No. {number}"),
        "middle": t(f"第{content['issue']}版", f"Issue {content['issue']}") if bulletin else "",
        "right": reading.day(issued),
        "notices": list(_notices(reading)),
        "foot": f"{number}" + ("" if bulletin is None else f"　{bulletin.digest}"),
        "lang": reading.language,
        "fonts": families,
        "serif": [SERIF, *families] if known else families,
        "blocks": blocks_of(reading),
    }
    pages = typst.compile(
        PAGES.encode(),
        font_paths=fonts,
        format="pdf",
        sys_inputs={"document": without_phones(json.dumps(told, ensure_ascii=False))},
        timestamp=int(written_at(reading.paper).timestamp()),
    )
    with whole_file(path) as fresh:
        fresh.write_bytes(pages)


def _notices(reading: Reading) -> Iterator[str]:
    """What has to be known before a figure is believed."""
    t, content = reading.t, reading.content
    if content["city"]["invented"]:
        yield t("（演示城市，数据为虚构）", "(an invented city: none of this is real)")
    if datetime.fromisoformat(content["known_at"]) < reading.scope.until:
        known = reading.day(content["known_at"], clock=True)
        yield t(f"（报告期未满，数据截至{known}）", f"(the span is not over; as known at {known})")
