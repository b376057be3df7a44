"""ETags: of a page by what it was made from, of a feature by what it holds."""

from __future__ import annotations

import hashlib

import shapely

from geo.feature_table import FeatureTable


def page_etag(*parts: str) -> str:
    """
    Name what an answer is made from.

    Parameters
    ----------
    *parts
        Version of the features, address, format: whatever the answer depends on, but for the
        time that it tells.

    Returns
    -------
    etag
        A weak one.
    """
    return f'W/"{_digest(*parts)}"'


def feature_etag(table: FeatureTable, row: int, *written: str) -> str:
    """
    Name a feature as it stands.

    Parameters
    ----------
    table
        The features.
    row
        Which.
    *written
        System and format.

    Returns
    -------
    etag
        A strong one: `feature_digest`, a hyphen, and what stands for the writing.
    """
    return f'"{feature_digest(table, row)}-{_digest(*written)}"'


def feature_digest(table: FeatureTable, row: int) -> str:
    """
    Digest what a feature holds, however it is written.

    Parameters
    ----------
    table
        The features.
    row
        Which.

    Returns
    -------
    digest
        Equal for equal features.
    """
    shape = table.shapes[row]
    drawn = "" if shape is None else shapely.to_wkb(shape, hex=True)
    values = [(name, column[row]) for name, column in table.columns.items()]
    return _digest(table.ids[row], drawn, repr(values))


def _digest(*parts: str) -> str:
    digest = hashlib.blake2b(digest_size=9)
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode())
    return digest.hexdigest()
