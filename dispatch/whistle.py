"""
Whistle (吹哨报到): a lower tier's call for units and bodies that it does not command.

A command room commands the grid brigade of the zone at a place in its own area, and every
body of its own area and below.  Specialist squads are the city's.  Whomever else a case needs
is called, with a time to answer; a call that stays unanswered goes to the command centre of
the lowest area above both, which takes it up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatch.city import City
from dispatch.jurisdiction import Jurisdiction
from dispatch.power_rule import in_english
from dispatch.reason import minutes
from dispatch.routing import CaseKind
from dispatch.territory import lift, superior_of
from geo.area import Area, Tier
from geo.place_index import Place
from geo.remark import Remark

ANSWER_WITHIN_S = 1800
"""Half an hour, unless the row of the authority list states another time."""


@dataclass(frozen=True, slots=True)
class Whistle:
    """
    A call for help that the caller cannot order.

    Attributes
    ----------
    by
        Code of the area whose command room calls.
    units
        Codes of the units called.
    bodies
        Acting and assisting bodies called.
    raised_at, answer_by
        From when until when an answer is awaited.
    escalates_to
        Code of the area whose command centre takes an unanswered call up.
    rule
        Who calls whom, and until when.
    silence
        What follows when nobody answers in time.
    """

    by: str
    units: tuple[str, ...]
    bodies: tuple[str, ...]
    raised_at: datetime
    answer_by: datetime
    escalates_to: str
    rule: Remark
    silence: Remark

    def unanswered(self, now: datetime) -> bool:
        """
        Tell whether the time to answer is over.

        Parameters
        ----------
        now
            The present, with offset.

        Returns
        -------
        unanswered
            Whether it lies after the last instant in time.
        """
        return now > self.answer_by


def whistle(
    case: Jurisdiction, place: Place, city: City, *, by: str, now: datetime
) -> Whistle | None:
    """
    Draw up the call that a command room has to make for a case.

    Parameters
    ----------
    case
        The verdict on it.
    place
        Where it lies.
    city
        The city.
    by
        Code of the area whose command room handles it.
    now
        The present, with offset.

    Returns
    -------
    whistle
        None where it commands everybody that the case needs, or the case is not the city's.

    Raises
    ------
    UnknownName
        There is no such area.
    """
    *above, caller = city.chain_of(by)
    if case.hand_off is not None:
        return None
    units = _units(case, place, by, (above or [caller])[0])
    bodies = _bodies(case, city)
    called = [(name, seat) for name, seat in (units | bodies).items() if by not in _up(seat, city)]
    if not called:
        return None
    within_s = case.answer_within_s or ANSWER_WITHIN_S
    superior = superior_of([by, *(seat for _, seat in called)], city)
    names = [name for name, _ in called]
    return Whistle(
        by=by,
        units=tuple(name for name in names if name in units),
        bodies=tuple(name for name in names if name in bodies),
        raised_at=now,
        answer_by=now + timedelta(seconds=within_s),
        escalates_to=superior.code,
        rule=_rule(caller, names, within_s, city),
        silence=_silence(superior),
    )


def _units(case: Jurisdiction, place: Place, by: str, city_area: Area) -> dict[str, str]:
    """The unit that has the case, and the area that commands it."""
    if case.unit is None:
        return {}
    if case.kind == CaseKind.SPECIALIST:
        return {case.unit: city_area.code}
    own = {area.code for area in place.areas}
    town = place.area_at(Tier.TOWNSHIP) or place.areas[-1]
    return {case.unit: by if by in own else town.code}


def _bodies(case: Jurisdiction, city: City) -> dict[str, str]:
    """Acting and assisting bodies, and the area to which each belongs."""
    return {
        body: lift(holder.area, holder.tier, city)
        for holder in case.holders
        if holder.acting_body and holder.area and holder.tier
        for body in (holder.acting_body, *holder.assisting)
    }


def _up(code: str, city: City) -> set[str]:
    """Codes of an area and of all above it: the command rooms that command it."""
    return {area.code for area in city.chain_of(code)}


def _rule(caller: Area, called: list[str], within_s: float, city: City) -> Remark:
    zh = "、".join(city.units[one].name if one in city.units else one for one in called)
    en = ", ".join(city.units[one].name_en if one in city.units else one for one in called)
    return Remark(
        "whistle",
        f"{caller.name}吹哨：{zh}不归其指挥，应在 {minutes(within_s)} 分钟内应答报到。",
        f"{in_english(caller)} whistles for {en}, whom it does not command; they answer within "
        f"{minutes(within_s)} min.",
    )


def _silence(superior: Area) -> Remark:
    return Remark(
        "whistle_escalates",
        f"逾期未应答的，由{superior.name}指挥中心督办并直接指派。",
        f"If nobody answers in time, the command centre of {in_english(superior)} takes it up "
        "and orders them itself.",
    )
