"""Positions for open pages, once a second: each encoded once, joined once per earshot."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from threading import Lock

from api.earshot import Earshot
from api.schemas_position import position_texts
from dispatch.city import City
from dispatch.whereabouts import Whereabouts


class PositionsNow:
    """
    What open pages are told of positions.

    Whoever moved is encoded at the next beat, for everybody who listens; a page that is opened
    is told what was encoded by then, and hears the rest like all others.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._texts: dict[str, str] = {}
        self._whole: dict[Earshot, str] = {}

    def moved(
        self, whereabouts: Whereabouts, officers: Iterable[str], earshots: Collection[Earshot]
    ) -> dict[Earshot, str]:
        """
        Write where those are who moved, for every earshot that has any of them in it.

        Parameters
        ----------
        whereabouts
            The present snapshot.
        officers
            Ids.
        earshots
            The different earshots of those who listen.

        Returns
        -------
        texts
            JSON by earshot: ``{"complete", "items"}``.
        """
        with self._lock:
            self._whole.clear()
            if not earshots:
                self._texts.clear()  # to be encoded when the next page is opened
                return {}
            fresh = position_texts(whereabouts, sorted(officers))
            if self._texts:
                self._texts |= fresh
        seen = {earshot: _seen_of(fresh, earshot, whereabouts.city) for earshot in earshots}
        return {earshot: _written(texts, "false") for earshot, texts in seen.items() if texts}

    def everybody(self, whereabouts: Whereabouts, earshot: Earshot) -> str:
        """
        Write where everybody is, for a page that has just been opened.

        Parameters
        ----------
        whereabouts
            The present snapshot.
        earshot
            What the page may hear; call it once the page is among those who listen.

        Returns
        -------
        text
            JSON: ``{"complete", "items"}``.
        """
        with self._lock:
            if earshot not in self._whole:
                seen = _seen_of(self._all_texts(whereabouts), earshot, whereabouts.city)
                self._whole[earshot] = _written(seen, "true")
            return self._whole[earshot]

    def _all_texts(self, whereabouts: Whereabouts) -> dict[str, str]:
        """Where everybody was when last encoded; who never was is encoded now."""
        known = whereabouts.positions.fixes.keys() & whereabouts.city.roster.officer_row.keys()
        self._texts |= position_texts(whereabouts, known - self._texts.keys())
        return {officer: self._texts[officer] for officer in sorted(known)}


def _written(texts: Iterable[str], complete: str) -> str:
    """Put encoded positions together."""
    return f'{{"complete":{complete},"items":[{",".join(texts)}]}}'


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
