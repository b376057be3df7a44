"""Models of arrivals in the store: every one that a suggestion may name, and the one in force."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.arrival_chance import ArrivalModel, from_text, prior
from dispatch.store.tables import ARRIVAL_MODELS, META
from dispatch.store.upsert import insert_or_ignore, upsert
from geo.errors import UnknownName

IN_FORCE = "arrival_model"
"""Name of the entry that says which model is in force."""


def put_in_force(session: Session, model: ArrivalModel) -> None:
    """
    Keep a model and use it from now on.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    model
        The model.
    """
    kept = {"version": model.version, "record": model.to_text()}
    insert_or_ignore(session, ARRIVAL_MODELS, kept)
    upsert(session, META, "name", [{"name": IN_FORCE, "value": model.version}])


def in_force(session: Session) -> ArrivalModel:
    """
    Read the model in force.

    Parameters
    ----------
    session
        A session.

    Returns
    -------
    model
        The prior, if none was ever put in force.
    """
    version = session.scalar(select(META.c.value).where(META.c.name == IN_FORCE))
    return prior() if version is None else get_arrival_model(session, version)


def get_arrival_model(session: Session, version: str) -> ArrivalModel:
    """
    Look up a model, so that an earlier suggestion can be computed again.

    Parameters
    ----------
    session
        A session.
    version
        Its version.

    Returns
    -------
    model
        As it was kept.

    Raises
    ------
    UnknownName
        There is none of this version.
    """
    wanted = select(ARRIVAL_MODELS.c.record).where(ARRIVAL_MODELS.c.version == version)
    record = session.scalar(wanted)
    if record is None and version == (first := prior()).version:
        return first  # in force before any model was fitted, and never written
    if record is None:
        raise UnknownName(f"There is no model of arrivals {version!r}.")
    return from_text(record)
