"""Authority list (权责清单): who holds which matter in which area, and on what terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from dispatch.matter import MIN_CERTIFIED, CaseScale, Triage
from geo.area import Tier
from geo.errors import BadValue

DEADLINES = ("arrival_target_s", "secure_target_s", "handle_within_s", "answer_within_s")
"""Columns of a row that hold deadlines in seconds; empty where the row states none."""


@dataclass(frozen=True, slots=True)
class AuthorityRow:
    """
    Who holds one matter in one area.

    Attributes
    ----------
    id
        Its number in the list; answers name it.
    matter
        Code of the matter.
    area
        Code of the area in which the row holds.
    tier
        Tier that holds the power.
    acting_body
        In whose name the act is done.
    lead
        Code of the unit or domain that leads where several take part, or None.
    assisting
        Bodies that assist.
    legal_basis
        Law and article.
    valid_from, valid_to
        First day on which it holds, and first day on which it holds no longer, dates of
        Asia/Shanghai; None is open.
    min_certified
        Certified officers that the act needs.
    skills
        Skills that the crew needs between its members.
    excluding
        Codes of areas inside its area in which it does not hold, such as an outlying
        county that does all itself.
    scale
        Whether it holds daily work or major cases only; None is both.
    triage
        How its holder handles such cases; None is as the matter says.
    arrival_target_s
        Seconds from dispatch until the crew with the case should be there; None is the
        zone's target.
    secure_target_s
        Seconds from dispatch until the place should be secured; None is the zone's target.
    handle_within_s
        Seconds from the report until the case should be handled, or None.
    answer_within_s
        Seconds in which a whistle for its holder is to be answered; None is the usual time.
    equipment
        Equipment that the crew needs between its members and on its vehicle.
    """

    id: str
    matter: str
    area: str
    tier: Tier
    acting_body: str
    lead: str | None = None
    assisting: tuple[str, ...] = ()
    legal_basis: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    min_certified: int = MIN_CERTIFIED
    skills: tuple[str, ...] = ()
    excluding: tuple[str, ...] = ()
    scale: CaseScale | None = None
    triage: Triage | None = None
    arrival_target_s: int | None = None
    secure_target_s: int | None = None
    handle_within_s: int | None = None
    answer_within_s: int | None = None
    equipment: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a row that can never hold."""
        if not self.acting_body:
            raise BadValue(f"Authority row {self.id} names no acting body.")
        if self.min_certified < 1:
            raise BadValue(f"Authority row {self.id} asks for {self.min_certified} officers.")
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise BadValue(f"Authority row {self.id} ends before it begins.")
        if self.area in self.excluding:
            raise BadValue(f"Authority row {self.id} excludes its own area {self.area}.")
        for name in DEADLINES:
            within_s = getattr(self, name)
            if within_s is not None and within_s < 1:
                raise BadValue(f"Authority row {self.id} has {name} {within_s}; it is too short.")

    def holds_on(self, day: date) -> bool:
        """
        Tell whether the row is in force.

        Parameters
        ----------
        day
            A date of Asia/Shanghai.

        Returns
        -------
        in_force
            Whether the day is not before its first day and before the first day without it.
        """
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )

    def covers(self, scale: CaseScale) -> bool:
        """
        Tell whether the row holds cases of this gravity.

        Parameters
        ----------
        scale
            Daily work or a major case.

        Returns
        -------
        covers
            Whether the row names this scale, or none.
        """
        return self.scale is None or self.scale == scale


RowsByArea = Mapping[str, tuple[AuthorityRow, ...]]
"""Rows of one matter by area, in the order of their ids."""


def index_rows(rows: Iterable[AuthorityRow]) -> Mapping[str, RowsByArea]:
    """
    Sort the authority list by matter and area.

    Parameters
    ----------
    rows
        The list, in any order.

    Returns
    -------
    index
        Rows by matter, then by area.
    """
    index: dict[str, dict[str, list[AuthorityRow]]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        index.setdefault(row.matter, {}).setdefault(row.area, []).append(row)
    return MappingProxyType(
        {
            matter: {area: tuple(found) for area, found in by_area.items()}
            for matter, by_area in index.items()
        }
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """
    What one or more rows ask together; of several, the stricter counts.

    Attributes
    ----------
    min_certified
        Certified officers, the most that any asks for.
    skills, equipment
        What any of them names.
    answer_within_s
        The shortest time to answer a whistle that any states, or None.
    """

    min_certified: int
    skills: tuple[str, ...]
    equipment: tuple[str, ...]
    answer_within_s: int | None


def terms_of(rows: Iterable[AuthorityRow]) -> Terms:
    """
    Put the terms of rows together.

    Parameters
    ----------
    rows
        Rows that decide; none ask for the bare legal number.

    Returns
    -------
    terms
        The stricter of each.
    """
    rows = tuple(rows)
    return Terms(
        min_certified=max((row.min_certified for row in rows), default=MIN_CERTIFIED),
        skills=tuple(sorted({skill for row in rows for skill in row.skills})),
        equipment=tuple(sorted({thing for row in rows for thing in row.equipment})),
        answer_within_s=min(
            (row.answer_within_s for row in rows if row.answer_within_s is not None), default=None
        ),
    )


def disagreement(rows: Iterable[AuthorityRow]) -> tuple[str, ...]:
    """
    Name the terms on which rows for the same power disagree.

    Parameters
    ----------
    rows
        Rows of one body for one matter in one area.

    Returns
    -------
    columns
        Columns that do not say the same in all of them.
    """
    rows = tuple(rows)
    if len(rows) < 2:
        return ()
    return tuple(name for name in TERM_COLUMNS if len({getattr(row, name) for row in rows}) > 1)


TERM_COLUMNS = ("lead", "assisting", "min_certified", "skills", "equipment", "triage", *DEADLINES)
"""Columns that say how a power is exercised."""
