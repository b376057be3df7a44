"""Travel tables on disk: plain arrays in a folder, mapped when they are read."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from dispatch.planning.road_week import Period
from dispatch.planning.travel_table import TravelTable
from geo.errors import UnreadableFile

TABLE: Final = "travel_s.npy"
ABOUT: Final = "table.json"
"""Written last: a folder without it is no table."""

FORMAT: Final = 1


def save_table(table: TravelTable, folder: Path) -> None:
    """
    Write a table.

    Parameters
    ----------
    table
        The table.
    folder
        Where to; it appears whole, and one that is there already is left as it is.
    """
    if (folder / ABOUT).is_file():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        np.save(fresh / TABLE, table.travel_s, allow_pickle=False)
        (fresh / ABOUT).write_text(json.dumps(_about(table)), encoding="utf-8")
        fresh.chmod(0o755)  # mkdtemp makes it private; other processes read it
        if folder.exists():
            shutil.rmtree(folder)  # what is left of one that was never finished
        fresh.rename(folder)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        if not (folder / ABOUT).is_file():  # else another process was first, with the same table
            raise
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def load_table(folder: Path) -> TravelTable:
    """
    Read a table; its times stay on disk until they are asked for.

    Parameters
    ----------
    folder
        A folder that `save_table` wrote.

    Returns
    -------
    table
        As it was written.

    Raises
    ------
    UnreadableFile
        There is no table, or it is damaged.
    """
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if about.get("format") != FORMAT:
            raise UnreadableFile(f"The travel table {folder} is of another format; delete it.")
        travel_s = np.load(folder / TABLE, mmap_mode="r", allow_pickle=False)
        if list(travel_s.shape) != about["shape"]:
            raise UnreadableFile(f"The travel table {folder} is damaged; delete it.")
        return TravelTable(
            periods=tuple(Period(one["name"], tuple(one["hours"])) for one in about["periods"]),
            period_of=np.array(about["period_of"], dtype=np.int64),
            site_codes=tuple(about["sites"]),
            travel_s=travel_s,
            digest=about["digest"],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile(f"The travel table {folder} cannot be read: {error}.") from error


def _about(table: TravelTable) -> dict[str, object]:
    """All of a table but its times."""
    return {
        "format": FORMAT,
        "digest": table.digest,
        "shape": list(table.travel_s.shape),
        "periods": [{"name": one.name, "hours": list(one.hours)} for one in table.periods],
        "period_of": table.period_of.tolist(),
        "sites": list(table.site_codes),
    }
