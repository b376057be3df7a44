"""When chosen crews would be there, by the model of arrivals of their city."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dispatch.arrival_chance import seconds_left
from dispatch.candidate import Candidates
from dispatch.city import City
from geo.road.week import hour_of_week


@dataclass(frozen=True, slots=True)
class ArrivalTarget:
    """
    Within what time a crew should be there, and when the clock started.

    Attributes
    ----------
    target_s
        Seconds.
    now
        The instant of dispatch, from which the target counts.
    received_at
        When the report came in; what is left of the target by that clock is told as well.
    """

    target_s: float
    now: datetime
    received_at: datetime

    @property
    def left_s(self) -> float:
        """Seconds that are left from dispatch if the clock started with the report."""
        return seconds_left(self.target_s, since=self.received_at, now=self.now)


@dataclass(frozen=True, slots=True)
class CrewEta:
    """
    When one crew would be there.

    Attributes
    ----------
    eta_s
        Seconds from dispatch until it is legally complete, the median; the bare travel time
        where the city has no model of arrivals.
    first_on_scene_s
        The same until its first officer is there.
    eta_p90_s
        Ninth decile of the former, or None without a model.
    p_in_target, p_in_target_received
        Chance of meeting the target by the clock of the dispatch and by that of the report,
        or None without a model.
    """

    eta_s: float
    first_on_scene_s: float
    eta_p90_s: float | None = None
    p_in_target: float | None = None
    p_in_target_received: float | None = None


def crew_etas(
    judged: Candidates, crews: NDArray[np.int64], target: ArrivalTarget
) -> tuple[CrewEta, ...]:
    """
    Give the arrival of some crews, each as of its oldest position.

    Parameters
    ----------
    judged
        Crews with regard to the place.
    crews
        Places in the lineup of crews that can go, int64[n].
    target
        Within what time they should be there.

    Returns
    -------
    etas
        One for each, in order.
    """
    city = judged.lineup.whereabouts.city
    full_s, first_s = judged.arrival_ms[crews] / 1000, judged.first_ms[crews] / 1000
    if city.arrival_model is None:
        pairs = zip(full_s.tolist(), first_s.tolist(), strict=True)
        return tuple(CrewEta(*pair) for pair in pairs)
    eta = city.arrival_model.eta(
        np.concatenate([full_s, first_s]),
        mode=np.tile(city.crew_modes[judged.lineup.crews[crews]], 2),
        hour=hour_of_week(target.now),
        age_s=np.tile(judged.oldest_s(crews), 2),
    )
    n = len(crews)
    median_s = eta.p50_s.round(3)
    columns = (
        median_s[:n],
        median_s[n:],
        eta.p90_s[:n].round(3),
        eta.chance(target.target_s)[:n].round(4),
        eta.chance(target.left_s)[:n].round(4),
    )
    return tuple(CrewEta(*row) for row in np.column_stack(columns).tolist())


def travel_limits_ms(city: City, target_s: float, *, now: datetime) -> NDArray[np.float64]:
    """
    Tell how long a crew may drive, as predicted, for its median arrival to meet a target.

    Parameters
    ----------
    city
        The city.
    target_s
        Seconds from dispatch.
    now
        The present.

    Returns
    -------
    limits_ms
        float64[n_crews]; negative where even the turn-out takes longer.
    """
    if city.arrival_model is None:
        return np.full(len(city.crew_modes), target_s * 1000)
    reach_s = city.arrival_model.reach_s(target_s, hour=hour_of_week(now))
    return reach_s[city.crew_modes] * 1000


def arrivals_ms(judged: Candidates, *, now: datetime) -> NDArray[np.int64]:
    """
    Give the median arrival of every crew that can go, as of its oldest position.

    Parameters
    ----------
    judged
        Crews with regard to the place.
    now
        The present.

    Returns
    -------
    arrival_ms
        From now until a crew is legally complete, int64[n_crews] as in the lineup; what `judged`
        says where a crew can't go or the city has no model of arrivals.
    """
    city = judged.lineup.whereabouts.city
    crews = np.flatnonzero(judged.able)
    arrival_ms = judged.arrival_ms.copy()
    if city.arrival_model is None or not len(crews):
        return arrival_ms
    eta = city.arrival_model.eta(
        arrival_ms[crews] / 1000,
        mode=city.crew_modes[judged.lineup.crews[crews]],
        hour=hour_of_week(now),
        age_s=judged.oldest_s(crews),
    )
    arrival_ms[crews] = np.rint(eta.p50_s * 1000).astype(np.int64)
    return arrival_ms
