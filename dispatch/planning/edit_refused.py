"""An edit of a plan that is not taken: every reason, and what a repair would move."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.planning.plan_edit import Edited
from geo.errors import Conflict


class EditRefused(Conflict):
    """
    An edit breaks a lock, leaves a zone in pieces, or changes nothing that there is.

    Parameters
    ----------
    edited
        What would come of it.
    """

    code = "edit_refused"

    def __init__(self, edited: Edited) -> None:
        reasons = (*edited.refused, *edited.broken)
        offered = edited.repair
        way = ""
        if offered is not None and not offered.left:
            way = " Ask for it with its repair (`repair`: true), and the pieces go to neighbours."
        super().__init__(f"The edit is not taken. {' '.join(one.en for one in reasons)}{way}")
        self.edited = edited

    @property
    def told(self) -> Sequence[dict[str, str]]:
        """Each reason in both languages."""
        reasons = (*self.edited.refused, *self.edited.broken)
        return [{"where": one.code, "message": one.en, "zh": one.zh} for one in reasons]
