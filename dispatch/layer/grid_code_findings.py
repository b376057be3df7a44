"""Codes of unit grids that don't follow their scheme, in words, with the code as it would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dispatch.layer.kind import KindName
from dispatch.layer.rows import LayerRows
from geo.finding import Change, Finding, Severity
from geo.grid_code import CodeFlaw, CodeFlawKind, GridCodeScheme, grid_code_flaws, likely_scheme
from geo.remark import Remark

SEVERITY = {
    CodeFlawKind.SERIAL_LEFT_OUT: Severity.NOTE,
    CodeFlawKind.NOT_IN_COMMUNITY: Severity.ERROR,
}
"""Those of all others are warnings."""


def grid_code_findings(
    rows: LayerRows,
    scheme: GridCodeScheme | None = None,
    communities: Mapping[int, str] | None = None,
) -> Iterator[Finding]:
    """
    Check the codes of unit grids.

    Parameters
    ----------
    rows
        A layer; of other kinds nothing is said.
    scheme
        The scheme of the city; without one, that which most codes follow.
    communities
        Code of the community in which a row lies, by row.

    Yields
    ------
    finding
        By row, then serial numbers that were left out; one alone if no code follows any scheme.
    """
    if rows.kind.name is not KindName.GRIDS or not len(rows):
        return
    codes = rows.cells["code"]
    scheme = scheme or likely_scheme(codes)
    if scheme is None:
        yield Finding(rows.file, None, NO_SCHEME, Severity.NOTE)
        return
    for flaw in grid_code_flaws(codes, scheme, communities=communities):
        if flaw.kind is not CodeFlawKind.TWICE:  # that is said of every kind of layer
            yield _finding(rows, flaw, scheme)


NO_SCHEME = Remark(
    "code_no_scheme",
    "网格编码不属于 14、15 或 16 位的任何一种编码方案。",
    "No code of a unit grid follows one of the schemes of 14, 15 or 16 digits.",
)


def _finding(rows: LayerRows, flaw: CodeFlaw, scheme: GridCodeScheme) -> Finding:
    first = flaw.rows[0]
    is_left_out = flaw.kind is CodeFlawKind.SERIAL_LEFT_OUT
    change = Change(first, rows.features[first], "code", flaw.code, flaw.remedy)
    has_remedy = flaw.remedy is not None and not is_left_out
    return Finding(
        rows.file,
        flaw.code if is_left_out else rows.features[first],
        _remark(flaw, scheme),
        SEVERITY.get(flaw.kind, Severity.WARNING),
        _place(rows, first),
        remedy=(change,) if has_remedy else (),
    )


def _place(rows: LayerRows, row: int) -> tuple[float, float] | None:
    """Where a row lies."""
    shape = rows.shapes[row]
    if shape is None or shape.is_empty:
        return None
    middle = shape.centroid
    return round(middle.x, 6), round(middle.y, 6)


def _remark(flaw: CodeFlaw, scheme: GridCodeScheme) -> Remark:
    code, digits = flaw.code, scheme.digits
    said = {
        CodeFlawKind.NOT_DIGITS: (
            f"编码 {code} 含有数字以外的字符。",
            f"The code {code} holds more than digits.",
        ),
        CodeFlawKind.OTHER_LENGTH: (
            f"编码 {code} 有 {len(code)} 位，应为 {digits} 位。",
            f"The code {code} has {len(code)} digits, not {digits}.",
        ),
        CodeFlawKind.OTHER_SCHEME: (
            f"编码 {code} 按 {len(code)} 位方案编写，本图层为 {digits} 位。",
            f"The code {code} has {len(code)} digits; those of the layer have {digits}.",
        ),
        CodeFlawKind.NOT_IN_COMMUNITY: (
            f"编码 {code} 的前 12 位不是所在社区的编码。",
            f"The first twelve digits of {code} are not those of the community it lies in.",
        ),
        CodeFlawKind.UNKNOWN_STREET: (
            f"编码 {code} 的乡镇街道段不在 GB/T 10114 的范围内。",
            f"The street's digits of {code} are none of GB/T 10114.",
        ),
        CodeFlawKind.SERIAL_LEFT_OUT: (
            f"社区 {code} 的网格顺序号有空缺，从 {flaw.remedy} 起。",
            f"Serial numbers of the community {code} were left out, from {flaw.remedy} on.",
        ),
    }
    return Remark(flaw.kind.value, *said[flaw.kind])
