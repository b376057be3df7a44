"""A layer that lies strikingly well in another datum than its own, in words and metres."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import shapely
from numpy.typing import NDArray

from dispatch.layer.rows import LayerRows
from geo.datum import Crs, from_wgs84, to_wgs84
from geo.datum_guess import TRIED, DatumGuess, KnownLines, Sureness, guess_datum, shift_m_of
from geo.finding import CRS_COLUMN, Change, Finding, Severity
from geo.layer_place import Shapes
from geo.remark import Remark

NAMES = {"wgs84": "WGS-84 / CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}


def datum_findings(
    rows: LayerRows, usable: NDArray[np.bool_], known: Iterable[KnownLines], *, seed: int = 0
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
        Published borders or roads, those that say most first; the first by which the datum can be
        told decide.
    seed
        Draws the places that are looked at.

    Yields
    ------
    finding
        One if another datum than its own fits strikingly better; the layer itself is not moved.
        Where that is sure, its remedy is to read the layer in the other.
    """
    guess = likely_datum(rows, usable, known, seed=seed)
    own = own_datum(rows)
    if guess is None or guess.datum is None or guess.datum == own:
        return
    written = as_written(rows, rows.shapes[usable])
    sure = guess.sureness is Sureness.HIGH
    shift_m = shift_m_of(shapely.get_coordinates(written), guess.datum, own)
    yield Finding(
        rows.file,
        None,
        _remark(rows, guess, guess.datum, shift_m),
        Severity.ERROR if sure else Severity.WARNING,
        rows.lon_lat((0.0, 0.0)),
        remedy=(Change(None, None, CRS_COLUMN, own, guess.datum),) if sure else (),
    )


def likely_datum(
    rows: LayerRows, usable: NDArray[np.bool_], known: Iterable[KnownLines], *, seed: int = 0
) -> DatumGuess | None:
    """
    Guess in which datum a layer was drawn, whichever it was read in.

    Parameters
    ----------
    rows
        The layer, as it was read.
    usable
        Rows whose shape is sound, bool[n].
    known
        Published borders or roads, those that say most first.
    seed
        Draws the places that are looked at.

    Returns
    -------
    guess
        By the first lines that tell, else by the last; None where there is nothing to lay over.
    """
    if not usable.any():
        return None
    written, guess = list(as_written(rows, rows.shapes[usable])), None
    for lines in known:
        guess = guess_datum(written, lines, seed=seed)
        if guess.datum is not None:
            break
    return guess


def own_datum(rows: LayerRows) -> str:
    """
    Name the datum in which a layer was read.

    Parameters
    ----------
    rows
        The layer.

    Returns
    -------
    datum
        ``gcj02`` or ``bd09``; ``wgs84`` for all that agrees with it.
    """
    return rows.crs.name if rows.crs.name in TRIED else "wgs84"


def read_as(rows: LayerRows, datum: str) -> LayerRows:
    """
    Read a layer in another datum than it was read in.

    Parameters
    ----------
    rows
        The layer.
    datum
        ``wgs84``, ``gcj02`` or ``bd09``.

    Returns
    -------
    rows
        Another layer, whose shapes lie elsewhere.
    """
    crs = Crs(datum)
    shapes, repaired = (
        shapely.transform(as_written(rows, shapes), lambda lon_lat: to_wgs84(lon_lat, crs))
        for shapes in (rows.shapes, rows.repaired)
    )
    return replace(rows, shapes=shapes, repaired=repaired, crs=crs)


def as_written(rows: LayerRows, shapes: Shapes) -> Shapes:
    """
    Take shapes by the figures that stand in the file.

    Parameters
    ----------
    rows
        The layer.
    shapes
        Shapes of it in WGS-84.

    Returns
    -------
    shapes
        In degrees of the datum in which it was read.
    """
    own = own_datum(rows)
    if own == "wgs84":
        return shapes
    written: Shapes = shapely.transform(shapes, lambda lon_lat: from_wgs84(lon_lat, own))
    return written


def _remark(rows: LayerRows, guess: DatumGuess, datum: str, shift_m: float) -> Remark:
    likely = NAMES[datum]
    best, second = guess.hypotheses[0], guess.hypotheses[1]
    is_sure = guess.sureness is Sureness.HIGH
    sure_zh, sure = ("很有把握", "surely") if is_sure else ("较有把握", "probably")
    else_zh = "其余发现按此坐标系列出。" if is_sure else ""
    also = " What else is found is told as if it were read so." if is_sure else ""
    how = f"--crs {datum}"
    return Remark(
        "datum_other",
        f"按 {rows.crs.name} 读取，但坐标{sure_zh}是 {likely}，相差约 {shift_m:.0f} 米："
        f"按 {likely} 与已发布图层平均相距 {best.distance_m:.0f} 米，否则 {second.distance_m:.0f} "
        f"米以上。图层没有移动；若属实，请以 {how} 重新载入。{else_zh}",
        f"It was read as {rows.crs.name} and is {sure} in {likely}, about {shift_m:.0f} m "
        f"away: as {likely} it lies {best.distance_m:.0f} m from published lines on average, else "
        f"{second.distance_m:.0f} m or more. Nothing was moved; if that is so, read it again with "
        f"{how}.{also}",
    )
