"""What became of work orders of the hotline."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.schemas import ReasonOut
from dispatch.hotline import HotlineMapping, OrdersRead
from geo.finding import Finding, Severity


class OrderFindingOut(BaseModel):
    """What is wrong with an order, or left to a person."""

    order: str | None = Field(description="Its number, or its row.")
    severity: Severity
    said: ReasonOut

    @classmethod
    def of(cls, finding: Finding) -> OrderFindingOut:
        """Copy a finding."""
        return cls(
            order=finding.feature,
            severity=finding.severity,
            said=ReasonOut.quoting(finding.message),
        )


class OrderTakenOut(BaseModel):
    """The incident of an order."""

    order: str
    incident: str
    known: bool = Field(description="Whether it had come in before.")


class OrdersTakenOut(BaseModel):
    """What became of work orders: all were taken in, or none."""

    orders: list[OrderTakenOut]
    new: int
    known: int
    findings: list[OrderFindingOut] = Field(description="Warnings: what is left to a person.")

    @classmethod
    def of(cls, read: OrdersRead, incident_of: dict[str, str], known: set[str]) -> OrdersTakenOut:
        """Put together what became of each."""
        taken = [
            OrderTakenOut(
                order=one.number, incident=incident_of[one.number], known=one.number in known
            )
            for one in read.orders
            if one.number in incident_of
        ]
        return cls(
            orders=taken,
            new=sum(not one.known for one in taken),
            known=sum(one.known for one in taken),
            findings=[OrderFindingOut.of(one) for one in read.findings],
        )


class HotlineMappingOut(BaseModel):
    """What a hotline calls its columns."""

    name: str
    title_zh: str
    title_en: str
    crs: str
    columns: dict[str, list[str]]
    matters: dict[str, str]

    @classmethod
    def of(cls, mapping: HotlineMapping) -> HotlineMappingOut:
        """Copy a mapping."""
        return cls(
            name=mapping.name,
            title_zh=mapping.title_zh,
            title_en=mapping.title_en,
            crs=mapping.crs,
            columns={name: list(called) for name, called in mapping.columns.items()},
            matters=dict(mapping.matters),
        )
