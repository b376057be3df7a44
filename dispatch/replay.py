"""
Replay: an earlier suggestion made again from what was frozen, to the same bytes.

The whereabouts are thawed, the city is read as its version had it, the weights of the roads are
rebuilt from their number and the model of arrivals is taken by its version; then the question is
asked again.  What is in force stays in
force.  Where something of that is gone, the replay says what, and is no error.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

from sqlalchemy.orm import Session

from dispatch.city import City
from dispatch.city_coverage import CityCoverage, survey_city
from dispatch.demand_point import lay_out_demand
from dispatch.frozen import thaw
from dispatch.question import Question, ask
from dispatch.store.earlier_city import as_answered, city_of_then
from dispatch.store.frozen import read_frozen
from dispatch.store.suggestions import KeptSuggestion, from_text, get_kept, to_text
from dispatch.suggestion import Suggestion
from dispatch.whereabouts import Whereabouts
from dispatch.why_not import WhyNot, from_record, why_not
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
    covered
        What was covered, if its price was asked for.
    gone
        What is gone, or None.
    """

    number: str
    record: str
    suggestion: Suggestion
    question: Question
    whereabouts: Whereabouts | None
    covered: CityCoverage | None = None
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


def reopen(
    session: Session, number: str, city: City, known: dict[str, City | None] | None = None
) -> Reopened:
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
    known
        Cities of earlier versions that were read already, by version, to which others are added;
        for whoever reopens many.

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
    known = {} if known is None else known
    if given.city_version not in known:
        known[given.city_version] = city_of_then(session, given.city_version, city)
    then = known[given.city_version]
    parts = (
        _other_city(given.city_version, city.version)
        if then is None
        else _parts_then(session, then, kept, given)
    )
    if isinstance(parts, Remark):
        return Reopened(number, kept.record, given, kept.question, None, gone=parts)
    return Reopened(number, kept.record, given, kept.question, *parts)


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
    again = to_text(ask(reopened.question, reopened.whereabouts, reopened.covered))
    if again == reopened.record:
        return Replay(reopened.number, same=True)
    differences = _differences(json.loads(reopened.record), json.loads(again))
    return Replay(
        reopened.number, same=False, differences=tuple(islice(differences, MOST_DIFFERENCES))
    )


def ask_why_not(reopened: Reopened, unit: str) -> WhyNot:
    """
    Say why an officer or unit was not proposed, or at which rank.

    Parameters
    ----------
    reopened
        The suggestion and its world.
    unit
        Code of a unit, or id of an officer.

    Returns
    -------
    why_not
        Where the world of then is gone, what the suggestion itself says, or that it is gone.

    Raises
    ------
    UnknownName
        The city had no such officer or unit.
    """
    if reopened.whereabouts is not None:
        return why_not(
            reopened.suggestion,
            reopened.question,
            reopened.whereabouts,
            unit,
            covered=reopened.covered,
        )
    gone = () if reopened.gone is None else (reopened.gone,)
    return from_record(reopened.suggestion, unit) or WhyNot(unit, (), gone)


def _parts_then(
    session: Session, city: City, kept: KeptSuggestion, given: Suggestion
) -> tuple[Whereabouts, CityCoverage | None] | Remark:
    """Where everybody was and what was covered, or what of it is gone."""
    then = _thaw_then(session, city, kept.snapshot, given.weight_version, given.arrival_model)
    covered = _count_again(session, city, kept)
    if isinstance(then, Remark):
        return then
    return covered if isinstance(covered, Remark) else (then, covered)


def _thaw_then(
    session: Session, city: City, snapshot: str, weight_version: str, arrival_model: str | None
) -> Whereabouts | Remark:
    """Where everybody was on the roads as they were, or what of it is gone."""
    frozen = read_frozen(session, snapshot)
    if frozen is None:
        return TRACK_GONE
    try:
        then = as_answered(
            session, city, weight_version=weight_version, arrival_model=arrival_model
        )
    except UnknownName as error:
        return _roads_gone(str(error))
    return thaw(frozen, then)


def _count_again(
    session: Session, city: City, kept: KeptSuggestion
) -> CityCoverage | Remark | None:
    """What was covered when its price was asked for, or what of it is gone; None if it wasn't."""
    counted = kept.question.counted
    if counted is None or kept.counted is None:
        return None
    then = _thaw_then(session, city, kept.counted, counted.weight_version, counted.arrival_model)
    if isinstance(then, Remark):
        return then
    return survey_city(lay_out_demand(then.city), then, now=counted.now)


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
    """Say that no version of the city has the tables of then."""
    return Remark(
        "other_city",
        f"该建议依据城市版本 {then}，该版本未保留，现为 {now}，无法重算。",
        f"It was made with version {then} of the city, which is not kept; that is now at {now}.",
    )


def _roads_gone(why: str) -> Remark:
    """Say that weights or model are gone."""
    return Remark("roads_gone", "当时的路网权重或到场模型已不存在，无法重算。", why)
