"""Kinds of layer as JSON and as tables of a page."""

from __future__ import annotations

from dispatch.layer.cell import SAID
from dispatch.layer.kind import Column, Kind, Placed
from geo.shape_check import Dimension

SHAPES = {
    (Dimension.POINT, Placed.ALWAYS): "points, or columns `lon` and `lat`",
    (Dimension.POINT, Placed.MAYBE): "points, or columns `lon` and `lat`; a row may be without",
    (Dimension.LINE, Placed.ALWAYS): "lines",
    (Dimension.POLYGON, Placed.ALWAYS): "polygons",
    (Dimension.POLYGON, Placed.MAYBE): "polygons; a row may be without",
    (None, Placed.NEVER): "no shapes",
}


def kind_out(kind: Kind) -> dict[str, object]:
    """
    Describe a kind of layer.

    Parameters
    ----------
    kind
        The kind.

    Returns
    -------
    described
        As JSON has it.
    """
    return {
        "kind": kind.name,
        "zh": kind.zh,
        "en": kind.en,
        "shape": kind.dimension,
        "placed": kind.placed,
        "columns": [
            {
                "column": column.name,
                "zh": column.zh,
                "en": column.en,
                "reading": column.reading,
                "needed": column.needed,
                "otherwise": column.otherwise,
                "called": column.called.split(),
                "words": {ours: others.split() for ours, others in column.words.items()},
            }
            for column in kind.columns
        ],
    }


def kind_page(kind: Kind) -> str:
    """
    Describe a kind of layer for a page.

    Parameters
    ----------
    kind
        The kind.

    Returns
    -------
    markdown
        A heading, a sentence and a table.
    """
    rows = [
        f"| `{column.name}`{' ●' if column.needed else ''} | {column.zh} | {_meaning(column)} | "
        f"{' '.join(column.called.split())} |"
        for column in kind.columns
    ]
    head = ["| column | 含义 | meaning | also called |", "| --- | --- | --- | --- |"]
    shapes = SHAPES[kind.dimension, kind.placed]
    parts = "" if kind.parts else ", of one part each"
    about = f"{kind.zh}. {kind.en[:1].upper()}{kind.en[1:]}. Rows have {shapes}{parts}."
    return "\n".join([f"### {kind.name}", "", about, "", *head, *rows])


def _meaning(column: Column) -> str:
    """What a column means, how it is read, and what stands for nothing."""
    how = " ".join(f"`{word}`" for word in column.words if word) or SAID[column.reading][1]
    empty = f"; `{column.otherwise}` where empty" if column.otherwise else ""
    return f"{column.en} ({how}{empty})"
