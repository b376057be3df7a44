"""Publishing at the door: reviewed where that is asked for, and the first roads in their place."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.second_person import require_review
from api.service import Service
from api.settings import home_folder
from dispatch.atlas import DrawnUp, PublishedSet, publish_drafts
from dispatch.store.city_versions import Publishing
from dispatch.store.road_folders import settle_roads


def publish_set(
    session: Session, service: Service, publishing: Publishing, drawn: DrawnUp
) -> PublishedSet:
    """
    Publish drafts that belong together as one version of the city.

    Parameters
    ----------
    session
        A session that may write; the caller commits.
    service
        The service.
    publishing
        Which drafts, who, when and why.
    drawn
        What `dispatch.atlas.draw_up` made of them beforehand.

    Returns
    -------
    published
        The new version, and what came with it.

    Raises
    ------
    UnknownName, BadValue, Conflict, FlawedData
        As of `dispatch.atlas.publish_drafts`, and where a review is missing.
    """
    require_review(session, service, publishing.drafts)
    if service.store.path is None and not service.city.travel_times:
        settle_roads(session, (home_folder() / "roads").absolute())
    return publish_drafts(session, service.city, publishing, drawn)
