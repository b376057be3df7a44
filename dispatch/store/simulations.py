"""
Simulations in the store: asked for, run beside the service, cancelled, and kept with their results.

Searches for proposals stand in the same queue, for both keep a processor busy: `JobKind` tells one
from the other by the letter of its number.
A simulation is its question: plan, demand, seed.  One that was running when the service fell is run
again from the start and says the same.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from dispatch.power import local_date
from dispatch.store.ledger import record
from dispatch.store.numbered import newest_first, row_of
from dispatch.store.upsert import next_fid
from dispatch.store.zone_plan_tables import SIMULATIONS
from geo.errors import Conflict, UnknownName


class JobKind(StrEnum):
    """What is run: the letter with which numbers begin."""

    SIMULATION = "S"
    PROPOSAL = "R"

    @classmethod
    def of(cls, number: str) -> JobKind:
        """
        Tell a number by its letter.

        Parameters
        ----------
        number
            Of a row.

        Returns
        -------
        kind
            What it is.
        """
        return cls.PROPOSAL if number.startswith(cls.PROPOSAL) else cls.SIMULATION

    @property
    def what(self) -> str:
        """What sentences call it."""
        return "simulation" if self is JobKind.SIMULATION else "proposal"


_SHOWN = tuple(column for column in SIMULATIONS.c if column.name != "result")


class SimulationState(StrEnum):
    """How far a simulation has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY: Final = (SimulationState.WAITING, SimulationState.RUNNING)
"""States in which a simulation may be cancelled."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """
    A simulation that somebody has asked for.

    Attributes
    ----------
    id
        Its number.
    plan
        Number of the zone plan; None for the plan that was published.
    digest
        Digest of what the plan said then.
    asked
        Years, seed, runs, scenario, and what it is held against.
    state
        How far it has come.
    share
        Share of it that is done, 0 to 1.
    left_s
        Seconds that it will still take, or None while nobody knows.
    said
        Why it failed, or None.
    made_at, made_by
        When it was asked for, and by whom.
    ended_at
        When it was done, failed or cancelled, or None.
    """

    id: str
    plan: str | None
    digest: str
    asked: Mapping[str, Any]
    state: SimulationState
    share: float
    left_s: float | None
    said: str | None
    made_at: datetime
    made_by: str
    ended_at: datetime | None


def ask_simulation(  # noqa: PLR0913 -- of what, how, when and in whose name
    session: Session,
    plan: str | None,
    digest: str,
    asked: Mapping[str, Any],
    *,
    now: datetime,
    by: str,
    kind: JobKind = JobKind.SIMULATION,
) -> Simulation:
    """
    Keep what is asked for; it waits until it is its turn.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    plan, digest
        Number of the plan, None for the one that is published, and the digest of what it says.
    asked
        Years, seed, runs, scenario, and what it is held against.
    now
        The present, with offset.
    by
        Account of whoever asks.
    kind
        Whether years are simulated or proposals searched.

    Returns
    -------
    simulation
        With its number.
    """
    fid = next_fid(session, SIMULATIONS)
    number = f"{kind}{local_date(now):%Y%m%d}-{fid:06d}"
    session.execute(
        insert(SIMULATIONS).values(
            fid=fid,
            id=number,
            plan=plan,
            digest=digest,
            asked=json.dumps(asked, ensure_ascii=False, sort_keys=True),
            state=SimulationState.WAITING,
            share=0.0,
            made_at=now,
            made_by=by,
        )
    )
    detail = {"plan": plan, "digest": digest}
    record(session, now=now, by=by, act=f"ask_{kind.what}", about=number, detail=detail)
    return get_simulation(session, number, kind)


def get_simulation(session: Session, number: str, kind: JobKind = JobKind.SIMULATION) -> Simulation:
    """
    Look up a simulation.

    Parameters
    ----------
    session
        A session.
    number
        Its id.
    kind
        What it must be.

    Returns
    -------
    simulation
        As it stands.

    Raises
    ------
    UnknownName
        There is none of this kind with this id.
    """
    if JobKind.of(number) is not kind:
        raise UnknownName(f"There is no {kind.what} {number!r}.")
    return _simulation(row_of(session, SIMULATIONS, number, kind.what, _SHOWN))


def list_simulations(
    session: Session,
    *,
    before: str | None = None,
    limit: int | None = 100,
    kind: JobKind = JobKind.SIMULATION,
) -> list[Simulation]:
    """
    List simulations, the newest first.

    Parameters
    ----------
    session
        A session.
    before
        Id of the last simulation of the page before, or None for the first page.
    limit
        How many at most; None for all.
    kind
        Which are listed.

    Returns
    -------
    simulations
        One page.

    Raises
    ------
    UnknownName
        There is no simulation ``before``.
    """
    query = newest_first(session, SIMULATIONS, kind.what, before=before, limit=limit)
    mine = query.where(SIMULATIONS.c.id.startswith(kind.value)).with_only_columns(*_SHOWN)
    return [_simulation(row) for row in session.execute(mine)]


def read_result(session: Session, number: str) -> Mapping[str, Any] | None:
    """
    Read what came of a simulation.

    Parameters
    ----------
    session
        A session.
    number
        Its id.

    Returns
    -------
    result
        None as long as it is not done.
    """
    packed = session.scalar(select(SIMULATIONS.c.result).where(SIMULATIONS.c.id == number))
    told: Mapping[str, Any] | None = None if packed is None else json.loads(zlib.decompress(packed))
    return told


def newest_of(session: Session, digest: str) -> Simulation | None:
    """
    Find the newest simulation of a plan that is done, of those under usual circumstances.

    Parameters
    ----------
    session
        A session.
    digest
        Digest of what the plan says.

    Returns
    -------
    simulation
        None where the plan was never simulated as it is.
    """
    asked = SIMULATIONS.c
    query = select(*_SHOWN).where(
        asked.digest == digest,
        asked.state == SimulationState.DONE,
        asked.id.startswith(JobKind.SIMULATION.value),
    )
    done = map(_simulation, session.execute(query.order_by(asked.fid.desc())))
    return next((one for one in done if not one.asked.get("scenario")), None)


def take_next(session: Session) -> Simulation | None:
    """
    Begin the simulation that has waited longest.

    Parameters
    ----------
    session
        A session that may write; the caller commits.

    Returns
    -------
    simulation
        Running from here on; None where none waits.
    """
    asked = SIMULATIONS.c
    waiting = select(asked.id).where(asked.state == SimulationState.WAITING)
    number = session.scalar(waiting.order_by(asked.fid).limit(1))
    if number is None or not _move(
        session,
        number,
        {"state": SimulationState.RUNNING, "share": 0.0, "left_s": None},
        (SimulationState.WAITING,),
    ):
        return None
    return get_simulation(session, number, JobKind.of(number))


def note_progress(session: Session, number: str, share: float, left_s: float | None) -> bool:
    """
    Note how far a simulation is.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    share
        Share of it that is done.
    left_s
        Seconds that it will still take, or None.

    Returns
    -------
    running
        Whether it still is; it may have been cancelled.
    """
    values = {"share": share, "left_s": left_s}
    return _move(session, number, values, (SimulationState.RUNNING,))


def end_simulation(
    session: Session,
    number: str,
    *,
    result: Mapping[str, Any] | None,
    said: str | None,
    now: datetime,
) -> bool:
    """
    Keep what came of a simulation.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    result
        Anything JSON can say; None if it failed.
    said
        Why it failed, or None.
    now
        The present, with offset.

    Returns
    -------
    kept
        Whether it was running; one that was cancelled keeps nothing.
    """
    packed = None
    if result is not None:
        packed = zlib.compress(json.dumps(result, ensure_ascii=False).encode())
    state = SimulationState.FAILED if result is None else SimulationState.DONE
    share = {} if result is None else {"share": 1.0}
    values = {"state": state, "result": packed, "said": said, "ended_at": now, "left_s": None}
    return _move(session, number, values | share, (SimulationState.RUNNING,))


def cancel_simulation(
    session: Session,
    number: str,
    *,
    now: datetime,
    by: str,
    kind: JobKind = JobKind.SIMULATION,
) -> Simulation:
    """
    Cancel a simulation; one that was cancelled already stays so.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    number
        Its id.
    now
        The present, with offset.
    by
        Account of whoever cancels it.
    kind
        What it must be.

    Returns
    -------
    simulation
        As it stands.

    Raises
    ------
    UnknownName
        There is none with this id.
    Conflict
        It is done, or has failed.
    """
    get_simulation(session, number, kind)
    values = {"state": SimulationState.CANCELLED, "ended_at": now, "left_s": None}
    if _move(session, number, values, UNDER_WAY):
        record(session, now=now, by=by, act=f"cancel_{kind.what}", about=number)
    simulation = get_simulation(session, number, kind)
    if simulation.state is not SimulationState.CANCELLED:
        raise Conflict(f"The {kind.what} {number} is {simulation.state} already; its result stays.")
    return simulation


def put_back(session: Session) -> int:
    """
    Have simulations wait again that were running when the service ended.

    Parameters
    ----------
    session
        A session that may write; the caller commits.

    Returns
    -------
    count
        How many.
    """
    asked = SIMULATIONS.c
    running = update(SIMULATIONS).where(asked.state == SimulationState.RUNNING)
    back = running.values(state=SimulationState.WAITING, share=0.0, left_s=None)
    return len(session.execute(back.returning(asked.fid)).all())


def _move(
    session: Session, number: str, values: Mapping[str, Any], states: tuple[SimulationState, ...]
) -> bool:
    """Change a simulation that is in one of some states."""
    asked = SIMULATIONS.c
    moving = update(SIMULATIONS).where(asked.id == number, asked.state.in_(states))
    return session.execute(moving.values(values).returning(asked.fid)).scalar() is not None


def _simulation(row: Row[Any]) -> Simulation:
    return Simulation(
        id=row.id,
        plan=row.plan,
        digest=row.digest,
        asked=MappingProxyType(json.loads(row.asked)),
        state=SimulationState(row.state),
        share=row.share,
        left_s=row.left_s,
        said=row.said,
        made_at=row.made_at,
        made_by=row.made_by,
        ended_at=row.ended_at,
    )
