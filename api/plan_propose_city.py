"""`plan propose` for the city of a store, apart from bare graphs, which need none of its rooms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from api.answer_file import write_json
from api.interrupt import ends_early
from api.plan_proposals import (
    proposals_out,
    propose_for,
    read_locks,
    read_share,
    show_proposals,
    write_proposals,
)
from api.plan_question import PlanQuestion
from api.progress import progress_bar
from api.spread import Place, spread_at
from api.store_option import EXIT_NO
from dispatch.planning.rezoning_city import CityRules
from dispatch.planning.rezoning_search import Watch


@dataclass(frozen=True, slots=True)
class CityAsk:
    """
    What is asked of a city, as it stands on the command line.

    Attributes
    ----------
    balance
        Share of the mean by which a zone's work may differ from it.
    move_at_most, of_incidents
        Such as ``5%``, or None, and whether that is of incidents instead of grids.
    never_split
        Townships that stay in one zone.
    lock
        File of locks, or None.
    store, at, demand, history, per_year
        As in `api.plan_question.PlanQuestion`.
    seed
        Equal seeds give equal proposals.
    place
        Where it is worked on.
    """

    balance: float
    move_at_most: str | None
    of_incidents: bool
    never_split: tuple[str, ...]
    lock: Path | None
    store: str | None
    at: str | None
    demand: Path | None
    history: Path | None
    per_year: float | None
    seed: int
    place: Place


def propose_city(asked: CityAsk, out: Path | None, *, as_json: bool) -> int:
    """
    Propose zones of a city, and say what they do.

    Parameters
    ----------
    asked
        What is asked.
    out
        Folder for the plans, or None.
    as_json
        Whether a program is told, and no person.

    Returns
    -------
    exit_code
        `EXIT_NO` where no proposal keeps the rules.
    """
    most = asked.move_at_most
    rules = CityRules(
        balance=asked.balance,
        most_moved=None if most is None else read_share(most),
        of_incidents=asked.of_incidents,
        never_split=frozenset(asked.never_split),
        locks=read_locks(asked.lock),
    )
    question = PlanQuestion(asked.store, asked.at, asked.demand, asked.history, asked.per_year)
    with (
        ends_early() as enough,
        spread_at(asked.place, stop=enough) as spread,
        progress_bar() as report,
    ):
        setting = question.setting(report)
        # Here `map`, so that an aim can be asked to end.
        workers = map if asked.place.here else spread
        watch = Watch(enough, lambda share: report("proposing", share), workers)
        made = propose_for(setting, rules, asked.seed, watch)
    files = write_proposals(made, out)
    if as_json:
        write_json(proposals_out(made, files, asked.seed), None)
    else:
        show_proposals(made, files)
    return 0 if any(option.feasible for option in made.options) else EXIT_NO
