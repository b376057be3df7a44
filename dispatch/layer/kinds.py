"""All kinds of layer, by the names that the doors give them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from dispatch.layer import force_kinds, ground_kinds
from dispatch.layer.kind import Kind, KindName

KINDS: Final[Mapping[KindName, Kind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            ground_kinds.AREAS,
            ground_kinds.ZONES,
            ground_kinds.GRIDS,
            ground_kinds.ROADS,
            ground_kinds.CLOSURES,
            force_kinds.UNITS,
            force_kinds.BASES,
            force_kinds.OFFICERS,
            force_kinds.ROSTERS,
            force_kinds.CALENDARS,
            force_kinds.MATTERS,
            force_kinds.AUTHORITY,
            ground_kinds.PLACES,
            ground_kinds.DEMAND,
            ground_kinds.NO_FLY,
            ground_kinds.BOUNDARY,
        )
    }
)
"""In the order of the doors."""
