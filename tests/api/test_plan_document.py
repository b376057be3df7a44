"""Documents that planners sign: as a PDF in both languages, and as a workbook of plain cells."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime

import pytest

from api.plan_document import (
    DocumentPicture,
    DocumentTable,
    PlanDocument,
    Said,
    chinese_fonts,
    write_document,
)
from geo.errors import BadValue, Unavailable

HARMLESS = '=1+1 #panic("markup") $x$ <b> & "'
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
DOCUMENT = PlanDocument(
    Said("移交清单", "Handover list"),
    datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
    facts=((Said("方案", "Plan"), HARMLESS),),
    tables=(
        DocumentTable(
            Said("网格", "Grids"),
            (Said("编码", "Code"), Said("分钟", "Minutes")),
            ((HARMLESS, 12.34), ("450502001001", None)),
        ),
        DocumentTable(Said("空表/[x]", "Nothing"), (Said("编码", "Code"),), ()),
    ),
    pictures=(DocumentPicture(Said("地图", "Map"), SVG),),
)


def test_a_pdf_is_written_whole_and_the_same_content_gives_the_same_bytes(tmp_path):
    for name in ("one.pdf", "two.pdf"):
        write_document(tmp_path / name, DOCUMENT)
    one, two = ((tmp_path / name).read_bytes() for name in ("one.pdf", "two.pdf"))
    assert one.startswith(b"%PDF-")
    assert b"CJK" in one
    assert one == two


def test_a_workbook_has_a_sheet_per_table_and_texts_stay_texts(tmp_path):
    write_document(tmp_path / "list.xlsx", DOCUMENT)
    with zipfile.ZipFile(tmp_path / "list.xlsx") as book:
        names = book.read("xl/workbook.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
        cells = book.read("xl/worksheets/sheet2.xml").decode()
    assert 'name="移交清单"' in names
    assert 'name="1 网格"' in names
    assert 'name="2 空表  x"' in names
    assert "=1+1 #panic" in texts
    assert "<f>" not in cells
    assert "<v>12.34</v>" in cells


def test_without_a_chinese_font_the_sentence_says_what_to_install():
    assert chinese_fonts(["Arial", "SimSun", "Noto Sans CJK SC"]) == ["Noto Sans CJK SC", "SimSun"]
    with pytest.raises(Unavailable, match="apt-get install fonts-noto-cjk"):
        chinese_fonts(["Arial"])


def test_another_format_is_refused_in_words(tmp_path):
    with pytest.raises(BadValue, match=r"neither \.pdf nor \.xlsx"):
        write_document(tmp_path / "list.docx", DOCUMENT)
