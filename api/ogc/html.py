"""Pages of OGC API for people: small, without scripts, and with nothing from anywhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from api.ogc.collection import Collection
from api.ogc.geojson import properties
from api.ogc.links import Addresses, Link
from geo.feature_table import FeatureTable, Rows

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
"""Content security policy: the one style that stands on the page, and nothing else."""

STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;"
    "color:#1b2733;background:#fff}table{border-collapse:collapse;display:block;overflow-x:auto}"
    "th,td{border:1px solid #c5d0da;padding:.25rem .6rem;text-align:left;vertical-align:top}"
    "th{background:#eef3f7}a{color:#0a5a9c}nav{margin-bottom:1rem}code{font-size:.9em}"
)


def page(title: str, crumbs: Sequence[tuple[str, str]], *parts: str) -> bytes:
    """
    Put a page together.

    Parameters
    ----------
    title
        What it shows.
    crumbs
        Name and address of what it lies in, from the landing page on.
    *parts
        HTML that the functions below have written.

    Returns
    -------
    html
        UTF-8.
    """
    way = " › ".join(anchor(href, name) for name, href in crumbs)
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><nav>{way}</nav>"
        f"<h1>{escape(title)}</h1>{''.join(parts)}</body></html>"
    ).encode()


def anchor(href: str, text: str) -> str:
    """
    Write a link.

    Parameters
    ----------
    href
        Where it leads.
    text
        What it says.

    Returns
    -------
    html
        With both escaped.
    """
    return f'<a href="{escape(href)}">{escape(text)}</a>'


def paragraph(text: str) -> str:
    """
    Write a paragraph.

    Parameters
    ----------
    text
        What it says.

    Returns
    -------
    html
        With the text escaped.
    """
    return f"<p>{escape(text)}</p>"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """
    Write a table.

    Parameters
    ----------
    head
        Names of its columns.
    rows
        Cells that are HTML already.

    Returns
    -------
    html
        With the names escaped.
    """
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"


def link_list(links: Iterable[Link]) -> str:
    """
    List links.

    Parameters
    ----------
    links
        As JSON has them.

    Returns
    -------
    html
        Each with what it is to the page, and how it is written there.
    """
    rows = (
        f"<li>{anchor(one['href'], one['title'])} <code>{escape(one['rel'])}</code> "
        f"<code>{escape(one['type'])}</code></li>"
        for one in links
    )
    return f"<ul>{''.join(rows)}</ul>"


def items_table(
    addresses: Addresses, collection: Collection, features: FeatureTable, rows: Rows
) -> str:
    """
    Write a page of features as a table.

    Parameters
    ----------
    addresses
        Addresses of the request.
    collection
        The collection.
    features
        Its features.
    rows
        Which of them.

    Returns
    -------
    html
        A row each, with a link to the feature.
    """
    written = []
    for row in rows.tolist():
        feature = features.ids[row]
        cells = (cell(value) for value in properties(features, row).values())
        written.append([anchor(addresses.feature(collection.name, feature), feature), *cells])
    return table(["id", *(f"{one.name} {one.zh}" for one in collection.columns)], written)


def feature_table(collection: Collection, values: Mapping[str, object]) -> str:
    """
    Write one feature as a table.

    Parameters
    ----------
    collection
        The collection.
    values
        What is known of the feature, by column.

    Returns
    -------
    html
        A row for each column, with what it means.
    """
    rows = (
        [f"<code>{escape(one.name)}</code>", escape(f"{one.zh} {one.en}"), cell(values[one.name])]
        for one in collection.columns
    )
    return table(["属性 Property", "含义 Meaning", "值 Value"], rows)


def cell(value: object) -> str:
    """
    Write a value.

    Parameters
    ----------
    value
        Of a column.

    Returns
    -------
    html
        Escaped; empty for nothing.
    """
    return "" if value is None else escape(str(value))
