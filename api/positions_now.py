"""Positions for open pages, once a second: each encoded once, joined once per earshot."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from api.earshot import Earshot
from api.schemas_position import positions_of
from dispatch.city import City
from dispatch.whereabouts import Whereabouts


def positions_texts(
    whereabouts: Whereabouts,
    officers: Iterable[str],
    earshots: Collection[Earshot],
    *,
    complete: bool,
) -> dict[Earshot, str]:
    """
    Write where some officers are, for every earshot that has any of them in it.

    Parameters
    ----------
    whereabouts
        The present snapshot.
    officers
        Ids.
    earshots
        The different earshots of those who listen.
    complete
        Whether these are all whom a page may see; then an earshot without any is told so.

    Returns
    -------
    texts
        JSON by earshot: ``{"complete", "items"}``.
    """
    if not earshots:
        return {}
    encoded = {
        position.officer: json.dumps(
            position.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")
        )
        for position in positions_of(whereabouts, sorted(officers))
    }
    seen = {earshot: _seen_of(encoded, earshot, whereabouts.city) for earshot in earshots}
    begin = f'{{"complete":{json.dumps(complete)},"items":['
    return {
        earshot: f"{begin}{','.join(texts)}]}}"
        for earshot, texts in seen.items()
        if texts or complete
    }


def _seen_of(encoded: dict[str, str], earshot: Earshot, city: City) -> list[str]:
    """Those of officers whose unit is based in an area of the earshot."""
    if city.roots <= earshot.areas:
        return list(encoded.values())
    homes, officers = city.home_areas, city.roster.officers
    crew_of = {officer: officers[city.roster.officer_row[officer]].crew for officer in encoded}
    return [
        text
        for officer, text in encoded.items()
        if not homes[crew_of[officer]].isdisjoint(earshot.areas)
    ]
