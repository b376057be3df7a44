"""Publishing at the door: reviewed where that is asked for, and the first roads in their place."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.second_person import require_review
from api.service import Service
from api.settings import home_folder
from dispatch.atlas import DrawnUp, PublishedSet, publish_drafts
from dispatch.store.city_versions import Publishing
from dispatch.store.layer_drafts import get_draft
from dispatch.store.road_folders import settle_roads
from dispatch.store.zone_plans import plan_of_draft
from geo.errors import Conflict


def publish_set(
    session: Session,
    service: Service,
    publishing: Publishing,
    drawn: DrawnUp,
    *,
    of_plan: bool = False,
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
    of_plan
        Whether they are those of a zone plan that has come through its gate.

    Returns
    -------
    published
        The new version, and what came with it.

    Raises
    ------
    UnknownName, BadValue, Conflict, FlawedData
        As of `dispatch.atlas.publish_drafts`, and where a review is missing, or a draft is that
        of a zone plan.
    """
    if not of_plan:
        require_review(session, service, publishing.drafts)
        _refuse_drafts_of_plans(session, publishing.drafts)
    if service.store.path is None and not service.city.travel_times:
        settle_roads(session, (home_folder() / "roads").absolute())
    return publish_drafts(session, service.city, publishing, drawn)


def _refuse_drafts_of_plans(session: Session, drafts: Sequence[str]) -> None:
    """Keep drafts that were made of a zone plan to the plan's own gate."""
    for number in drafts:
        plan = plan_of_draft(session, number, get_draft(session, number).source)
        if plan is not None:
            raise Conflict(
                f"The layer draft {number} was made of the zone plan {plan}: publish that one, "
                f"grid-dispatch plan publish {plan}."
            )
