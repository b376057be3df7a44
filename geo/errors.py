"""
The error tree of the whole project.

::

    GridDispatchError            something a person can mend; one whole sentence
    ├── BadInput                 what was given cannot be used
    │   ├── UnreadableFile       missing, of another format, or damaged
    │   ├── MissingColumn        a table lacks a column that is needed
    │   ├── BadValue             a value out of its range or vocabulary
    │   ├── UnknownCrs           a coordinate system we do not know or may not guess
    │   ├── FlawedData           data with findings, all of them at once
    │   └── UnknownName          no such node, unit, matter, zone, layer or policy
    ├── OutsideNetwork           a point too far from any usable road
    ├── EmptyNetwork             a road network without one usable edge
    ├── Conflict                 somebody else was first
    │   └── Outdated             what was to be changed has changed since it was read
    └── Unavailable              a part of the service is down

Errors know nothing of HTTP or exit codes: one table in ``api/errors.py`` maps class to
status.  Unreachable, no candidate and outside every zone are values, never errors.
"""

from __future__ import annotations

from collections.abc import Sequence

from geo.finding import Finding

MOST_SHOWN = 50
"""Findings that the text of an error lists; the error itself holds all."""


class GridDispatchError(Exception):
    """Anything that goes wrong and can be told to a person in one sentence."""

    code = "error"


class BadInput(GridDispatchError):
    """What was given cannot be used; the sentence names it and the way out."""

    code = "bad_input"


class UnreadableFile(BadInput):
    """A file is missing, damaged, or of another format than its name says."""

    code = "unreadable_file"


class MissingColumn(BadInput):
    """A table lacks a column."""

    code = "missing_column"


class BadValue(BadInput):
    """A value is out of its range or vocabulary."""

    code = "bad_value"


class UnknownCrs(BadInput):
    """A coordinate system is unknown, missing, or needs parameters that are not there."""

    code = "unknown_crs"


class FlawedData(BadInput):
    """
    Data handed in has findings; nothing of it was taken.

    Parameters
    ----------
    sentence
        What was handed in, and how many findings it has.
    findings
        All of them.
    """

    code = "flawed_data"

    def __init__(self, sentence: str, findings: Sequence[Finding]) -> None:
        shown = [f"  {finding}" for finding in findings[:MOST_SHOWN]]
        more = len(findings) - MOST_SHOWN
        super().__init__("\n".join([sentence, *shown, *([f"  … and {more} more"] * (more > 0))]))
        self.findings = tuple(findings)


class UnknownName(BadInput):
    """No node, unit, matter, zone, layer or policy has the given name."""

    code = "unknown_name"


class OutsideNetwork(GridDispatchError):
    """A point lies too far from any usable road."""

    code = "outside_network"


class EmptyNetwork(GridDispatchError):
    """A road network holds no usable edge."""

    code = "empty_network"


class Conflict(GridDispatchError):
    """Somebody else was first."""

    code = "conflict"


class Outdated(Conflict):
    """What was to be changed has changed since it was read."""

    code = "outdated"


class Unavailable(GridDispatchError):
    """A part of the service is down."""

    code = "unavailable"
