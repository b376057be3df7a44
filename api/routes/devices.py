"""Devices and who carries them, sources of positions, and what was refused of either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Annotated, TypeVar

from fastapi import APIRouter, Body, Depends, Path, Query

from api.access import may
from api.errors import Forbidden, NotFound
from api.idempotency import EffectDep
from api.own_ground import require_whole_city
from api.paging import Cut, CutDep
from api.schemas import Page
from api.schemas_tracker import (
    MOST_STATED,
    DeviceOut,
    DevicesOut,
    DeviceTermOut,
    HandoutIn,
    PositionSourceIn,
    PositionSourceOut,
    RefusedFixOut,
    SourceCode,
)
from api.service import Service, ServiceDep
from dispatch.access import Act, Person
from dispatch.device_book import DeviceBook, Handout
from dispatch.sight import officers_seen, sees_whole_city
from dispatch.store.accounts import get_account
from dispatch.store.devices import add_handouts, drop_source, read_device_book, set_source
from dispatch.store.ledger import take_turn, tell
from dispatch.store.refused_fixes import forget_unknown, read_refused
from geo.errors import BadValue, Conflict, UnknownName
from geo.tracker.source import Source, standard_sources

router = APIRouter(prefix="/api/v1", tags=["devices"])

ManageDevicesDep = Annotated[Person, Depends(may(Act.MANAGE_DEVICES))]
RunStoreDep = Annotated[Person, Depends(may(Act.RUN_STORE))]

Row = TypeVar("Row")

CHANGED = "devices"
"""Kind of event at which every process reads the book again."""


@router.get("/devices")
def list_devices(service: ServiceDep, cut: CutDep, person: ManageDevicesDep) -> Page[DeviceOut]:
    """Devices and who carries them now, those that nobody carries included."""
    book, now = service.trackers.book, service.clock()
    held = [one for told in book.handouts.values() if (one := _last_before(told, now))]
    seen = [one for one in held if _is_seen(one.officer, person, service)]
    rows, following = _part(sorted(seen, key=attrgetter("key")), cut)
    return Page(items=[DeviceOut.of(one) for one in rows], next=following)


@router.get("/devices/terms")
def list_terms(
    service: ServiceDep,
    cut: CutDep,
    person: ManageDevicesDep,
    device: Annotated[str | None, Query(max_length=128, description="This one alone.")] = None,
) -> Page[DeviceTermOut]:
    """Who carried which device from when until when, past and to come."""
    seen = [
        term
        for term in service.trackers.book.terms()
        if device in (None, term.device) and _is_seen(term.officer, person, service)
    ]
    rows, following = _part(seen, cut)
    return Page(items=[DeviceTermOut.of(term) for term in rows], next=following)


@router.post("/devices")
def give(
    given: Annotated[HandoutIn | list[HandoutIn], Body()],
    effect: EffectDep,
    service: ServiceDep,
    person: ManageDevicesDep,
) -> DevicesOut:
    """
    Say who carries one device or many, all or none; what is said already is not said again.

    What was stated stays on record; of two statements for one instant the later one counts.
    """
    asked = given if isinstance(given, list) else [given]
    if not 0 < len(asked) <= MOST_STATED:
        raise BadValue(f"Give from 1 to {MOST_STATED} devices at a time, not {len(asked)}.")
    now = service.clock()
    with effect.begin() as session:
        take_turn(session)
        book = read_device_book(session)
        stated = list(_stated(asked, book, person.name, now))
        for one in stated:
            _require_own(one, book, person, service)
        add_handouts(session, stated, now=now, by=person.name)
        forget_unknown(session, {one.key for one in stated if one.officer is not None})
        tell(session, CHANGED, {"statements": len(stated)}, now=now)
        after = read_device_book(session)
        answer = DevicesOut(stated=len(stated), devices=list(_standing(asked, after, now)))
        effect.commit(answer)
    service.trackers.read_again()
    service.trackers.forget_unknown({one.key for one in stated if one.officer is not None})
    return answer


@router.get("/position-sources")
def list_sources(service: ServiceDep, person: RunStoreDep) -> Page[PositionSourceOut]:
    """Sources of positions: in which datum, by which clock and in which unit each speaks."""
    require_whole_city(person, service.city)
    sources = sorted(service.trackers.book.sources.items())
    return Page(items=[PositionSourceOut.of(one) for _, one in sources], next=None)


@router.put("/position-sources/{code}")
def put_source(
    code: Annotated[SourceCode, Path()],
    asked: PositionSourceIn,
    service: ServiceDep,
    person: RunStoreDep,
) -> PositionSourceOut:
    """Enter a source of positions, or change one; what comes in from then on is read so."""
    require_whole_city(person, service.city)
    now, book = service.clock(), service.trackers.book
    source = _source(code, asked, book)
    _require_use(source, book)
    with service.store.session() as session:
        if source.account is not None:
            get_account(session, source.account)
        set_source(session, source, now=now, by=person.name)
        tell(session, CHANGED, {"source": code}, now=now)
        session.commit()
    service.trackers.read_again()
    return PositionSourceOut.of(source)


@router.delete("/position-sources/{code}", status_code=204)
def delete_source(
    code: Annotated[SourceCode, Path()], service: ServiceDep, person: RunStoreDep
) -> None:
    """Take a source out; a standard one is as the program has it from then on."""
    require_whole_city(person, service.city)
    now, book = service.clock(), service.trackers.book
    if code not in book.sources or book.sources[code] == standard_sources().get(code):
        raise NotFound(f"No source {code!r} was entered.")
    with service.store.session() as session:
        drop_source(session, code, now=now, by=person.name)
        tell(session, CHANGED, {"source": code}, now=now)
        session.commit()
    service.trackers.read_again()


@router.get("/positions/refused")
def list_refused(service: ServiceDep, cut: CutDep, person: ManageDevicesDep) -> Page[RefusedFixOut]:
    """What came in of positions and could not be used: unknown devices, quarantine, bad values."""
    with service.store.reading() as session:
        kept = {one.key: one for one in read_refused(session)}
    for one in service.trackers.pending:
        kept[one.key] = one if one.key not in kept else kept[one.key].joined(one)
    seen = [one for _, one in sorted(kept.items()) if _is_seen(one.officer, person, service)]
    rows, following = _part(seen, cut)
    return Page(items=[RefusedFixOut.of(one) for one in rows], next=following)


def _part(rows: Sequence[Row], cut: Cut) -> tuple[Sequence[Row], str | None]:
    """Cut a page out of a list by the numbers of its rows; names may be too long for a cursor."""
    begin = cut.number or 0
    end = begin + cut.limit
    return rows[begin:end], str(end) if end < len(rows) else None


def _is_seen(officer: str | None, person: Person, service: Service) -> bool:
    """Whether a device is a person's to see: by its officer, or as one of nobody's any more."""
    if officer is None or officer not in service.city.roster.officer_row:
        return sees_whole_city(person, service.city)
    return officer in officers_seen(person, service.city)


def _last_before(told: Iterable[Handout], now: datetime) -> Handout | None:
    """The statement that counts now."""
    return next((one for one in reversed(tuple(told)) if one.since <= now), None)


def _stated(
    asked: Sequence[HandoutIn], book: DeviceBook, by: str, now: datetime
) -> Iterator[Handout]:
    """What is asked for as statements, without those that say nothing new; ends come last."""
    told = {key: {one.since: one.officer for one in held} for key, held in book.handouts.items()}
    for one in asked:
        known, since = told.setdefault((one.source, one.device), {}), one.since or now
        _require_sense(one, since, book)
        if _carrier(known, since) != one.officer or (one.since and since not in known):
            known[since] = one.officer
            yield Handout(one.source, one.device, one.officer, since, by, now)
    for one in asked:
        known = told[one.source, one.device]
        if one.until is not None and _carrier(known, one.until) == one.officer:
            known[one.until] = None
            yield Handout(one.source, one.device, None, one.until, by, now)


def _require_sense(one: HandoutIn, since: datetime, book: DeviceBook) -> None:
    """Refuse a source that is not there, and a term that has no length."""
    if one.source not in book.sources:
        raise UnknownName(f"There is no source {one.source!r}: enter it first.")
    if one.until is not None and (one.officer is None or one.until <= since):
        raise BadValue(f"Device {one.device}: `until` is the end of a term, after `since`.")


def _carrier(known: dict[datetime, str | None], at: datetime) -> str | None:
    """Who carries a device at an instant, by what has been stated."""
    before = [since for since in known if since <= at]
    return known[max(before)] if before else None


def _require_own(one: Handout, book: DeviceBook, person: Person, service: Service) -> None:
    """Refuse a device of somebody else's officers, and officers who are not there."""
    if one.officer is not None and one.officer not in service.city.roster.officer_row:
        raise UnknownName(f"There is no officer {one.officer!r} in this city.")
    for officer in {one.officer, book.officer_of(one.key, one.since)} - {None}:
        if not _is_seen(officer, person, service):
            raise Forbidden(f"Device {one.device} goes from or to officer {officer}, not yours.")


def _standing(asked: Iterable[HandoutIn], book: DeviceBook, now: datetime) -> Iterator[DeviceOut]:
    """How devices stand that were asked for, each once."""
    for key in dict.fromkeys((one.source, one.device) for one in asked):
        told = book.handouts.get(key, ())
        held = _last_before(told, now) or next(iter(told), None)
        if held is not None:
            yield DeviceOut.of(held)


def _source(code: str, asked: PositionSourceIn, book: DeviceBook) -> Source:
    """The source that is asked for."""
    known = book.sources.get(code)
    if known is None and asked.protocol is None:
        raise BadValue(f"The new source {code} needs a protocol.")
    given = asked.model_dump(exclude_unset=True)
    if known is None:
        standard = standard_sources()[str(given["protocol"])]
        known = replace(standard, code=code)
    cleared = {name for name, value in given.items() if value is None and name != "account"}
    return replace(known, **{name: given[name] for name in given.keys() - cleared})


def _require_use(source: Source, book: DeviceBook) -> None:
    """Refuse a source that no message could ever come from."""
    if source.account is None and source.code != source.protocol:
        raise BadValue(
            f"Source {source.code} needs an account: messages are known by whose key they come"
            f" with, and those of all others are of source {source.protocol}."
        )
    for other in book.sources.values():
        same = (other.protocol, other.account) == (source.protocol, source.account)
        if same and other.code != source.code:
            raise Conflict(
                f"Messages in {source.protocol} with a key of {source.account} are of source"
                f" {other.code} already: give {source.code} an account of its own."
            )
