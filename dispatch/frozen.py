"""
Frozen whereabouts: where everybody was and whether free, kept so that answers can be made again.

Rows are cut into chunks of `CHUNK`, and each chunk of fixes, statuses and duty is packed apart
and named by a digest of what it says.  What has not changed has the digest that it had and is
kept once, so a snapshot costs as much as has moved since the last.  A table of contents names
the chunks, and its own digest names the whole.

Fixes are frozen with every field.  Those set aside as impossible are left out: nobody has
believed them, and no number comes from them.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.city import City
from dispatch.drone import DroneColumns
from dispatch.duty_columns import DutyColumns
from dispatch.fix_columns import FIX_FIELDS, read_fix
from dispatch.whereabouts import STATUSES, Whereabouts, locate_officers
from geo.errors import UnreadableFile
from geo.position import Positions

CHUNK = 512
"""Rows that are packed together."""

QUICKLY = 1
"""Level of compression; the noise in coordinates packs no better with more."""

FIXES, STATUS, DUTY, DRONES = "fixes", "status", "duty", "drones"
"""Tables of a snapshot, a row per officer."""

Tables = Mapping[str, NDArray[Any]]
"""Tables by name, a row per officer and a column per value."""

_DUTY_FIELDS = tuple(field.name for field in fields(DutyColumns))

_TYPES = {FIXES: np.float64, STATUS: np.uint8, DUTY: np.float64, DRONES: np.float64}
_WIDTHS = {FIXES: len(FIX_FIELDS), STATUS: 1, DUTY: len(_DUTY_FIELDS), DRONES: 3}


@dataclass(frozen=True, slots=True, eq=False)
class Frozen:
    """
    A snapshot of whereabouts as bytes.

    Attributes
    ----------
    digest
        Names the snapshot: equal whereabouts of one city have equal digests.
    chunks
        Digests of the chunks of each table, in the order of the rows.
    parts
        Packed bytes by digest: every chunk, and the table of contents under `digest`.
    """

    digest: str
    chunks: Mapping[str, tuple[str, ...]]
    parts: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, eq=False)
class Freezing:
    """
    A snapshot and what it was frozen from, so that the next is frozen on from it.

    Attributes
    ----------
    frozen
        The bytes.
    city_version
        Version of the city, which says whose rows they are.
    duty
        Shifts, rests, engagements and jobs.
    tables
        All columns.
    """

    frozen: Frozen
    city_version: str
    duty: DutyColumns
    tables: Tables


def freeze(whereabouts: Whereabouts, before: Freezing | None = None) -> Freezing:
    """
    Freeze a snapshot.

    Parameters
    ----------
    whereabouts
        Where everybody is.
    before
        A snapshot frozen earlier; only what has changed since is read and packed.

    Returns
    -------
    freezing
        The same bytes with ``before`` and without.
    """
    city = whereabouts.city
    if before is not None and before.city_version != city.version:
        before = None
    tables: dict[str, NDArray[Any]] = {
        FIXES: whereabouts.fixes,
        STATUS: whereabouts.status[:, np.newaxis],
        DUTY: _duty_table(whereabouts.duty, before),
        DRONES: np.column_stack([whereabouts.drones.lon_lat, whereabouts.drones.busy_until_s]),
    }
    frozen = _pack(tables, before)
    kept = MappingProxyType(tables)
    return Freezing(frozen, city.version, whereabouts.duty, kept)


def thaw(frozen: Frozen, city: City) -> Whereabouts:
    """
    Make whereabouts of what was frozen.

    Parameters
    ----------
    frozen
        The bytes.
    city
        The city at the version at which they were frozen, with the roads to ask.

    Returns
    -------
    whereabouts
        Equal to what was frozen.

    Raises
    ------
    UnreadableFile
        The bytes are damaged, or another city's.
    """
    ids = [officer.id for officer in city.roster.officers]
    n_rows = {DRONES: len(city.drones.units)}
    tables = {name: _unpack(frozen, name, n_rows.get(name, len(ids))) for name in _TYPES}
    rows = zip(ids, tables[FIXES].tolist(), strict=True)
    fixes = {id_: fix for id_, row in rows if (fix := read_fix(id_, row)) is not None}
    codes = tables[STATUS][:, 0].tolist()
    statuses = {id_: STATUSES[code] for id_, code in zip(ids, codes, strict=True)}
    duty = DutyColumns(*(column.copy() for column in tables[DUTY].T))
    drones = DroneColumns(tables[DRONES][:, :2].copy(), tables[DRONES][:, 2].copy())
    return locate_officers(city, Positions(fixes), statuses).with_duty(duty).with_drones(drones)


def read_contents(digest: str, packed: bytes) -> dict[str, tuple[str, ...]]:
    """
    Read a table of contents.

    Parameters
    ----------
    digest
        Its digest, which names a snapshot.
    packed
        Its bytes.

    Returns
    -------
    chunks
        Digests of the chunks of each table.

    Raises
    ------
    UnreadableFile
        The bytes are damaged.
    """
    contents = json.loads(_open(digest, packed))
    return {name: tuple(digests) for name, digests in contents.items()}


def _duty_table(duty: DutyColumns, before: Freezing | None) -> NDArray[np.float64]:
    """Columns of duty side by side."""
    if before is not None and duty is before.duty:
        return before.tables[DUTY]
    return np.column_stack([getattr(duty, name) for name in _DUTY_FIELDS])


def _pack(tables: Tables, before: Freezing | None) -> Frozen:
    """Pack all tables, and the table of contents."""
    packed = {name: _pack_table(name, table, before) for name, table in tables.items()}
    chunks = {name: tuple(digest for digest, _ in pairs) for name, pairs in packed.items()}
    contents = json.dumps(chunks, separators=(",", ":")).encode()
    digest = _name(contents)
    parts = {digest: zlib.compress(contents, QUICKLY)}
    for pairs in packed.values():
        parts |= dict(pairs)
    return Frozen(digest, MappingProxyType(chunks), MappingProxyType(parts))


def _pack_table(name: str, table: NDArray[Any], before: Freezing | None) -> list[tuple[str, bytes]]:
    """Digest and packed bytes of each chunk; those that say the same as before are at hand."""
    starts = range(0, len(table), CHUNK)
    fresh, known = set(range(len(starts))), []
    if before is not None:
        known = [(digest, before.frozen.parts[digest]) for digest in before.frozen.chunks[name]]
        fresh = _changed_chunks(table, before.tables[name])
    return [
        _pack_chunk(table[start : start + CHUNK]) if at in fresh else known[at]
        for at, start in enumerate(starts)
    ]


def _changed_chunks(table: NDArray[Any], before: NDArray[Any]) -> set[int]:
    """Chunks of which any bit is another; bits, since NaN equals nothing."""
    if table is before:
        return set()
    bits = f"u{table.itemsize}"
    differs = table.view(bits) != before.view(bits)
    return set((np.flatnonzero(differs.any(axis=1)) // CHUNK).tolist())


def _pack_chunk(rows: NDArray[Any]) -> tuple[str, bytes]:
    """Pack some rows: the first bytes of all values, then the second ones, which packs better."""
    content = rows.view(np.uint8).T.tobytes()
    return _name(content), zlib.compress(content, QUICKLY)


def _unpack(frozen: Frozen, name: str, n_rows: int) -> NDArray[Any]:
    """Put the chunks of a table together."""
    chunks, kind = frozen.chunks[name], np.dtype(_TYPES[name])
    width = _WIDTHS[name] * kind.itemsize
    parts = [
        np.frombuffer(_open(digest, frozen.parts[digest]), dtype=np.uint8).reshape(width, -1).T
        for digest in chunks
    ]
    table = np.ascontiguousarray(np.concatenate(parts or [np.zeros((0, width), np.uint8)])).view(
        kind
    )
    if len(table) != n_rows:
        rows = "drones" if name == DRONES else "officers"
        raise UnreadableFile(f"Snapshot {frozen.digest} holds {len(table)} {rows}, not {n_rows}.")
    return table


def _open(digest: str, packed: bytes) -> bytes:
    """Unpack bytes, and make sure that they are what their name says."""
    try:
        content = zlib.decompress(packed)
    except zlib.error as error:
        raise UnreadableFile(f"Part {digest} of a frozen snapshot is damaged.") from error
    if _name(content) != digest:
        raise UnreadableFile(f"Part {digest} of a frozen snapshot is damaged.")
    return content


def _name(content: bytes) -> str:
    """Digest by which bytes are kept."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()
