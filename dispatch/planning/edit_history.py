"""Edit history: plans one after another, to go back to and forth."""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadValue


@dataclass(frozen=True, slots=True, eq=False)
class EditHistory:
    """
    What was done to a plan.

    Attributes
    ----------
    plans
        The plan at the beginning, and after each edit.
    said
        What each edit was, one fewer.
    at
        Position of the present plan.
    """

    plans: tuple[ZonePlan, ...]
    said: tuple[str, ...] = ()
    at: int = 0

    @classmethod
    def begin(cls, plan: ZonePlan) -> EditHistory:
        """
        Begin with a plan.

        Parameters
        ----------
        plan
            The plan before any edit.

        Returns
        -------
        history
            Without an edit.
        """
        return cls((plan,))

    @property
    def plan(self) -> ZonePlan:
        """The present plan."""
        return self.plans[self.at]

    @property
    def done(self) -> tuple[str, ...]:
        """What was done and not undone."""
        return self.said[: self.at]

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo."""
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        """Whether something was undone."""
        return self.at < len(self.said)

    def record(self, plan: ZonePlan, said: str) -> EditHistory:
        """
        Add an edit; what was undone before is forgotten.

        Parameters
        ----------
        plan
            The plan after it.
        said
            What it was.

        Returns
        -------
        history
            With the plan as the present one.
        """
        plans, told = self.plans[: self.at + 1], self.said[: self.at]
        return EditHistory((*plans, plan), (*told, said), self.at + 1)

    def undo(self) -> EditHistory:
        """
        Go back by one edit.

        Returns
        -------
        history
            With the plan before it as the present one.

        Raises
        ------
        BadValue
            There is nothing to undo.
        """
        if not self.can_undo:
            raise BadValue("There is nothing to undo: the plan is as it was at the beginning.")
        return EditHistory(self.plans, self.said, self.at - 1)

    def redo(self) -> EditHistory:
        """
        Do again what was undone last.

        Returns
        -------
        history
            With the plan after it as the present one.

        Raises
        ------
        BadValue
            Nothing was undone.
        """
        if not self.can_redo:
            raise BadValue("There is nothing to do again: no edit was undone.")
        return EditHistory(self.plans, self.said, self.at + 1)
