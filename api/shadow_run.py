"""Runs a shadow policy over the suggestions of a store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from api.schemas_shadow import ShadowReportOut
from dispatch.city import City
from dispatch.policy import Policy
from dispatch.replay import reopen
from dispatch.shadow import ask_beside, compare, report
from dispatch.store.suggestions import numbers_between

MOST_ASKED = 1_000
"""So many suggestions are asked again unless told otherwise."""


def run_shadow(  # noqa: PLR0913 -- whom to ask, and a period that is keywords only
    session: Session,
    city: City,
    policy: Policy,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    most: int = MOST_ASKED,
) -> ShadowReportOut:
    """
    Ask the questions of kept suggestions again under another policy.

    Parameters
    ----------
    session
        A session of the store that keeps them.
    city
        The city in it.
    policy
        The shadow.
    since, until
        From when, and before when they were made; None for no bound.
    most
        How many are asked again, the newest of the period.

    Returns
    -------
    report
        Where they differ, and what that would have meant; with how many could not be asked
        again, and how many there are.
    """
    numbers = numbers_between(session, since=since, until=until)
    cities: dict[str, City | None] = {}
    compared, gone = [], []
    for number in numbers[-most:]:
        then = reopen(session, number, city, cities)
        if then.whereabouts is None:
            gone.append(then.gone.code if then.gone else "gone")
            continue
        shadow = ask_beside(then.question, then.whereabouts, policy, then.covered)
        compared.append(compare(then.suggestion, shadow, number))
    made = report(policy, compared, gone)
    return ShadowReportOut.of(made, since, until, in_period=len(numbers))
