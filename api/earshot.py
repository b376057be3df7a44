"""Earshot: which live events and positions reach a page, by what its person may do and see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dispatch.access import Act, Person, acts_of, areas_seen
from dispatch.city import City

HEARD_BY: Mapping[str, Act] = MappingProxyType(
    {
        "beat": Act.LISTEN,
        "reset": Act.LISTEN,
        "weights": Act.SEE_CLOSURES,
        "closure": Act.SEE_CLOSURES,
        "city": Act.SEE_CITY,
        "coverage": Act.SEE_COVERAGE,
        "positions": Act.SEE_POSITIONS,
        "incident": Act.SEE_INCIDENTS,
        "incident_gone": Act.SEE_INCIDENTS,
        "deadline": Act.SEE_INCIDENTS,
        "offer": Act.SEE_SUGGESTIONS,
        "resuggest": Act.SEE_SUGGESTIONS,
        "assignment": Act.SEE_ASSIGNMENTS,
        "whistle": Act.SEE_WHISTLES,
        "duty": Act.SEE_DUTY,
        "policy": Act.SEE_UNITS,
        "automation": Act.SEE_INCIDENTS,
        "message": Act.SEE_FIGURES,
    }
)
"""What it takes to hear of each kind of event; of a kind that is not here nobody hears."""


@dataclass(frozen=True, slots=True)
class Earshot:
    """
    What a page may hear of; pages with equal earshot get the same bytes.

    Attributes
    ----------
    acts
        What its person may do.
    areas
        Codes of the areas that its person sees.
    """

    acts: frozenset[Act]
    areas: frozenset[str]

    @classmethod
    def of(cls, person: Person, city: City) -> Earshot:
        """
        Find the earshot of a person.

        Parameters
        ----------
        person
            Who listens.
        city
            The city.

        Returns
        -------
        earshot
            As it is now; whoever gets other roles hears of it when the page connects anew.
        """
        return cls(acts_of(person), areas_seen(person, city))

    def hears(self, kind: str, areas: Iterable[str] = ()) -> bool:
        """
        Tell whether an event reaches the page.

        Parameters
        ----------
        kind
            Its name.
        areas
            Codes of the areas that it concerns; none means the whole city.

        Returns
        -------
        heard
            Whether it does.
        """
        concerned = frozenset(areas)
        within = not concerned or not concerned.isdisjoint(self.areas)
        return within and HEARD_BY.get(kind) in self.acts
