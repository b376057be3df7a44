"""A search for proposals in a process of its own: reads the store, searches, says how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from api.plan_proposals import Proposals, proposals_out, propose_for
from api.plan_question import PlanQuestion
from dispatch.planning.plan_locks import NO_LOCKS, PlanLocks
from dispatch.planning.plan_setting import PlanSetting
from dispatch.planning.rezoning_city import CityRules
from dispatch.planning.rezoning_search import Watch
from dispatch.planning.zone_plan import ZonePlan
from dispatch.planning_desk import read_drawing
from dispatch.store.engine import open_store
from dispatch.store.simulations import Simulation

READING = 0.1
"""Share of the whole that reading the city is said to be."""

Told = Callable[[float, float | None], None]
"""Told the share that is done and the seconds that are left."""


def search_proposals(url: str, search: Simulation, told: Told) -> dict[str, Any]:
    """
    Search for proposals as they were asked for.

    Parameters
    ----------
    url
        URL of the store, which is only read.
    search
        What is asked; the locks are those of its plan.
    told
        Told how far it is.

    Returns
    -------
    result
        As `plan propose` tells it, and with each option the unit grids that it moves.
    """
    asked = search.asked
    locks = _locks(url, search.plan)
    # Reading has several parts, each from nothing to all: it is told as one when it is over.
    setting = PlanQuestion(url, search.made_at.isoformat()).setting(_nobody)
    rules = CityRules(
        balance=asked["balance"],
        most_moved=asked["move_at_most"],
        of_incidents=asked["of_incidents"],
        never_split=frozenset(asked["never_split"]),
        locks=locks,
    )
    told(READING, None)
    begun = time.monotonic()

    def heard(share: float) -> None:
        left_s = (time.monotonic() - begun) * (1 / share - 1) if share > 0 else None
        told(READING + (1 - READING) * share, left_s)

    made = propose_for(setting, rules, asked["seed"], Watch(told=heard))
    return _result(made, setting, asked["seed"])


def _nobody(what: str, share: float) -> None:
    """Tell nobody how far it is."""


def _locks(url: str, plan: str | None) -> PlanLocks:
    """Locks of a draft, or none."""
    if plan is None:
        return NO_LOCKS
    with closing(open_store(url)) as store, store.reading() as session:
        return read_drawing(session, plan).content.locks


def _result(made: Proposals, setting: PlanSetting, seed: int) -> dict[str, Any]:
    """The answer with what each option moves, in the place of files."""
    answer = proposals_out(made, [None] * len(made.options), seed)
    for told, option in zip(answer["options"], made.options, strict=True):
        del told["plan"]
        told["moves"] = None if option.plan is None else moves(setting.published, option.plan)
    answer["bound_holds_for"] = next(
        (one["bound_holds_for"] for one in answer["options"]), {"zh": "", "en": ""}
    )
    return answer


def moves(before: ZonePlan, after: ZonePlan) -> dict[str, str | None]:
    """
    List what a plan moves.

    Parameters
    ----------
    before, after
        Plans over the same unit grids.

    Returns
    -------
    moves
        Zone afterwards of each grid that is in another one than before.
    """
    rows = zip(after.grids, before.zone_codes, after.zone_codes, strict=True)
    return {grid: new for grid, old, new in rows if new != old}
