"""Questions of `grid-dispatch suggest`: one place from the command line, or a table of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api.place_table import read_place, read_rows
from geo.errors import BadInput, BadValue, MissingColumn

COLUMNS = ("id", "lon", "lat", "matters")


@dataclass(frozen=True, slots=True)
class Question:
    """
    A place and its matters, of which it is asked who should go.

    Attributes
    ----------
    id
        Name of the row, or None for a question from the command line.
    lon_lat
        Where, WGS-84 degrees.
    matters
        Codes of matters.
    """

    id: str | None
    lon_lat: tuple[float, float]
    matters: tuple[str, ...]

    def asked(self) -> dict[str, object]:
        """
        Put it into the words of the HTTP door.

        Returns
        -------
        asked
            Place and matters, as JSON says them.
        """
        return {"lon_lat": self.lon_lat, "matters": self.matters}


def read_question(at: str, matters: str, *, crs: str) -> Question:
    """
    Read a question from the command line.

    Parameters
    ----------
    at
        ``LON,LAT``.
    matters
        Codes, separated by commas.
    crs
        Coordinate system of the place.

    Returns
    -------
    question
        Whether the matters are known, the door says.

    Raises
    ------
    BadValue
        The place is no place.
    UnknownCrs
        The coordinate system is not known.
    """
    lon, lat = read_place(at, crs=crs)[0].tolist()
    return Question(None, (lon, lat), _codes(matters.replace(",", ";")))


def read_batch(path: Path, *, crs: str) -> list[Question]:
    """
    Read a table of questions.

    Parameters
    ----------
    path
        CSV ``id,lon,lat,matters`` with ``;`` between codes; a column ``crs`` outranks `crs`.
    crs
        Coordinate system of the places.

    Returns
    -------
    questions
        In the order of the file.

    Raises
    ------
    UnreadableFile, MissingColumn
        There is no such table.
    BadValue
        A row cannot be used; the sentence names the line and what is wrong with it.
    """
    rows = read_rows(path)
    missing = [name for name in COLUMNS if name not in rows[0]]
    if missing:
        raise MissingColumn(
            f"{path} has no column {' and '.join(missing)}; a batch has {','.join(COLUMNS)}."
        )
    return [_question(path, line, row, crs) for line, row in enumerate(rows, start=2)]


def _question(path: Path, line: int, row: Mapping[str, str], crs: str) -> Question:
    """Read one line; whatever is wrong with it is told with its number."""
    try:
        place = f"{row.get('lon', '')},{row.get('lat', '')}"
        lon, lat = read_place(place, crs=row.get("crs") or crs)[0].tolist()
        return Question(row["id"], (lon, lat), _codes(row.get("matters", "")))
    except BadInput as error:
        raise BadValue(f"{path}, line {line}: {error}") from error


def _codes(text: str) -> tuple[str, ...]:
    """Split codes."""
    return tuple(code.strip() for code in text.split(";") if code.strip())
