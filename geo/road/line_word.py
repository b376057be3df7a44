"""Words in the columns of road line layers: direction, speed and level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geo.road.limit import parse_limit_kph
from geo.road.road_class import RoadClass

Open = tuple[bool, bool]
"""Whether a road is open along its drawn direction, and against it."""

BOTH, ALONG, AGAINST, NEITHER = (True, True), (True, False), (False, True), (False, False)

DIRECTION_WORDS: dict[Open, str] = {
    BOTH: "0 no n false b both two-way twoway 双向 双向通行 双向行驶 否",
    ALONG: "1 yes y true f ft forward one-way oneway 正向 顺向 顺行 单向 单行 是",
    AGAINST: "-1 t tf reverse backward 反向 逆向 逆行",
    NEITHER: "closed 禁行 双向禁行",
}
DIRECTION_OF_WORD = {word: way for way, words in DIRECTION_WORDS.items() for word in words.split()}

SURVEY_CODES = {"0": BOTH, "1": BOTH, "2": ALONG, "3": AGAINST}
"""Chinese navigation data: 0 not surveyed, 1 both, 2 along, 3 against; known by its 2 and 3."""

FROM_TO_CODES = {"ft": ALONG, "tf": AGAINST, "b": BOTH, "": BOTH, "n": NEITHER}
"""Esri's network data, where N is no travel at all; known by its FT and TF."""

MAIN_CLASSES = {
    RoadClass.MOTORWAY, RoadClass.MOTORWAY_LINK, RoadClass.TRUNK, RoadClass.TRUNK_LINK,
    RoadClass.PRIMARY, RoadClass.PRIMARY_LINK, RoadClass.SECONDARY, RoadClass.SECONDARY_LINK,
}  # fmt: skip
WALKING_CLASSES = {
    RoadClass.PEDESTRIAN, RoadClass.FOOTWAY, RoadClass.CYCLEWAY, RoadClass.PATH,
    RoadClass.BRIDLEWAY, RoadClass.STEPS,
}  # fmt: skip

FEWEST_WALKING_WAYS = 3

FALSE_WORDS = {"", "0", "no", "n", "f", "false", "none", "nan", "否"}


def open_directions(words: Sequence[str]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """
    Understand a column of directions.

    Parameters
    ----------
    words
        One per row; what a code means may depend on the others in the column.

    Returns
    -------
    is_open
        Along the drawn line and against it, bool[n, 2]; both where it is not understood.
    understood
        bool[n]; an empty word is understood as both.
    """
    plain = np.array([word.strip().lower() for word in words], dtype=object)
    known = {"": BOTH} | DIRECTION_OF_WORD
    there = set(plain)
    if there & {"2", "3"}:
        known |= SURVEY_CODES
    if there & {"ft", "tf"}:
        known |= FROM_TO_CODES
    is_open = np.array([known.get(word, BOTH) for word in plain], dtype=bool).reshape(-1, 2)
    return is_open, np.array([word in known for word in plain], dtype=bool)


def trusted_limits_kph(
    words: Sequence[str], classes: Sequence[RoadClass | None]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """
    Read a column of speed limits, but for figures that no survey can have found.

    A figure that no road has (−160, 0, 900) is unknown.  So is a *filled-in* figure: one
    that at least half of all ways for walking and cycling carry, and three of them at
    least, for such ways have no limit and somebody has put one figure everywhere.  On
    main roads, secondary upwards, it may still be true and is kept; elsewhere the class
    speaks.

    Parameters
    ----------
    words
        One per row.
    classes
        Class of each row, None where it is no road.

    Returns
    -------
    limit_kph
        float64[n], NaN where it is unknown.
    impossible, filled_in
        Rows whose figure was not believed, and why, bool[n] each.
    """
    text, row = np.unique(
        np.array([word.strip() for word in words], dtype=str), return_inverse=True
    )
    row = row.ravel()
    limit_of_text = np.array([parse_limit_kph(str(word)) for word in text])
    silent = np.isin(np.char.lower(text), ["", "none", "nan"])
    limit_kph = limit_of_text[row]
    impossible = np.isnan(limit_kph) & ~silent[row]
    walking = np.array([kind in WALKING_CLASSES for kind in classes], dtype=bool)
    on_walking_ways = np.bincount(row[walking], minlength=len(text))
    least = max(FEWEST_WALKING_WAYS, walking.sum() / 2)
    filled = (on_walking_ways >= least) & ~np.isnan(limit_of_text)
    minor = np.array([kind not in MAIN_CLASSES for kind in classes], dtype=bool)
    filled_in = filled[row] & minor
    return np.where(filled_in, np.nan, limit_kph), impossible, filled_in


def levels(layer: Sequence[str], bridge: Sequence[str], tunnel: Sequence[str]) -> NDArray[np.int64]:
    """
    Tell the storey of each row.

    Parameters
    ----------
    layer, bridge, tunnel
        Words of the three columns, one per row each.

    Returns
    -------
    level
        The figure in ``layer``; where that is 0 or none, 1 for a bridge and -1 for a
        tunnel, int64[n].
    """
    drawn = np.array([_whole_number(word) for word in layer], dtype=np.int64)
    raised = _marked(bridge).astype(np.int64) - _marked(tunnel).astype(np.int64)
    return np.where(drawn != 0, drawn, raised)


def _marked(words: Sequence[str]) -> NDArray[np.bool_]:
    """Rows whose word says yes in any fashion."""
    return np.array([word.strip().lower() not in FALSE_WORDS for word in words], dtype=bool)


def _whole_number(word: str) -> int:
    """Read a whole number; anything else is 0."""
    digits = word.strip().removeprefix("-")
    return int(word) if digits.isdecimal() else 0
