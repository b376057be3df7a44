"""Which policy a question on the command line is asked by."""

from __future__ import annotations

from contextlib import closing

from api.settings import Settings, demo_store_url
from dispatch.centre_policy import policy_of_centre
from dispatch.city import City
from dispatch.policy import Policy, policy_named
from dispatch.policy_file import known_policies
from dispatch.store.centre_policies import read_centre_policies
from dispatch.store.engine import open_store


def policy_in_store(
    store: str | None, city: City, *, named: str | None, asked_by: str | None
) -> Policy:
    """
    Find the policy of a question.

    Parameters
    ----------
    store
        URL of the store, or None for the one that is set, else the demo's.
    city
        The city in it.
    named
        Name that was given, or None.
    asked_by
        Area of the command room that asks, or None.

    Returns
    -------
    policy
        The one named, else what the command room has chosen, else what the operator set.

    Raises
    ------
    UnknownName
        There is no such policy or area.
    """
    settings = Settings()
    known = known_policies(settings.policies)
    if named is None:
        url = store or settings.store or demo_store_url()
        with closing(open_store(url)) as opened, opened.reading() as session:
            chosen = read_centre_policies(session)
        named = policy_of_centre(asked_by, city, chosen, settings.policy)
    return policy_named(named, known)
