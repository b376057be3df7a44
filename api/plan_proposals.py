"""Proposals of zones for a city: read what is asked, search, and tell people and programs."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from api.place_table import read_rows
from dispatch.planning.plan_ground import plan_ground
from dispatch.planning.plan_locks import PlanLocks, pair_of
from dispatch.planning.plan_setting import PlanSetting
from dispatch.planning.rezoning_city import CityLoads, CityRules, city_loads, city_problem
from dispatch.planning.rezoning_city import usual_prices as prices_of
from dispatch.planning.rezoning_dual import BASES_BOUND
from dispatch.planning.rezoning_figures import (
    BoundaryPrice,
    OptionFigures,
    boundary_prices,
    figures_of,
)
from dispatch.planning.rezoning_options import Option, propose_options
from dispatch.planning.rezoning_search import Watch
from dispatch.planning.zone_plan import write_plan
from geo.errors import BadValue, MissingColumn

LOCK_RULES = ("stay", "together", "apart", "zone")
"""What a row of a file of locks may say."""


@dataclass(frozen=True, slots=True, eq=False)
class Proposals:
    """
    The answer.

    Attributes
    ----------
    today
        Figures of the plan in force.
    options
        Proposals, the feasible ones first.
    boundaries
        Prices of today's boundaries.
    interrupted
        Whether it was ended before every aim had its turn.
    """

    today: OptionFigures
    options: tuple[Option, ...]
    boundaries: tuple[BoundaryPrice, ...]
    interrupted: bool


def read_share(text: str) -> float:
    """
    Read a share.

    Parameters
    ----------
    text
        Such as ``5%`` or ``0.05``.

    Returns
    -------
    share
        From 0 to 1.

    Raises
    ------
    BadValue
        It is none.
    """
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError as error:
        raise BadValue(f"{text!r} is no share; write 5% or 0.05.") from error
    if not 0 <= share <= 1:
        raise BadValue(f"{text!r} is no share from 0 to 100 %.")
    return share


def read_locks(path: Path | None) -> PlanLocks:
    """
    Read a file of locks.

    Parameters
    ----------
    path
        CSV ``rule,code,with``: ``stay`` and a grid, ``zone`` and a zone, ``together`` or ``apart``
        and two grids; or None.

    Returns
    -------
    locks
        All of them.

    Raises
    ------
    UnreadableFile, MissingColumn, BadValue
        What is wrong with it.
    """
    found: dict[str, set[Any]] = {rule: set() for rule in LOCK_RULES}
    for row in [] if path is None else read_rows(path):
        if "rule" not in row or "code" not in row:
            raise MissingColumn(f"{path} needs the columns rule,code and, for pairs, with.")
        rule, code, other = row["rule"], row["code"], row.get("with", "")
        if rule not in LOCK_RULES:
            raise BadValue(f"{path}: {rule!r} is no rule; there are {', '.join(LOCK_RULES)}.")
        if rule in {"together", "apart"} and not other:
            raise BadValue(f"{path}: {rule} {code} needs a second grid in the column with.")
        found[rule].add(pair_of(code, other) if rule in {"together", "apart"} else code)
    stay, together, apart, zone = (frozenset(found[rule]) for rule in LOCK_RULES)
    return PlanLocks(stay, zone, together, apart)


def propose_for(setting: PlanSetting, rules: CityRules, seed: int, watch: Watch) -> Proposals:
    """
    Make proposals for a city.

    Parameters
    ----------
    setting
        The city.
    rules
        What is asked.
    seed
        Equal seeds give equal proposals.
    watch
        Who looks after the search.

    Returns
    -------
    proposals
        With today beside them.
    """
    loads = city_loads(plan_ground(setting), setting.published)
    options = propose_options(loads, rules, seed=seed, watch=watch)
    today, boundaries = _today(loads, rules)
    return Proposals(today, options, boundaries, watch.stop())


def _today(loads: CityLoads, rules: CityRules) -> tuple[OptionFigures, tuple[BoundaryPrice, ...]]:
    """Figures of today, and what its boundaries cost; grids in no zone count nowhere."""
    whole = city_problem(loads, rules, prices_of(loads)).whole
    zone_of = loads.today.zone_of
    if (zone_of < 0).any():
        raise BadValue(
            f"{int((zone_of < 0).sum())} unit grids are in no zone today; a proposal needs a zone "
            "for each: edit the plan first."
        )
    return figures_of(loads, whole, zone_of), boundary_prices(loads, whole, zone_of)


def proposals_out(made: Proposals, files: Sequence[Path | None], seed: int) -> dict[str, Any]:
    """
    Put proposals into JSON.

    Parameters
    ----------
    made
        The proposals.
    files
        Where the plan of each was written.
    seed
        As asked.

    Returns
    -------
    answer
        Times in minutes a year.
    """
    return {
        "seed": seed,
        "interrupted": made.interrupted,
        "today": _figures_out(made.today),
        "options": [
            _option_out(option, file) for option, file in zip(made.options, files, strict=True)
        ],
        "boundaries": [
            {
                "from_zone": price.gives,
                "to_zone": price.takes,
                "grids": price.grids,
                "mean_min_per_grid": round(price.mean_min, 3),
                "cheapest_grid": price.best_grid,
                "cheapest_min": round(price.best_min, 3),
                "cheapest_officer_h": round(price.best_officer_h, 3),
            }
            for price in made.boundaries
        ],
    }


def _option_out(option: Option, file: Path | None) -> dict[str, Any]:
    """One proposal."""
    name = option.aim.name
    return {
        "option": {"code": name.code, "zh": name.zh, "en": name.en},
        "balance": option.aim.rules.balance,
        "feasible": option.feasible,
        "why_not": [{"code": one.code, "zh": one.zh, "en": one.en} for one in option.why_not],
        "plan": None if file is None else str(file),
        "base": None if option.plan is None else option.plan.digest,
        "figures": None if option.figures is None else _figures_out(option.figures),
        "bound_min": option.bound,
        "gap": option.gap,
        "bound_holds_for": {"zh": BASES_BOUND.zh, "en": BASES_BOUND.en},
        "counted_as_neighbours": [list(pair) for pair in option.ferries],
        "stopped": option.stopped,
    }


def _figures_out(figures: OptionFigures) -> dict[str, Any]:
    """Figures of a plan."""
    return {
        "cost_min": figures.cost_min,
        "travel_min": figures.travel_min,
        "mean_travel_min": figures.mean_travel_min,
        "max_deviation": figures.max_deviation,
        "moved_grids": figures.grids_moved,
        "moved_share_of_grids": figures.moved_grids,
        "moved_share_of_incidents": figures.moved_incidents,
        "border_km": figures.border_km,
        "split_townships": figures.split_townships,
    }


def write_proposals(made: Proposals, folder: Path | None) -> list[Path | None]:
    """
    Write the plan of every proposal, and a table of all.

    Parameters
    ----------
    made
        The proposals.
    folder
        Where to; None writes nothing.

    Returns
    -------
    files
        One for each proposal that has a plan.
    """
    if folder is None:
        return [None] * len(made.options)
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path | None] = []
    for option in made.options:
        path = folder / f"{option.aim.name.code}.csv"
        if option.plan is not None:
            write_plan(path, option.plan)
        files.append(None if option.plan is None else path)
    with (folder / "boundaries.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["from_zone", "to_zone", "grids", "mean_min_per_grid", "cheapest_grid"])
        table.writerows(
            [price.gives, price.takes, price.grids, f"{price.mean_min:.1f}", price.best_grid]
            for price in made.boundaries
        )
    return files


def show_proposals(made: Proposals, files: Sequence[Path | None]) -> None:
    """
    Show proposals to people.

    Parameters
    ----------
    made
        The proposals.
    files
        Where the plan of each was written.
    """
    console = Console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    headings = ("Option", "Work ±", "Moved", "Travel min", "Border km", "Split", "Gap", "min/grid")
    for heading in headings:
        table.add_column(heading)
    table.add_row("today 现状", *_row(made.today), "", "")
    for option in made.options:
        if option.figures is not None:
            name = f"{'' if option.feasible else '✗ '}{option.aim.name.en} {option.aim.name.zh}"
            gap = "" if option.gap is None else f"{option.gap:.1%}"
            more = option.figures.travel_min - made.today.travel_min
            each = f"{more / max(option.figures.grids_moved, 1):+.0f}"
            table.add_row(name, *_row(option.figures), gap, each)
    console.print(table, highlight=False, markup=False)
    console.print(BASES_BOUND.en, highlight=False, markup=False, soft_wrap=True)
    for option in made.options:
        for reason in option.why_not:
            line = f"{option.aim.name.en}: {reason.en}"
            console.print(line, highlight=False, markup=False, soft_wrap=True)
    for file in filter(None, files):
        console.print(f"written: {file}", highlight=False, markup=False, soft_wrap=True)
    if made.interrupted:
        console.print("Ended early: these are the best so far, other aims had no turn.")


def _row(figures: OptionFigures) -> tuple[str, ...]:
    """Cells of a plan."""
    return (
        f"{figures.max_deviation:.1%}",
        f"{figures.moved_grids:.1%}",
        f"{figures.mean_travel_min:.2f}",
        f"{figures.border_km:.0f}",
        str(figures.split_townships),
    )
