"""The checklist to one's own city, from an empty store on."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from api.access import may
from api.own_ground import require_whole_city
from api.schemas_layer import TextOut
from api.service import ServiceDep
from dispatch.access import Act, Person
from dispatch.city_checklist import ChecklistRow, Standing, checklist
from dispatch.layer.kind import KindName
from dispatch.store.layer_drafts import list_drafts

router = APIRouter(prefix="/api/v1/city", tags=["city"])

LoadLayersDep = Annotated[Person, Depends(may(Act.LOAD_LAYERS))]


class ChecklistRowOut(BaseModel):
    """A part of a city: whether it is there, and what comes next."""

    kind: KindName
    name: TextOut
    state: Standing
    count: int = Field(description="How many are published.")
    needed: bool = Field(description="Whether nobody can be suggested without it.")
    drafts: list[str] = Field(description="Drafts that may be published, the newest first.")
    next: TextOut | None = Field(description="The next step; null where there is none.")

    @classmethod
    def of(cls, row: ChecklistRow) -> ChecklistRowOut:
        """Copy a row."""
        part, step = row.part, row.step
        return cls(
            kind=part.kind,
            name=TextOut(zh=part.zh, en=part.en),
            state=row.standing,
            count=row.count,
            needed=part.needed,
            drafts=list(row.drafts),
            next=None if step is None else TextOut(zh=step.zh, en=step.en),
        )


class ChecklistOut(BaseModel):
    """What it takes to have one's own city, in the order in which it is published."""

    city: str = Field(description="Name of the city; empty before its areas are published.")
    complete: bool = Field(description="Whether nothing is missing.")
    parts: list[ChecklistRowOut]


@router.get("/checklist")
def read(service: ServiceDep, person: LoadLayersDep) -> ChecklistOut:
    """Say of each part of a city whether it is missing, a draft or published, and what is next."""
    require_whole_city(person, service.city)
    drafts: dict[KindName, list[str]] = defaultdict(list)
    with service.store.reading() as session:
        for draft in list_drafts(session, still_open=True, limit=None):
            drafts[draft.kind].append(draft.id)
    city = service.city
    rows = checklist(city, drafts)
    return ChecklistOut(
        city=city.name if city.code else "",
        complete=all(row.standing is Standing.PUBLISHED for row in rows),
        parts=[ChecklistRowOut.of(row) for row in rows],
    )
