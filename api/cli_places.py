"""`grid-dispatch places`: which places may be meant by a name or an address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.answer_file import write_json
from api.http_door import open_door
from api.store_option import EXIT_NO, JsonOption, StoreOption, TokenOption


def places_verb(  # noqa: PLR0913 -- the options of a command are the parameters of its function
    query: Annotated[str, typer.Argument(help="Name or address, or part of either.")],
    *,
    near: Annotated[
        str | None, typer.Option(metavar="LON,LAT", help="Of equals the nearest comes first.")
    ] = None,
    crs: Annotated[str, typer.Option(help="Of --near: wgs84, EPSG:n, gcj02 or bd09.")] = "wgs84",
    limit: Annotated[int, typer.Option(min=1, max=50, help="Most candidates.")] = 10,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> int:
    """List the places that may be meant, the likeliest first; exit 1: there is none."""
    asked = {"q": query, "crs": crs, "limit": str(limit)} | ({"near": near} if near else {})
    with open_door(store, token=token) as door:
        found = door.ask("GET", "places", query=asked)
    if as_json:
        write_json(found, None)
    else:
        _show(found)
    return 0 if found["items"] else EXIT_NO


def _show(found: Mapping[str, Any]) -> None:
    """Print candidates as a table, each with where it lies."""
    console = Console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Place", "Address", "Lies in", "Zone", "Match", "Lon, lat"):
        table.add_column(column)
    for one in found["items"]:
        areas = " › ".join(area["name"] for area in one["areas"]) or "outside every area"
        zone = one["zone"]["name"] if one["zone"] else "none"
        away_m = one["distance_m"]
        far = "" if away_m is None else f", {away_m:.0f} m"
        lon, lat = one["lon_lat"]
        table.add_row(
            f"{one['name']} ({one['code']})",
            one["address"],
            areas,
            zone,
            f"{one['match']}{far}",
            f"{lon:.6f},{lat:.6f}",
        )
    console.print(table)
    for remark in found["remarks"]:
        console.print(f"{remark['zh']} {remark['en']}", style="yellow", highlight=False)
    if found["total"] > len(found["items"]):
        console.print(f"{found['total'] - len(found['items'])} more", style="dim")
