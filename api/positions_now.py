"""Positions for open pages, once a second: each encoded once, joined once per sight."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable

from api.schemas_position import positions_of
from api.sight import Sight
from dispatch.city import City
from dispatch.whereabouts import Whereabouts


def positions_texts(
    whereabouts: Whereabouts,
    officers: Iterable[str],
    sights: Collection[Sight],
    *,
    complete: bool,
) -> dict[Sight, str]:
    """
    Write where some officers are, for every sight that has any of them in it.

    Parameters
    ----------
    whereabouts
        The present snapshot.
    officers
        Ids.
    sights
        The different sights of those who listen.
    complete
        Whether these are all whom a page may see; then a sight without any is told so.

    Returns
    -------
    texts
        JSON by sight: ``{"complete", "items"}``.
    """
    if not sights:
        return {}
    encoded = {
        position.officer: json.dumps(
            position.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")
        )
        for position in positions_of(whereabouts, sorted(officers))
    }
    seen = {sight: _seen_of(encoded, sight, whereabouts.city) for sight in sights}
    begin = f'{{"complete":{json.dumps(complete)},"items":['
    return {
        sight: f"{begin}{','.join(texts)}]}}" for sight, texts in seen.items() if texts or complete
    }


def _seen_of(encoded: dict[str, str], sight: Sight, city: City) -> list[str]:
    """Those of officers whose unit is based in an area of the sight."""
    if city.roots <= sight.areas:
        return list(encoded.values())
    homes, officers = city.home_areas, city.roster.officers
    crew_of = {officer: officers[city.roster.officer_row[officer]].crew for officer in encoded}
    return [
        text
        for officer, text in encoded.items()
        if not homes[crew_of[officer]].isdisjoint(sight.areas)
    ]
