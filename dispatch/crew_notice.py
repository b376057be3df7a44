"""
Notices that go with a case: the order to its crew, its end, a whistle, and word to the reporter.

They are words of the rules (`dispatch.notice_rules`) without personal data, left in the outbox in
the transaction of their cause.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from dispatch.addressing import REPORTER
from dispatch.assignment import Assignment, Outcome
from dispatch.city import City
from dispatch.escalation import Call
from dispatch.incident import Incident
from dispatch.notice_rules import notices_of
from dispatch.step import Step
from dispatch.store.ledger import post
from geo.remark import Remark

TOLD_OF = frozenset({Outcome.CALLED_OFF, Outcome.SILENT, Outcome.MISTAKE})
"""Ends of an assignment that its crew has not said itself; a merged one goes on elsewhere."""


def tell_sent(session: Session, made: Assignment, incident: Incident, city: City) -> None:
    """
    Leave the order to a crew that was sent.

    Parameters
    ----------
    session
        A session that may write.
    made
        The assignment; a drone reads no orders.
    incident
        As it stands.
    city
        The city.
    """
    if not made.picked.officers:
        return
    place = city.place_index.locate(incident.lon_lat)
    local = place.areas[-2:] or city.areas[:1]
    known = [city.matters[code] for code in incident.matters if code in city.matters]
    common = {"incident": made.incident, "minutes": f"{made.clock.target_s / 60:.0f}"}
    zh, en = _unit_in_both(made, city)
    said = _worded(
        "order_sent",
        city,
        common
        | zh
        | {
            "matters": "、".join(one.name for one in known) or "事项待定",
            "place": "".join(area.name for area in local),
        },
        common
        | en
        | {
            "matters": ", ".join(one.name_en for one in known) or "matter not named",
            "place": ", ".join(area.name_en for area in local),
        },
    )
    _tell_crew(session, made, said, f"order:{made.id}")


def tell_ended(session: Session, ended: Assignment, city: City) -> None:
    """
    Leave word to a crew that it need not go any more, unless it has said so itself.

    Parameters
    ----------
    session
        A session that may write.
    ended
        The assignment, as it ended.
    city
        The city.
    """
    if ended.outcome not in TOLD_OF or not ended.picked.officers:
        return
    zh, en = _unit_in_both(ended, city)
    about = {"incident": ended.incident}
    said = _worded("order_ended", city, about | zh, about | en)
    _tell_crew(session, ended, said, f"order_ended:{ended.id}")


def tell_called(session: Session, call: Call) -> None:
    """
    Leave word to everybody whom a whistle calls.

    Parameters
    ----------
    session
        A session that may write.
    call
        The whistle, on record.
    """
    raised_at, said = call.whistle.raised_at, call.whistle.rule
    for party in call.parties:
        key = f"whistle:{call.id}:{party}"
        post(session, now=raised_at, to=party, said=said, dedupe_key=key, about=call.incident)


def tell_reporter(session: Session, incident: Incident, step: Step, city: City) -> None:
    """
    Leave word to the reporter of how far it is, in states that the rules name.

    Parameters
    ----------
    session
        A session that may write.
    incident
        As it stands after the step.
    step
        The step.
    city
        The city.
    """
    reporter = incident.reporter
    told = step.to in notices_of(city).reporter_in
    if not told or reporter is None or not reporter.phone:
        return
    code, number = f"report_{step.to}", str(incident.id)
    about = {"incident": number}
    said, key = _worded(code, city, about, about), f"{code}:{number}"
    post(session, now=step.at, to=REPORTER, said=said, dedupe_key=key, about=number)


def _tell_crew(session: Session, one: Assignment, said: Remark, key: str) -> None:
    """Leave a message to the officers of an assignment."""
    at = one.released_at or one.decision.at
    to, also, about = one.picked.unit, one.picked.officers, one.incident
    post(session, now=at, to=to, said=said, dedupe_key=key, about=about, also=also)


def _unit_in_both(one: Assignment, city: City) -> tuple[dict[str, str], dict[str, str]]:
    """What the crew of an assignment is called, in Chinese and in English."""
    code = one.picked.unit
    unit = city.units.get(code)
    return {"unit": unit.name if unit else code}, {"unit": unit.name_en if unit else code}


def _worded(code: str, city: City, zh: dict[str, str], en: dict[str, str]) -> Remark:
    """Word something by its rule, in both languages."""
    rule = notices_of(city).rule(code)
    chinese = rule.worded(code, city=city.name, **zh)
    return Remark(code, chinese.zh, rule.worded(code, city=city.name_en, **en).en)
