"""An officer's own job, as a phone shows it: what, where, with whom, and the way there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session

from api.access import may
from api.description import PROBLEM
from api.map_apps import map_apps
from api.schemas import Crs, degraded_of, lon_lat_wgs84
from api.schemas_assignment import AssignmentOut
from api.schemas_duty import DutyOut
from api.schemas_job import (
    ColleagueOut,
    JobMatterOut,
    JobOut,
    LineOut,
    MapAppOut,
    OtherCrewOut,
    OwnJobOut,
    OwnWayOut,
)
from api.service import Service, ServiceDep
from api.telling import show_incident
from dispatch.access import Act, Person
from dispatch.city import City
from dispatch.duty_state import duty_states
from dispatch.own_job import Job, job_of, mode_of, way_to
from dispatch.store.duty import signed_by_hand
from geo.errors import Conflict

router = APIRouter(prefix="/api/v1/officers/me", tags=["units"])

FollowAssignmentDep = Annotated[Person, Depends(may(Act.FOLLOW_ASSIGNMENT))]


@router.get("/job")
def read_job(service: ServiceDep, person: FollowAssignmentDep) -> OwnJobOut:
    """What the officer of this account is sent to; whoever is no officer has no job."""
    city, officer = service.city, person.officer
    row = None if officer is None else city.roster.officer_row.get(officer)
    if officer is None or row is None:
        return OwnJobOut(
            now=service.clock(), officer=None, name=None, crew=None, mode=None, duty=None, job=None
        )
    known = city.roster.officers[row]
    (state,) = duty_states(service.live.present, [officer], now=service.clock())
    with service.store.reading() as session:
        job = job_of(session, officer)
        shown = None if job is None else _shown(session, job, officer, city)
        signed_by = signed_by_hand(session, officer).get(officer)
    return OwnJobOut(
        now=service.clock(),
        officer=officer,
        name=known.name,
        crew=known.crew,
        mode=mode_of(city, officer),
        duty=DutyOut.of(state, signed_by=signed_by),
        job=shown,
    )


@router.get("/way", responses={409: {"description": "The officer has no job", **PROBLEM}})
def read_way(
    service: ServiceDep,
    person: FollowAssignmentDep,
    lon: Annotated[float, Query(allow_inf_nan=False, examples=[109.1689])],
    lat: Annotated[float, Query(allow_inf_nan=False, examples=[21.4627])],
    crs: Crs = "wgs84",
) -> OwnWayOut:
    """The fastest way to the officer's job from a place, and the map apps that lead there."""
    origin, job = lon_lat_wgs84((lon, lat), crs), _job(service, person)
    city, mode = service.live.present.city, mode_of(service.city, str(person.officer))
    route = way_to(city, mode, origin, job.incident.lon_lat)
    apps = map_apps(job.incident.lon_lat, str(job.incident.id), mode, origin=origin)
    return OwnWayOut(
        mode=mode,
        route=None if route is None else LineOut(coordinates=_points(route.lon_lat.tolist())),
        travel_time_s=None if route is None else round(route.travel_time_ms / 1000, 1),
        length_m=None if route is None else round(route.length_m, 1),
        degraded=degraded_of(city),
        map_apps=[MapAppOut.of(app) for app in apps],
    )


def _job(service: Service, person: Person) -> Job:
    """The job of whoever asks, or say that there is none."""
    with service.store.reading() as session:
        job = None if person.officer is None else job_of(session, person.officer)
    if job is None:
        raise Conflict(f"{person.name} has no job now, so there is no way to it.")
    return job


def _points(pairs: list[list[float]]) -> list[tuple[float, float]]:
    """Points of a way, to a tenth of a metre."""
    return [(round(lon, 6), round(lat, 6)) for lon, lat in pairs]


def _shown(session: Session, job: Job, officer: str, city: City) -> JobOut:
    """What a phone shows of a job."""
    incident, assignment = job.incident, job.assignment
    roster = city.roster
    going = [one for one in assignment.picked.officers if one in roster.officer_row]
    crew = [roster.officers[roster.officer_row[one]] for one in going]
    apps = map_apps(incident.lon_lat, str(incident.id), mode_of(city, officer))
    return JobOut(
        assignment=AssignmentOut.of(assignment),
        incident=show_incident(session, incident),
        matters=[
            JobMatterOut.of(city.matters[code]) for code in incident.matters if code in city.matters
        ],
        areas=[area.name for area in city.place_index.locate(incident.lon_lat).areas],
        crew=[ColleagueOut(officer=one.id, name=one.name, certified=one.certified) for one in crew],
        others=[OtherCrewOut.of(one, city) for one in job.others],
        map_apps=[MapAppOut.of(app) for app in apps],
    )
