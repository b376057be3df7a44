"""City clock: publishes what was planned when its time has come, once, or says why not."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from api.plan_publishing import publish_plan, ready_due_plan
from api.publishing import publish_set
from api.telling_city import tell_published
from dispatch.atlas import draw_up
from dispatch.store.city_plans import CityPlan, claim_plan, due_plans
from dispatch.store.city_versions import Publishing
from dispatch.store.ledger import SYSTEM, record
from dispatch.store.zone_plan_states import note_not_published
from dispatch.store.zone_plans import DrawnPlan, Hand, plan_waiting_for
from geo.errors import GridDispatchError

if TYPE_CHECKING:
    from api.service import Service

logger = logging.getLogger(__name__)


class CityClock:
    """
    Looks whether a planned version is due.

    Parameters
    ----------
    service
        The service, which goes on with what is published.
    """

    def __init__(self, service: Service) -> None:
        self._service = service

    def beat(self) -> None:
        """Publish what is due, one plan after the other."""
        with self._service.store.reading() as session:
            due = due_plans(session, now=self._service.clock())
        for plan in due:
            try:
                self._publish(plan)
            except GridDispatchError as error:
                self._refuse(plan, error)

    def _publish(self, plan: CityPlan) -> None:
        """Publish in one transaction with the state of the plan."""
        with self._service.store.reading() as session:
            waiting = plan_waiting_for(session, plan.id)
        if waiting is not None:
            self._publish_zone_plan(plan, waiting)
            return
        now = self._service.clock()
        publishing = Publishing(now, plan.planned_by, plan.why, plan.drafts)
        with self._service.store.reading() as session:
            drawn = draw_up(session, self._service.city, publishing)
        with self._service.store.session() as session:
            published = publish_set(session, self._service, publishing, drawn)
            if not claim_plan(session, plan.id, published.version.number, None):
                return  # called off, or another process was first: nothing is committed
            tell_published(session, published, self._service.weights, now=now)
            session.commit()
        self._service.adopt_city()

    def _publish_zone_plan(self, plan: CityPlan, waiting: DrawnPlan) -> None:
        """The same of a zone plan, unless another was published since."""
        ready = ready_due_plan(self._service, plan, waiting)
        now = ready.publishing.now
        with self._service.store.session() as session:
            published = publish_plan(session, self._service, ready)
            if not claim_plan(session, plan.id, published.version.number, None):
                return
            tell_published(session, published, self._service.weights, now=now)
            session.commit()
        self._service.adopt_city()

    def _refuse(self, plan: CityPlan, error: GridDispatchError) -> None:
        """Leave the city as it is, and keep what stands against the plan."""
        said = str(error).partition("\n")[0]
        logger.error("The planned version %s was not published: %s", plan.id, said)
        with self._service.store.session() as session:
            if claim_plan(session, plan.id, None, said):
                now = self._service.clock()
                record(session, now=now, by=SYSTEM, act="refuse_city", about=plan.id)
                note_not_published(session, plan.id, Hand(now, SYSTEM))
                session.commit()
