"""Reasons: what a suggestion says about each drone, in both languages."""

from __future__ import annotations

from dispatch.reason import minutes
from geo.air_path import Closed, NoAirPath
from geo.remark import Remark

NO_BASE = Remark(
    "no_base",
    "没有起降点，无法估算飞行。",
    "Has no base, so its flight cannot be told.",
)
NOT_BEFORE_CREW = Remark(
    "not_before_crew",
    "不早于最快小组到达，无需先行查看。",
    "Would not be there before the first crew, so it is not needed.",
)
OTHERS_SOONER = Remark(
    "other_drones_sooner",
    "其他无人机更早到达上空。",
    "Other drones are there sooner.",
)


def in_the_air(left_s: float) -> Remark:
    """
    Say that a drone has been sent elsewhere.

    Parameters
    ----------
    left_s
        Seconds until it is home and ready again; inf where that is not known.

    Returns
    -------
    reason
        The sentence.
    """
    if left_s == float("inf"):
        return Remark("in_the_air", "正在执行飞行任务。", "Out on another flight.")
    return Remark(
        "in_the_air",
        f"正在执行飞行任务，{minutes(left_s)} 分钟后可再次起飞。",
        f"Out on another flight, ready again in {minutes(left_s)} min.",
    )


def out_of_range(length_m: float, reach_m: float) -> Remark:
    """
    Say that a drone would not come home.

    Parameters
    ----------
    length_m
        Metres to the place, as far as they are known to be needed.
    reach_m
        Metres that it may fly one way.

    Returns
    -------
    reason
        The sentence.
    """
    return Remark(
        "out_of_range",
        f"距离 {_km(length_m)} 公里，留足返航余量最远只能飞 {_km(reach_m)} 公里。",
        f"The place is {_km(length_m)} km away; with a reserve for the way home it may fly "
        f"{_km(reach_m)} km.",
    )


def no_way(closed: NoAirPath) -> Remark:
    """
    Say that no-fly polygons leave no way.

    Parameters
    ----------
    closed
        What is in the way.

    Returns
    -------
    reason
        The sentence.
    """
    zh, en = "禁飞区", "a no-fly polygon"
    if closed.no_fly is not None:
        zh, en = closed.no_fly.name, closed.no_fly.name_en or closed.no_fly.code
    texts = {
        Closed.START_INSIDE: (
            "no_fly_at_base",
            f"起降点位于{zh}内，不得起飞。",
            f"Its base lies in {en}, where it may not take off.",
        ),
        Closed.END_INSIDE: (
            "no_fly_at_place",
            f"现场位于{zh}内，不得飞入。",
            f"The place lies in {en}, where it may not fly.",
        ),
        Closed.ENCLOSED: (
            "no_way_by_air",
            "禁飞区之间没有可飞的航路。",
            "No-fly polygons leave no way through the air.",
        ),
    }
    return Remark(*texts[closed.why])


def first_look(launch_s: float, flight_s: float, sooner_s: float) -> Remark:
    """
    Say what a drone is sent for, and when it is there.

    Parameters
    ----------
    launch_s, flight_s
        Seconds until it is in the air, and from there to the place.
    sooner_s
        Seconds by which it is there before the first crew; inf where no crew goes.

    Returns
    -------
    reason
        The sentence.
    """
    launch, flight = minutes(launch_s), minutes(flight_s)
    zh, en = "没有小组可出动", "no crew can go"
    if sooner_s < float("inf"):
        zh = f"比最快小组早 {minutes(sooner_s)} 分钟"
        en = f"{minutes(sooner_s)} min before the first crew"
    return Remark(
        "first_look",
        f"先行查看，不计入到场：起飞 {launch} 分钟，飞行 {flight} 分钟，{zh}。",
        f"A first look, never the arrival: {launch} min to launch, {flight} min of flight, {en}.",
    )


def within_range(length_m: float, reach_m: float) -> Remark:
    """
    Say that a drone comes home.

    Parameters
    ----------
    length_m, reach_m
        Metres to the place, and metres that it may fly one way.

    Returns
    -------
    reason
        The sentence.
    """
    return Remark(
        "within_range",
        f"单程 {_km(length_m)} 公里，在 {_km(reach_m)} 公里的可返航距离内。",
        f"{_km(length_m)} km one way, within the {_km(reach_m)} km from which it comes home.",
    )


def detour(more_m: float) -> Remark:
    """
    Say that a drone flies round no-fly polygons.

    Parameters
    ----------
    more_m
        Metres more than the straight line.

    Returns
    -------
    reason
        The sentence.
    """
    return Remark(
        "round_no_fly",
        f"绕开禁飞区，比直线多飞 {_km(more_m)} 公里。",
        f"Flies round no-fly polygons, {_km(more_m)} km more than the straight line.",
    )


def _km(length_m: float) -> str:
    """Write a length for people."""
    return f"{length_m / 1000:.1f}"
