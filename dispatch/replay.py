"""
Replay: an earlier suggestion made again from what was frozen, to the same bytes.

The whereabouts are thawed, the weights of the roads rebuilt from their number and the model of
arrivals taken by its version; then the question is asked again.  What is in force stays in
force.  Where something of that is gone, the replay says what, and is no error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

from sqlalchemy.orm import Session

from dispatch.city import City
from dispatch.frozen import thaw
from dispatch.question import Question, ask
from dispatch.store.earlier_city import as_answered
from dispatch.store.frozen import read_frozen
from dispatch.store.suggestions import from_text, get_kept, to_text
from dispatch.suggestion import Suggestion
from dispatch.whereabouts import Whereabouts
from geo.errors import UnknownName
from geo.remark import Remark

MOST_DIFFERENCES = 20
"""So many places in which two records differ are named."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """
    An earlier suggestion with the world as it was then.

    Attributes
    ----------
    number
        Id of the suggestion.
    record
        The bytes that were given, as text.
    suggestion
        The same as a value.
    question
        What was asked.
    whereabouts
        Where everybody was, on the roads as they were; None if that is gone.
    gone
        What is gone, or None.
    """

    number: str
    record: str
    suggestion: Suggestion
    question: Question
    whereabouts: Whereabouts | None
    gone: Remark | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """
    A place in which two records differ.

    Attributes
    ----------
    where
        Names and numbers of the fields that lead there, with dots between them.
    then, again
        What stood there, as JSON; None where nothing did.
    """

    where: str
    then: str | None
    again: str | None


@dataclass(frozen=True, slots=True)
class Replay:
    """
    What became of a suggestion that was made again.

    Attributes
    ----------
    suggestion
        Its id.
    same
        Whether the bytes are the same.
    differences
        Where they differ, the first `MOST_DIFFERENCES`.
    gone
        Why it cannot be made again, or None.
    """

    suggestion: str
    same: bool
    differences: tuple[Difference, ...] = ()
    gone: Remark | None = None


def reopen(session: Session, number: str, city: City) -> Reopened:
    """
    Put the world of an earlier suggestion together.

    Parameters
    ----------
    session
        A session of the store that keeps it.
    number
        Id of the suggestion.
    city
        The city as it is now.

    Returns
    -------
    reopened
        With whereabouts, or with what is gone.

    Raises
    ------
    UnknownName
        There is no such suggestion.
    UnreadableFile
        What was frozen is damaged.
    """
    kept = get_kept(session, number)
    given = from_text(kept.record)
    found = _whereabouts_then(session, given, kept.snapshot, city)
    gone, whereabouts = (found, None) if isinstance(found, Remark) else (None, found)
    return Reopened(number, kept.record, given, kept.question, whereabouts, gone)


def replay(reopened: Reopened) -> Replay:
    """
    Make a suggestion again.

    Parameters
    ----------
    reopened
        The suggestion and its world.

    Returns
    -------
    replay
        Whether the bytes are the same, and where not.
    """
    if reopened.whereabouts is None:
        return Replay(reopened.number, same=False, gone=reopened.gone)
    again = to_text(ask(reopened.question, reopened.whereabouts))
    if again == reopened.record:
        return Replay(reopened.number, same=True)
    differences = _differences(json.loads(reopened.record), json.loads(again))
    return Replay(
        reopened.number, same=False, differences=tuple(islice(differences, MOST_DIFFERENCES))
    )


def _whereabouts_then(
    session: Session, given: Suggestion, snapshot: str, city: City
) -> Whereabouts | Remark:
    """Where everybody was on the roads as they were, or what of it is gone."""
    if city.version != given.city_version:
        return _other_city(given.city_version, city.version)
    frozen = read_frozen(session, snapshot)
    if frozen is None:
        return TRACK_GONE
    try:
        then = as_answered(
            session,
            city,
            weight_version=given.weight_version,
            arrival_model=given.arrival_model,
        )
    except UnknownName as error:
        return _roads_gone(str(error))
    return thaw(frozen, then)


def _differences(then: object, again: object, *way: str) -> Iterator[Difference]:
    """Walk two records side by side."""
    if isinstance(then, dict) and isinstance(again, dict):
        pairs = {name: (then.get(name), again.get(name)) for name in sorted(then | again)}
    elif isinstance(then, list) and isinstance(again, list):
        pairs = {str(at): pair for at, pair in enumerate(zip_longest(then, again))}
    else:
        pairs = {}
        if then != again:
            yield Difference(".".join(way), _text(then), _text(again))
    for name, pair in pairs.items():
        yield from _differences(*pair, *way, name)


def _text(value: object) -> str | None:
    """A part of a record as JSON."""
    return None if value is None else json.dumps(value, ensure_ascii=False)


TRACK_GONE = Remark(
    "track_gone",
    "当时的实况已过保存期，无法重算。",
    "Where everybody was then is past its time of keeping and gone.",
)


def _other_city(then: str, now: str) -> Remark:
    """Say that the tables of the city have changed."""
    return Remark(
        "other_city",
        f"该建议依据城市版本 {then}，现为 {now}，无法重算。",
        f"It was made with version {then} of the city, and the store now holds version {now}.",
    )


def _roads_gone(why: str) -> Remark:
    """Say that weights or model are gone."""
    return Remark("roads_gone", "当时的路网权重或到场模型已不存在，无法重算。", why)
