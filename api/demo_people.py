"""People of the demo: one of each role, known on this machine in an invented city, nowhere else."""

from __future__ import annotations

from api.settings import is_loopback
from dispatch.access import Person, Role
from dispatch.city import City

DEMO_PASSWORD = "demo"  # noqa: S105 -- printed in the start-up log; opens invented cities only
DEMO_PAGE = "demo-dispatcher"
"""As whom the pages of the demo are opened by somebody who has not signed in."""

_ROLE_OF = {f"demo-{role}": role for role in Role}


def demo_person(name: str, city: City, *, host: str) -> Person | None:
    """
    Look up a person of the demo.

    Parameters
    ----------
    name
        Name of the account, which is its bearer token too.
    city
        The city that is served.
    host
        Where the question comes from.

    Returns
    -------
    person
        Belongs to the whole city; the officer is its first.  None for any other name, in a real
        city, and for whoever asks from another machine.
    """
    role = _ROLE_OF.get(name)
    if role is None or not is_demo(city, host=host):
        return None
    officer = min((one.id for one in city.officers), default=None) if role == Role.OFFICER else None
    return Person(name, frozenset({role}), city.roots, officer)


def is_demo(city: City, *, host: str) -> bool:
    """
    Tell whether the people of the demo are known.

    Parameters
    ----------
    city
        The city that is served.
    host
        Where the question comes from.

    Returns
    -------
    demo
        Whether the city is invented and the question comes from this machine.
    """
    return city.invented and is_loopback(host)
