"""What keeps a plan from being published: another was published since, or the gate is shut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dispatch.planning.publish_gate import GateVerdict
from dispatch.planning.rebasing import BothMoved
from geo.errors import Conflict

MOST_NAMED = 5
"""Grids that a sentence names."""


class BaseMoved(Conflict):
    """
    Another plan was published since this one was begun.

    Parameters
    ----------
    number
        Id of the plan.
    grids
        Unit grids that both put elsewhere.
    """

    code = "plan_base_moved"

    def __init__(self, number: str, grids: Mapping[str, BothMoved]) -> None:
        named = ", ".join(list(grids)[:MOST_NAMED]) + (" …" if len(grids) > MOST_NAMED else "")
        both = f"{len(grids)} unit grid(s) are put elsewhere by both: {named}" if grids else (
            "no unit grid is put elsewhere by both"
        )  # fmt: skip
        super().__init__(
            f"Another plan was published since the zone plan {number} was begun; {both}. Rebase it "
            f"on what is published: grid-dispatch plan draft rebase {number} --keep mine or theirs."
        )
        self.grids = dict(grids)

    @property
    def told(self) -> Sequence[Mapping[str, str]]:
        """Each grid that both put elsewhere, in a sentence."""
        return [
            {
                "where": grid,
                "message": f"It was in {one.was or 'no zone'}, is in {one.mine or 'no zone'} here "
                f"and in {one.theirs or 'no zone'} as published",
            }
            for grid, one in self.grids.items()
        ]


class GateShut(Conflict):
    """
    A plan does not pass the gate, and nobody has opened it.

    Parameters
    ----------
    number
        Id of the plan.
    verdict
        What the gate says.
    """

    code = "gate_not_passed"

    def __init__(self, number: str, verdict: GateVerdict) -> None:
        super().__init__(
            f"The zone plan {number} is not published. {verdict.why.en} Simulate it, change it, or "
            "have somebody answer for it by name and with a reason (override)."
        )
        self.verdict = verdict
