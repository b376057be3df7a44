"""
OpenStreetMap's turn restrictions, made into bans over chains of directed streets.

A ``no_…`` becomes one ban: from, by way of, to.  An ``only_…`` becomes a ban of every
other way out of its via, turning back among them; where the via is a way, of every other
way off that way, so that whoever took it from *from* must go on to *to*.  A command into
a road that the file does not hold still bans the others; one into a road that is closed
is out of date, and is left out.

A restriction that cannot be followed with certainty is left out and counted: a member is
not in the network, the members do not meet, or they meet in more than one fashion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

import numpy as np
from numpy.typing import NDArray

from geo.road.arcs import Arcs
from geo.road.road_class import Mode
from geo.road.streets import Streets, TurnRule

RESTRICTION_KEYS = {
    Mode.CAR: ("restriction:motorcar", "restriction:motor_vehicle", "restriction"),
    Mode.EBIKE: ("restriction:bicycle", "restriction"),
    Mode.FOOT: (),
}
"""Keys that bind a mode, the most particular first; walkers turn as they like."""

EXCEPTED_AS = {
    Mode.CAR: {"motorcar", "motor_vehicle"},
    Mode.EBIKE: {"electric_bicycle", "bicycle"},
    Mode.FOOT: {"foot"},
}

OLD_HOUR_KEYS = {"day_on", "day_off", "hour_on", "hour_off", "time"}
"""How restrictions at certain hours were tagged before ``restriction:conditional``."""

Member = tuple[str, int, str]
"""Type (``n``, ``w``, ``r``), id and role of a relation's member."""


class Outcome(StrEnum):
    """What became of a turn restriction, in words for the person who imports."""

    USED = "turn restrictions used"
    OTHER_MODE = "turn restrictions for others"
    BY_HOUR = "turn restrictions at certain hours, left out"
    INCOMPLETE = "turn restrictions with a member missing or unknown, left out"
    NOT_IN_NETWORK = "turn restrictions over roads closed or not in the file, left out"
    APART = "turn restrictions whose roads do not meet, left out"
    AMBIGUOUS = "turn restrictions that can be read in two ways, left out"


BANS = "turn bans made from them"

ELSEWHERE = -1
"""Stands for the arc of a road that the file does not hold."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """
    A turn restriction that binds the mode.

    Attributes
    ----------
    only
        Whether it commands the turn (``only_…``) rather than forbids it.
    turning_back
        Whether it is about a U-turn.
    from_ways, to_ways
        Way ids; more than one only for ``no_entry`` and ``no_exit``.
    via_node
        Node id, or None where ways lie between.
    via_ways
        Way ids, or none where a node lies between.
    """

    only: bool
    turning_back: bool
    from_ways: tuple[int, ...]
    to_ways: tuple[int, ...]
    via_node: int | None
    via_ways: tuple[int, ...]


def parse_restriction(
    tags: Mapping[str, str], members: Sequence[Member], mode: Mode
) -> Restriction | Outcome:
    """
    Read a relation of type ``restriction``.

    Parameters
    ----------
    tags
        Its tags.
    members
        Its members.
    mode
        Who turns.

    Returns
    -------
    restriction
        The restriction, or why it is none for this mode.
    """
    excepted = {word.strip() for word in tags.get("except", "").split(";")}
    key = next((key for key in RESTRICTION_KEYS[mode] if key in tags), None)
    by_hour = {f"{name}:conditional" for name in RESTRICTION_KEYS[mode]} & tags.keys()
    if excepted & EXCEPTED_AS[mode] or not (key or by_hour):
        return Outcome.OTHER_MODE
    if key is None or not OLD_HOUR_KEYS.isdisjoint(tags):
        return Outcome.BY_HOUR
    ways = {
        role: tuple(ref for kind, ref, as_role in members if kind == "w" and as_role == role)
        for role in ("from", "via", "to")
    }
    nodes = [ref for kind, ref, role in members if kind == "n" and role == "via"]
    one_via = (len(nodes) == 1) != bool(ways["via"])
    known = tags[key].startswith(("no_", "only_"))
    if not (known and ways["from"] and ways["to"] and one_via):
        return Outcome.INCOMPLETE
    return Restriction(
        only=tags[key].startswith("only_"),
        turning_back=tags[key].endswith("_u_turn"),
        from_ways=ways["from"],
        to_ways=ways["to"],
        via_node=nodes[0] if nodes else None,
        via_ways=ways["via"],
    )


def turn_rules(
    restrictions: Iterable[Restriction], streets: Streets, *, closed_ways: AbstractSet[int]
) -> tuple[tuple[TurnRule, ...], Counter[str]]:
    """
    Make bans of restrictions.

    Parameters
    ----------
    restrictions
        Those that bind the mode.
    streets
        The streets they speak of, with OpenStreetMap's numbers of ways and nodes.
    closed_ways
        Ways that the file holds but the mode may not use.

    Returns
    -------
    rules
        Bans, each chain once, in ascending order.
    counts
        How many restrictions had which outcome.
    """
    town = _Town(Arcs(streets), streets.node_source_id, closed_ways)
    counts: Counter[str] = Counter()
    chains: set[tuple[int, ...]] = set()
    for restriction in restrictions:
        found = _bans(restriction, town)
        counts[found if isinstance(found, Outcome) else Outcome.USED] += 1
        chains.update(() if isinstance(found, Outcome) else found)
    if chains:
        counts[BANS] = len(chains)
    return tuple(TurnRule(chain) for chain in sorted(chains)), counts


@dataclass(frozen=True, slots=True, eq=False)
class _Town:
    """What restrictions speak of: streets, their junctions' numbers, and ways closed."""

    arcs: Arcs
    node_id: NDArray[np.int64]
    closed_ways: AbstractSet[int]

    def is_elsewhere(self, way: int) -> bool:
        """Tell a way that the file does not hold."""
        return not self.arcs.of_way(way) and way not in self.closed_ways


def _bans(restriction: Restriction, town: _Town) -> list[tuple[int, ...]] | Outcome:
    """Turn one restriction into chains that nobody may drive."""
    bans: list[tuple[int, ...]] = []
    for from_way, to_way in product(restriction.from_ways, restriction.to_ways):
        leads_away = restriction.only and town.is_elsewhere(to_way)
        needed = (from_way, *restriction.via_ways, *(() if leads_away else (to_way,)))
        if not all(town.arcs.of_way(way) for way in needed):
            return Outcome.NOT_IN_NETWORK
        chains = list(_chains(restriction, from_way, None if leads_away else to_way, town))
        if not chains:
            return Outcome.APART
        if len(chains) > 1 and not _on_the_spot(restriction, from_way, to_way):
            return Outcome.AMBIGUOUS
        for chain in chains:
            bans += _all_other_exits(chain, town.arcs) if restriction.only else [chain]
    return bans


def _on_the_spot(restriction: Restriction, from_way: int, to_way: int | None) -> bool:
    """Tell a U-turn within one way, which is forbidden from both sides of the via."""
    return restriction.turning_back and from_way == to_way and not restriction.via_ways


def _chains(
    restriction: Restriction, from_way: int, to_way: int | None, town: _Town
) -> Iterator[tuple[int, ...]]:
    """Find every fashion in which from, via and to can be driven one after the other."""
    arcs, on_the_spot = town.arcs, _on_the_spot(restriction, from_way, to_way)
    for enters in arcs.of_way(from_way):
        if restriction.via_node not in (None, town.node_id[arcs.end(enters)]):
            continue
        for lead in _along((enters,), frozenset(restriction.via_ways), arcs):
            if to_way is None:
                yield (*lead, ELSEWHERE)
                continue
            for leaves in arcs.leaving(arcs.end(lead[-1])):
                turns_back = leaves == lead[-1] ^ 1
                if arcs.way(leaves) == to_way and turns_back == on_the_spot:
                    yield (*lead, leaves)


def _along(lead: tuple[int, ...], unused: frozenset[int], arcs: Arcs) -> Iterator[tuple[int, ...]]:
    """Extend a chain along the via ways, every one of them used and no street twice."""
    if not unused:
        yield lead
    for ref in arcs.leaving(arcs.end(lead[-1])):
        way = arcs.way(ref)
        goes_on = len(lead) > 1 and way == arcs.way(lead[-1])
        seen = any(ref >> 1 == passed >> 1 for passed in lead)
        if (goes_on or way in unused) and not seen:
            yield from _along((*lead, ref), unused - {way}, arcs)


def _all_other_exits(chain: tuple[int, ...], arcs: Arcs) -> list[tuple[int, ...]]:
    """Ban leaving a commanded chain anywhere after its via began."""
    first = 1 if len(chain) == 2 else 2
    return [
        (*chain[:place], other)
        for place in range(first, len(chain))
        for other in arcs.leaving(arcs.end(chain[place - 1]))
        if other != chain[place]
    ]
