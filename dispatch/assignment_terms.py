"""Terms of assignments as data: reasons for overrides, and the times they are held to."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from dispatch.matter import Triage
from geo.errors import BadValue, UnknownName
from geo.remark import Remark

UNKNOWN = "unknown"
"""Key of the time at a scene where the matter has no triage."""


@dataclass(frozen=True, slots=True)
class OverrideReason:
    """
    A reason on the list.

    Attributes
    ----------
    said
        Its code, and the reason in both languages.
    needs_note
        Whether it says nothing without a note.
    """

    said: Remark
    needs_note: bool = False


@dataclass(frozen=True, slots=True)
class AssignmentTerms:
    """
    What an assignment is held to.

    Attributes
    ----------
    reasons
        Reasons by code.
    on_scene_s
        Seconds that a crew is expected to stay at a scene, by triage or `UNKNOWN`.
    valid_s
        Seconds after which a suggestion is too old to send anybody by.
    """

    reasons: Mapping[str, OverrideReason]
    on_scene_s: Mapping[str, float]
    valid_s: float

    def stays_s(self, triage: Triage | None) -> float:
        """
        Tell how long a crew is expected to stay at a scene.

        Parameters
        ----------
        triage
            Of the lead matter, or None.

        Returns
        -------
        stays_s
            Seconds.
        """
        return self.on_scene_s[UNKNOWN if triage is None else triage]

    def check(self, code: str | None, note: str) -> OverrideReason:
        """
        Take a reason for an override.

        Parameters
        ----------
        code
            Code of a reason, or None.
        note
            What was added in words.

        Returns
        -------
        reason
            The reason of that code.

        Raises
        ------
        BadValue
            No reason is given, or a note is wanting.
        UnknownName
            The list has no such reason.
        """
        known = ", ".join(self.reasons)
        if code is None:
            raise BadValue(f"An override needs a reason; give one of {known}.")
        if code not in self.reasons:
            raise UnknownName(f"There is no reason {code!r} for an override; known are {known}.")
        if self.reasons[code].needs_note and not note.strip():
            raise BadValue(f"The reason {code!r} says nothing without a note; add one.")
        return self.reasons[code]


@cache
def standard_terms() -> AssignmentTerms:
    """
    Read the terms that come with the program.

    Returns
    -------
    terms
        Reasons in the order of the file.
    """
    return read_terms(files("dispatch").joinpath("assignments.toml").read_text("utf-8"))


def read_terms(text: str) -> AssignmentTerms:
    """
    Read terms.

    Parameters
    ----------
    text
        TOML with tables ``reason.CODE``, ``suggestion`` and ``on_scene_s``.

    Returns
    -------
    terms
        What it says.

    Raises
    ------
    BadValue
        It is no TOML, or a text or time is missing or of the wrong kind.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadValue(f"The terms of assignments are no TOML: {error}.") from error
    reasons = data.get("reason")
    if not isinstance(reasons, dict) or not reasons:
        raise BadValue("The terms of assignments list no reason for an override.")
    return AssignmentTerms(
        MappingProxyType({code: _reason(code, table) for code, table in reasons.items()}),
        MappingProxyType(_times(data, "on_scene_s", [*Triage, UNKNOWN])),
        _times(data, "suggestion", ["valid_s"])["valid_s"],
    )


def _reason(code: str, table: Mapping[str, Any]) -> OverrideReason:
    """Read one reason."""
    texts = [table.get(language) for language in ("zh", "en")]
    if not all(isinstance(text, str) and text for text in texts):
        raise BadValue(f"The reason {code!r} for an override needs the texts zh and en.")
    needs_note = table.get("needs_note", False)
    if not isinstance(needs_note, bool):
        raise BadValue(f"The reason {code!r}: needs_note is true or false, not {needs_note!r}.")
    return OverrideReason(Remark(code, *map(str, texts)), needs_note)


def _times(data: Mapping[str, Any], name: str, wanted: Sequence[str]) -> dict[str, float]:
    """Read a table of seconds."""
    table = data.get(name)
    if not isinstance(table, dict) or set(table) != set(wanted):
        raise BadValue(f"The table {name} gives seconds for each of {', '.join(wanted)}.")
    for key, seconds in table.items():
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            raise BadValue(f"The time {name}.{key} is a number of seconds, not {seconds!r}.")
    return {key: float(seconds) for key, seconds in table.items()}
