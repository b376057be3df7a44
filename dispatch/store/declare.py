"""How a table of the store is declared: the key that GeoPackage asks for, and plain texts."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text, UniqueConstraint

from dispatch.store.append_only import ONLY_ADDED, OnlyAdded

METADATA = MetaData()
"""Every table of the store."""

PLAIN_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
"""Texts are sorted by their code points on every store, whatever the server's language."""


def table(
    name: str,
    comment: str,
    *columns: Column[object] | UniqueConstraint | Index,
    kept: OnlyAdded | None = None,
) -> Table:
    """
    Declare a table with the integer key that GeoPackage asks for, never used twice.

    Parameters
    ----------
    name
        Its name.
    comment
        What it holds, shown by whoever opens the file.
    *columns
        Its columns and constraints.
    kept
        How the store guards its rows, if they are only added to.

    Returns
    -------
    table
        Known to `METADATA`.
    """
    key: Column[int] = Column("fid", Integer, primary_key=True, nullable=False)
    info = {} if kept is None else {ONLY_ADDED: kept}
    return Table(
        name, METADATA, key, *columns, comment=comment, info=info, sqlite_autoincrement=True
    )


def text(name: str, *, unique: bool = False, nullable: bool = False) -> Column[object]:
    """
    Declare a text column; GeoPackage knows no VARCHAR.

    Parameters
    ----------
    name
        Its name.
    unique, nullable
        Whether no two rows may have the same, and whether it may be missing.

    Returns
    -------
    column
        The column.
    """
    return Column(name, PLAIN_TEXT, unique=unique, nullable=nullable)
