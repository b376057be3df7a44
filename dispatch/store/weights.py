"""Weights in the store: what lies over the base, and which number stands for which state."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from dispatch.store.closures import closures_named
from dispatch.store.tables import HOURLY_SPEEDS, MEASURED_SPEEDS, WEIGHTS
from dispatch.store.upsert import insert_or_ignore
from geo.errors import UnknownName
from geo.road.hourly_speed import hourly_rule, hourly_speeds
from geo.road.layered_weights import WeightLayers, WeightState
from geo.road.measured_speed import measured_speed


def read_speed_layers(session: Session) -> WeightLayers:
    """
    Read the hourly and the measured speeds.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    layers
        Without closures; those come and go.
    """
    return WeightLayers(
        hourly_speeds(hourly_rule(row) for row in _texts(session, HOURLY_SPEEDS)),
        tuple(measured_speed(row) for row in _texts(session, MEASURED_SPEEDS)),
    )


def number_of(session: Session, state: WeightState, *, now: datetime) -> int:
    """
    Give the number of a state of weights, a new one when it is seen for the first time.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    state
        What makes the weights.
    now
        The present, with offset.

    Returns
    -------
    sequence
        Rising from 1; equal states have equal numbers, for ever.
    """
    text = json.dumps(asdict(state), sort_keys=True, separators=(",", ":"))
    found = select(WEIGHTS.c.fid).where(WEIGHTS.c.state == text)
    known = session.scalar(found)
    if known is None:
        row = {"network": state.network, "state": text, "first_seen": now}
        known = insert_or_ignore(session, WEIGHTS, row)
    return int(session.execute(found).scalar_one() if known is None else known)


def state_named(session: Session, version: str) -> WeightState:
    """
    Look up what made the weights of a version.

    Parameters
    ----------
    session
        A session.
    version
        As an answer names it for one mode: the network's version, and after a plus sign the
        number of the state.

    Returns
    -------
    state
        Which layers were in force.

    Raises
    ------
    UnknownName
        No such weights have ever been in force here.
    """
    network, plus, sequence = version.partition("+")
    if not plus:
        return WeightState(network)
    found = select(WEIGHTS.c.state).where(WEIGHTS.c.network == network)
    number = int(sequence) if sequence.isdigit() else 0
    text = session.scalar(found.where(WEIGHTS.c.fid == number))
    if text is None:
        raise UnknownName(f"No weights of version {version!r} have been in force here.")
    facts = json.loads(text)
    return WeightState(
        **facts | {"measured": tuple(facts["measured"]), "closures": tuple(facts["closures"])}
    )


def layers_of(session: Session, state: WeightState) -> WeightLayers:
    """
    Read the layers that a state names, whether in force still or not.

    Parameters
    ----------
    session
        A session.
    state
        Which layers were in force.

    Returns
    -------
    layers
        Enough for `geo.road.layered_weights.price_edges`.

    Raises
    ------
    UnknownName
        A closure is gone from the store, or the hourly speeds are others by now.
    """
    layers = read_speed_layers(session)
    if state.hourly is not None and state.hourly != layers.hourly.digest:
        raise UnknownName(
            f"The hourly speeds {state.hourly} are no longer there; these are "
            f"{layers.hourly.digest}."
        )
    return replace(layers, closures=closures_named(session, state.closures))


def _texts(session: Session, table: Table) -> Sequence[dict[str, str]]:
    """Rows of a table as texts by column, in the order in which they were written."""
    rows = session.execute(select(table).order_by(table.c.fid)).mappings()
    return [{name: str(row[name]) for name in row if name != "fid"} for row in rows]
