"""Reports of foreign terminals on their way to the intake: whose they are, what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from api.errors import Forbidden
from api.own_ground import officers_sent_for
from api.schemas_position import FixRefused
from api.service import Service
from dispatch.access import Person
from dispatch.device_book import DeviceKey
from dispatch.refused_fix import (
    NO_FIX,
    PASSED_OVER,
    SHOWN_WITH_PLACE,
    UNKNOWN_DEVICE,
    RefusedFix,
    unknown_device,
)
from geo.errors import BadValue, GridDispatchError, UnknownName
from geo.position import Fix, FixResult
from geo.remark import Remark
from geo.tracker.report import Report, Unread
from geo.tracker.source import Source, fix_of, true_time

UNREADABLE = "unreadable"
"""Code of a message that was refused whole; whoever sent it was told why."""


@dataclass(frozen=True, slots=True)
class Whose:
    """
    A device, and who carried it when a fix was taken.

    Attributes
    ----------
    key
        Source and name of the device.
    officer
        Id, or None.
    """

    key: DeviceKey
    officer: str | None


def whose(source: Source, device: str, time: datetime, service: Service) -> Whose:
    """
    Find who carried a device.

    Parameters
    ----------
    source
        Where it speaks.
    device
        What it calls itself.
    time
        When.
    service
        The service.

    Returns
    -------
    whose
        A device of which nobody has stated anything is its officer's if it is called as one.
    """
    key, book = (source.code, device), service.trackers.book
    officer = book.officer_of(key, time)
    if key not in book.handouts and device in service.city.roster.officer_row:
        officer = device
    return Whose(key, officer)


def own_officer(found: Whose, own: Container[str], service: Service) -> str:
    """
    Refuse a device that nobody carries, or whose officer is somebody else's to send for.

    Parameters
    ----------
    found
        Whose it is.
    own
        Officers for whom the sender may send.
    service
        The service.

    Returns
    -------
    officer
        Id.

    Raises
    ------
    UnknownName
        Nobody carries it.
    Forbidden
        The officer is not the sender's.
    """
    if found.officer is None or found.officer not in service.city.roster.officer_row:
        raise UnknownName(unknown_device(*found.key).en)
    if found.officer not in own:
        raise Forbidden(f"The position of officer {found.officer} is not yours to send.")
    return found.officer


async def take_reports(
    reports: Sequence[Report | Unread], source: Source, person: Person, service: Service
) -> list[FixResult | FixRefused]:
    """
    Have reports judged, each for itself.

    Parameters
    ----------
    reports
        In the order given, and what could not be read of them.
    source
        Where they come from.
    person
        Who sends them.
    service
        The service.

    Returns
    -------
    results
        In the same order; what cannot be used is counted.
    """
    now, own = service.clock(), officers_sent_for(person, service.city)
    results: dict[int, FixResult | FixRefused] = {}
    sound: dict[int, Fix] = {}
    carried = [
        whose(source, one.device, true_time(_time_of(one), source, now=now), service)
        for one in reports
    ]
    for row, (report, found) in enumerate(zip(reports, carried, strict=True)):
        try:
            officer = own_officer(found, own, service)
            if isinstance(report, Unread):
                raise BadValue(report.said)
            if report.positioned:
                sound[row] = fix_of(report, officer, source, now=now)
            else:
                results[row] = FixRefused(officer, None, NO_FIX)
        except GridDispatchError as error:
            results[row] = _refused(report, found, error)
    if sound:
        judged = await asyncio.wrap_future(service.intake.offer(list(sound.values())))
        results.update(zip(sound, judged, strict=True))
    told = [results[row] for row in range(len(reports))]
    count_refused(told, carried, service)
    return told


def count_refused(
    results: Sequence[FixResult | FixRefused], carried: Sequence[Whose], service: Service
) -> None:
    """
    Count what could not be used, by device and reason.

    Parameters
    ----------
    results
        What became of each fix.
    carried
        Whose each of them is.
    service
        The service.
    """
    now = service.clock()
    service.trackers.refuse(
        _counted(result, found, now)
        for result, found in zip(results, carried, strict=True)
        if result.remark.code not in PASSED_OVER
    )


def count_unreadable(source: Source, sentence: str, service: Service) -> None:
    """
    Count a message that was refused whole.

    Parameters
    ----------
    source
        Where it came from.
    sentence
        Why.
    service
        The service.
    """
    now, said = service.clock(), Remark(UNREADABLE, "报文无法解读。", sentence)
    service.trackers.refuse([RefusedFix(source.code, "", said, None, 1, now, now)])


def _time_of(report: Report | Unread) -> datetime | None:
    """When a report says that it was, if anything can be read of it."""
    return report.time if isinstance(report, Report) else None


def _refused(report: Report | Unread, found: Whose, error: GridDispatchError) -> FixRefused:
    """What cannot even be judged."""
    if isinstance(error, UnknownName):
        said = replace(unknown_device(*found.key), code=error.code)
    else:
        zh = "不属于本账号可上报的队员。" if isinstance(error, Forbidden) else "定位数据无法使用。"
        said = Remark(error.code, zh, str(error))
    time = _time_of(report)
    aware = time is not None and time.tzinfo is not None
    return FixRefused(found.officer or report.device, time if aware else None, said)


def _counted(result: FixResult | FixRefused, found: Whose, now: datetime) -> RefusedFix:
    """One refusal as it is counted; the place of somebody off duty is nobody's to keep."""
    remark, fix = result.remark, result.fix if isinstance(result, FixResult) else None
    if remark.code == UnknownName.code:
        remark = replace(remark, code=UNKNOWN_DEVICE)
    shown = fix is not None and remark.code in SHOWN_WITH_PLACE
    return RefusedFix(
        *found.key,
        remark,
        found.officer,
        1,
        now,
        now,
        fix_time=None if fix is None or not shown else fix.time,
        lon_lat=None if fix is None or not shown else fix.lon_lat,
    )
