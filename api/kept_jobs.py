"""Simulations and searches for proposals that the store keeps: listed, read, cancelled alike."""

from __future__ import annotations

from api.idempotency import Effect
from api.own_ground import require_whole_city
from api.paging import Cut, newest
from api.schemas import Page
from api.schemas_simulation import SimulationOut, WholeSimulationOut
from api.service import Service
from dispatch.access import Person
from dispatch.store.simulations import (
    JobKind,
    cancel_simulation,
    get_simulation,
    list_simulations,
    read_result,
)

PLAYBACK = "playback"
"""Part of a result that has an address of its own, for it is long."""


def list_kept(kind: JobKind, service: Service, cut: Cut, person: Person) -> Page[SimulationOut]:
    """
    List one kind of them.

    Parameters
    ----------
    kind
        Which.
    service
        The service.
    cut
        Part of the list.
    person
        Who asks; must see the whole city.

    Returns
    -------
    page
        The newest first, without their results.
    """
    require_whole_city(person, service.city)
    with service.store.reading() as session:
        rows, following = newest(
            lambda before, limit: list_simulations(session, before=before, limit=limit, kind=kind),
            lambda one: one.id,
            cut,
        )
    return Page(items=[SimulationOut.of(one) for one in rows], next=following)


def read_kept(kind: JobKind, number: str, service: Service, person: Person) -> WholeSimulationOut:
    """
    Read one of them.

    Parameters
    ----------
    kind
        Its kind.
    number
        Its number.
    service
        The service.
    person
        Who asks; must see the whole city.

    Returns
    -------
    whole
        How far it is, and what came of it, without the `PLAYBACK`.

    Raises
    ------
    UnknownName
        There is none of this number.
    """
    require_whole_city(person, service.city)
    with service.store.reading() as session:
        kept = get_simulation(session, number, kind)
        result = read_result(session, number)
    told = None if result is None else {k: v for k, v in result.items() if k != PLAYBACK}
    return WholeSimulationOut(**SimulationOut.of(kept).model_dump(), result=told)


def cancel_kept(
    kind: JobKind, number: str, effect: Effect, service: Service, person: Person
) -> SimulationOut:
    """
    Cancel one of them; what it has done by then is lost.

    Parameters
    ----------
    kind
        Its kind.
    number
        Its number.
    effect
        Of the request.
    service
        The service.
    person
        Who cancels; must see the whole city.

    Returns
    -------
    cancelled
        As it is now.

    Raises
    ------
    UnknownName
        There is none of this number.
    """
    require_whole_city(person, service.city)
    with effect.begin() as session:
        cancelled = cancel_simulation(
            session, number, now=service.clock(), by=person.name, kind=kind
        )
        return effect.commit(SimulationOut.of(cancelled))
