"""A layer that lies strikingly well in another datum than its own, in words and metres."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from dispatch.layer.rows import LayerRows
from geo.datum_guess import DatumGuess, KnownLines, Sureness, guess_datum
from geo.finding import Finding, Severity
from geo.remark import Remark

NAMES = {"wgs84": "WGS-84 / CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}


def datum_findings(
    rows: LayerRows, usable: NDArray[np.bool_], known: KnownLines, *, seed: int = 0
) -> Iterator[Finding]:
    """
    Try a layer under each datum against lines that are known.

    Parameters
    ----------
    rows
        The layer, as it was read.
    usable
        Rows whose shape is sound, bool[n].
    known
        Published roads, or borders.
    seed
        Draws the places that are looked at.

    Yields
    ------
    finding
        One if another datum than WGS-84 fits strikingly better; the layer itself is not moved.
    """
    shapes = rows.shapes[usable]
    if not len(shapes):
        return
    guess = guess_datum(list(shapes), known, seed=seed)
    if guess.datum is None or guess.datum == "wgs84":
        return
    yield Finding(
        rows.file,
        None,
        _remark(rows, guess),
        Severity.ERROR if guess.sureness is Sureness.HIGH else Severity.WARNING,
        rows.lon_lat((0.0, 0.0)),
    )


def _remark(rows: LayerRows, guess: DatumGuess) -> Remark:
    likely = NAMES[guess.datum or ""]
    best, second = guess.hypotheses[0], guess.hypotheses[1]
    sure_zh = "很有把握" if guess.sureness is Sureness.HIGH else "较有把握"
    sure = "surely" if guess.sureness is Sureness.HIGH else "probably"
    how = f"--crs {guess.datum}"
    return Remark(
        "datum_other",
        f"按 {rows.crs.name} 读取，但坐标{sure_zh}是 {likely}，相差约 {guess.shift_m:.0f} 米："
        f"按 {likely} 与已发布图层平均相距 {best.distance_m:.0f} 米，否则 {second.distance_m:.0f} "
        f"米以上。图层没有移动；若属实，请以 {how} 重新载入。",
        f"It was read as {rows.crs.name} and is {sure} in {likely}, about {guess.shift_m:.0f} m "
        f"away: as {likely} it lies {best.distance_m:.0f} m from published lines on average, else "
        f"{second.distance_m:.0f} m or more. Nothing was moved; if that is so, read it again with "
        f"{how}.",
    )
