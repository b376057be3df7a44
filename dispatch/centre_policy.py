"""Centre policy: which ranking a command room works by when a request names none."""

from __future__ import annotations

from collections.abc import Mapping

from dispatch.city import City
from geo.area import Tier


def policy_of_centre(
    asked_by: str | None, city: City, chosen: Mapping[str, str], default: str
) -> str:
    """
    Name the policy of a command room.

    Parameters
    ----------
    asked_by
        Code of the area whose command room asks; None is the centre of the city.
    city
        The city.
    chosen
        Names of policies by the area for which they were chosen.
    default
        The name where none was chosen.

    Returns
    -------
    name
        What was chosen for the area, else for the nearest area above it.

    Raises
    ------
    UnknownName
        There is no such area.
    """
    if asked_by is None:
        chain = [area for area in city.areas if area.tier == Tier.CITY]
    else:
        chain = list(reversed(city.chain_of(asked_by)))
    return next((chosen[area.code] for area in chain if area.code in chosen), default)
