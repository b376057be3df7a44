"""The rule of a route: `may(Act.X)` lets those in whose roles grant the act, and nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from api.auth import person_of
from api.errors import Forbidden
from dispatch.access import GRANTS, Act, Person, acts_of


@dataclass(frozen=True, slots=True)
class May:
    """
    Dependency of a route that says what is asked of the service there.

    Attributes
    ----------
    act
        What the route is for.
    """

    act: Act

    def __call__(self, person: Annotated[Person, Depends(person_of)]) -> Person:
        """
        Let a person in.

        Parameters
        ----------
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
        """
        if self.act not in acts_of(person):
            able = [role for role, acts in GRANTS.items() if self.act in acts]
            raise Forbidden(
                f"{person.name} may not do this ({self.act}); it takes a {' or a '.join(able)}."
            )
        return person


def may(act: Act) -> May:
    """
    Let those in who may do something.

    Parameters
    ----------
    act
        What the route is for; every route names one.

    Returns
    -------
    rule
        A dependency that recognises the person, and refuses anybody else with `Forbidden`.
    """
    return May(act)
