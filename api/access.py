"""The rule of a route: `may(Act.X)` lets those in whose roles grant the act, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.auth import person_of
from api.errors import Forbidden, NotFound
from api.named_thing import Thing, in_sight
from api.service import service_of
from dispatch.access import GRANTS, Act, Person, acts_of, one_of
from dispatch.sight import sees_whole_city


@dataclass(frozen=True, slots=True)
class May:
    """
    Dependency of a route that says what is asked of the service there.

    Attributes
    ----------
    act
        What the route is for.
    of
        What its address names, which must be within the person's sight; None if it names nothing.
    """

    act: Act
    of: Thing | None = None

    async def __call__(
        self, request: Request, person: Annotated[Person, Depends(person_of)]
    ) -> Person:
        """
        Let a person in; a thread is taken only to look in the store.

        Parameters
        ----------
        request
            The request.
        person
            Who asks.

        Returns
        -------
        person
            The same.

        Raises
        ------
        Forbidden
            Nothing grants the person this act.
        NotFound
            What the address names is not there, or not within the person's sight.
        """
        if self.act not in acts_of(person):
            able = [role for role, acts in GRANTS.items() if self.act in acts]
            raise Forbidden(f"{person.name} may not do this ({self.act}); it takes {one_of(able)}.")
        if self.of is not None:
            await self._require_sight(self.of, request, person)
        return person

    async def _require_sight(self, thing: Thing, request: Request, person: Person) -> None:
        """Refuse what is not there and what is out of sight alike."""
        if sees_whole_city(person, service_of(request).city):
            return
        if not await run_in_threadpool(_is_in_sight, thing, request, person):
            name = next(iter(request.path_params.values()))
            raise NotFound(f"There is no {thing} {name!r} in your areas.")


def _is_in_sight(thing: Thing, request: Request, person: Person) -> bool:
    """Look in the store whether a person may know of what an address names."""
    service = service_of(request)
    with service.store.reading() as session:
        return in_sight(thing, request.path_params, session, person, service.city)


def may(act: Act, of: Thing | None = None) -> May:
    """
    Let those in who may do something.

    Parameters
    ----------
    act
        What the route is for; every route names one.
    of
        What its address names, if it names something.

    Returns
    -------
    rule
        A dependency that recognises the person, and refuses anybody else with `Forbidden`.
    """
    return May(act, of)
