"""Officers whom a list leaves out while they have something in hand, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from dispatch.layer.kind import Kind, KindName
from dispatch.layer.published import Published
from geo.finding import Finding
from geo.remark import Remark


def officer_findings(
    kind: Kind, file: str, values: Sequence[Any], published: Published
) -> Iterator[Finding]:
    """
    Say who has a job in hand and would leave the city.

    Parameters
    ----------
    kind
        Kind of the layer; of others nothing is said.
    file
        Name of the file.
    values
        What its rows became.
    published
        What is published.

    Yields
    ------
    finding
        By officer.
    """
    if kind.name is not KindName.OFFICERS:
        return
    kept = {posted.officer.id for posted in values}
    in_hand = {job.officer: job.id for job in published.duty.jobs if job.ended_at is None}
    for officer in sorted(in_hand.keys() - kept):
        job = in_hand[officer]
        remark = Remark(
            "officer_at_work",
            f"名单中没有队员 {officer}，但其正在执行 {job}；请先解除派单。",
            f"The list leaves out officer {officer}, who has {job} in hand; it has to end first.",
        )
        yield Finding(file, officer, remark)
