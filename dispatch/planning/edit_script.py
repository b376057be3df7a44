"""
Edit script: what is done to a plan, written down line by line.

::

    # a line that begins so is a remark
    lock grid 450502001001          a grid stays in its zone
    lock zone Z03                   a zone gains and loses nothing
    lock together 4505…01 4505…02   two grids stay in one zone
    lock apart 4505…01 4505…09      two grids stay in two
    unlock grid 450502001001        … and the same of the others
    assign Z07 4505…01 4505…02      grids into a zone; - for no zone
    brush Z07 300 109.10,21.45 109.12,21.46   what lies within 300 m of a way
    enclose Z07 109.1,21.4 109.2,21.4 109.2,21.5 109.1,21.4
    cut Z03 Z15 109.1,21.4 109.2,21.5         the smaller side of Z03 becomes Z15
    redraw Z03 Z04 109.1,21.4 109.2,21.5      a new border of two zones
    split Z03 Z15                   in two of about the same weight
    merge Z03 Z04 Z05               into the first
    undo
    redo
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dispatch.planning.contiguity import Repair
from dispatch.planning.edit_history import EditHistory
from dispatch.planning.grid_ground import GridGround, LonLats
from dispatch.planning.plan_edit import (
    Assign,
    Brush,
    Cut,
    Edit,
    Enclose,
    Halve,
    Merge,
    Redraw,
    edit_plan,
)
from dispatch.planning.plan_locks import NO_LOCKS, PlanLocks, pair_of
from dispatch.planning.zone_plan import ZonePlan
from geo.errors import BadInput, BadValue, FlawedData, UnreadableFile
from geo.finding import Finding
from geo.remark import Remark

UNDO, REDO = "undo", "redo"
PAIRS = ("together", "apart")
LOCKABLE = {"grid": "grids", "zone": "zones", "together": "together", "apart": "apart"}


@dataclass(frozen=True, slots=True)
class Lock:
    """
    A lock that is put on or taken off.

    Attributes
    ----------
    on
        Whether it is put on.
    field
        Which field of `PlanLocks` it belongs to.
    what
        A code, or a pair of codes.
    """

    on: bool
    field: str
    what: str | tuple[str, str]

    def change(self, locks: PlanLocks) -> PlanLocks:
        """
        Change some locks.

        Parameters
        ----------
        locks
            As they are.

        Returns
        -------
        locks
            As they are then.
        """
        had = getattr(locks, self.field)
        one: frozenset[object] = frozenset({self.what})
        return replace(locks, **{self.field: had | one if self.on else had - one})


@dataclass(frozen=True, slots=True)
class Step:
    """
    A line of a script.

    Attributes
    ----------
    line
        Its number, from one.
    text
        As it is written.
    does
        An edit, a lock, or the word undo or redo.
    """

    line: int
    text: str
    does: Edit | Lock | str


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """
    What came of a line.

    Attributes
    ----------
    step
        The line.
    refused
        Why it was not done; empty where it was.
    repair
        What was done besides, or is offered where the line was refused for want of it.
    """

    step: Step
    refused: tuple[Remark, ...] = ()
    repair: Repair | None = None


@dataclass(frozen=True, slots=True, eq=False)
class EditRun:
    """
    What came of a script.

    Attributes
    ----------
    history
        The plans; the present one is the result.
    locks
        The locks at the end.
    told
        What came of each line.
    """

    history: EditHistory
    locks: PlanLocks
    told: tuple[Told, ...]

    @property
    def refused(self) -> tuple[Told, ...]:
        """Lines that were not done."""
        return tuple(one for one in self.told if one.refused)


def read_edits(path: Path) -> tuple[Step, ...]:
    """
    Read a script.

    Parameters
    ----------
    path
        A text in UTF-8.

    Returns
    -------
    steps
        Its lines in order, without remarks.

    Raises
    ------
    UnreadableFile
        It is no text.
    FlawedData
        With every line that can't be understood.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"The edits {path} cannot be read: {error}.") from error
    return parse_edits(text, str(path))


def parse_edits(text: str, name: str) -> tuple[Step, ...]:
    """
    Understand a script.

    Parameters
    ----------
    text
        Its lines.
    name
        What it is called, for findings.

    Returns
    -------
    steps
        Its lines in order, without remarks.

    Raises
    ------
    FlawedData
        With every line that can't be understood.
    """
    steps, findings = [], []
    for line, written in enumerate(text.splitlines(), start=1):
        words = written.partition("#")[0].split()
        if not words:
            continue
        try:
            steps.append(Step(line, " ".join(words), _understand(words)))
        except BadInput as error:
            remark = Remark("edit_unreadable", f"第 {line} 行无法识别。", f"Line {line}: {error}")
            findings.append(Finding(name, str(line), remark))
    if findings:
        raise FlawedData(f"The edits {name} have {len(findings)} finding(s).", findings)
    return tuple(steps)


def apply_edits(  # noqa: PLR0913 -- options, all keyword-only
    ground: GridGround,
    plan: ZonePlan,
    steps: Sequence[Step],
    *,
    locks: PlanLocks = NO_LOCKS,
    weight: NDArray[np.float64] | None = None,
    repaired: bool = False,
) -> EditRun:
    """
    Do what a script says, line by line.

    Parameters
    ----------
    ground
        Unit grids.
    plan
        The plan at the beginning.
    steps
        The script.
    locks
        Locks at the beginning.
    weight
        What `split` balances, float64[n]; square metres without.
    repaired
        Whether a repair that is offered is taken.

    Returns
    -------
    run
        Lines that are refused change nothing; those after them are done.

    Raises
    ------
    BadInput
        A line names what does not exist; the sentence tells which.
    """
    history, told = EditHistory.begin(plan), []
    for step in steps:
        try:
            if isinstance(step.does, Lock):
                _refuse_unknown(ground, history.plan, step.does)
                locks = step.does.change(locks)
                told.append(Told(step))
            elif isinstance(step.does, str):
                history = history.undo() if step.does == UNDO else history.redo()
                told.append(Told(step))
            else:
                history, one = _edited(ground, history, step, locks, (weight, repaired))
                told.append(one)
        except BadInput as error:
            raise BadValue(f"Line {step.line}, “{step.text}”: {error}") from error
    return EditRun(history, locks, tuple(told))


def _edited(
    ground: GridGround,
    history: EditHistory,
    step: Step,
    locks: PlanLocks,
    how: tuple[NDArray[np.float64] | None, bool],
) -> tuple[EditHistory, Told]:
    """One edit of a script, with what it balances and whether repairs are taken."""
    assert not isinstance(step.does, Lock | str)
    weight, repaired = how
    edited = edit_plan(ground, history.plan, step.does, locks, weight)
    after = edited.taken(repaired=repaired)
    if after is None:
        return history, Told(step, (*edited.refused, *edited.broken), edited.repair)
    return history.record(after, step.text), Told(step, (), edited.repair)


def _refuse_unknown(ground: GridGround, plan: ZonePlan, lock: Lock) -> None:
    """Refuse a lock on what does not exist: it would never hold anything."""
    if lock.field == "zones":
        plan.zone_row(str(lock.what))
    else:
        for code in (lock.what,) if isinstance(lock.what, str) else lock.what:
            ground.graph.row(code)


def _understand(words: Sequence[str]) -> Edit | Lock | str:
    """What a line asks for."""
    verb, *rest = words
    if verb not in GRAMMAR:
        raise BadValue(f"“{verb}” is no edit; they are {', '.join(GRAMMAR)}.")
    make, least, most, shape = GRAMMAR[verb]
    if not least <= len(rest) <= most:
        raise BadValue(f"“{verb}” is written {f'{verb} {shape}'.strip()}.")
    return make(rest)


def _lock(rest: Sequence[str], *, on: bool) -> Lock:
    """A lock or its removal."""
    kind, *codes = rest
    if kind not in LOCKABLE:
        raise BadValue(f"“{kind}” can't be locked; what can is {', '.join(LOCKABLE)}.")
    if len(codes) != (2 if kind in PAIRS else 1):
        raise BadValue(f"A lock of {kind} names {'two grids' if kind in PAIRS else 'one'}.")
    if kind in PAIRS and codes[0] == codes[1]:
        raise BadValue(f"A lock of {kind} names two different grids, not {codes[0]} twice.")
    return Lock(on, LOCKABLE[kind], pair_of(*codes) if kind in PAIRS else codes[0])


def _places(words: Sequence[str]) -> LonLats:
    """Places written lon,lat."""
    places = []
    for word in words:
        try:
            lon, lat = map(float, word.split(","))
        except ValueError as error:
            raise BadValue(f"“{word}” is no place; it is written lon,lat.") from error
        places.append((lon, lat))
    return tuple(places)


def _metres(word: str) -> float:
    """A width."""
    try:
        return float(word)
    except ValueError as error:
        raise BadValue(f"“{word}” is no number of metres.") from error


def _redraw(rest: Sequence[str]) -> Redraw:
    """A new border."""
    return Redraw((rest[0], rest[1]), _places(rest[2:]))


ANY = 1_000_000
GRAMMAR: Mapping[str, tuple[Callable[[Sequence[str]], Edit | Lock | str], int, int, str]] = {
    "lock": (lambda rest: _lock(rest, on=True), 2, 3, "grid|zone|together|apart CODE [CODE]"),
    "unlock": (lambda rest: _lock(rest, on=False), 2, 3, "grid|zone|together|apart CODE [CODE]"),
    "assign": (
        lambda rest: Assign(None if rest[0] == "-" else rest[0], tuple(rest[1:])),
        2,
        ANY,
        "ZONE GRID …",
    ),
    "brush": (
        lambda rest: Brush(rest[0], _metres(rest[1]), _places(rest[2:])),
        3,
        ANY,
        "ZONE METRES LON,LAT …",
    ),
    "enclose": (lambda rest: Enclose(rest[0], _places(rest[1:])), 4, ANY, "ZONE LON,LAT …"),
    "cut": (lambda rest: Cut(rest[0], rest[1], _places(rest[2:])), 4, ANY, "ZONE NEW LON,LAT …"),
    "redraw": (_redraw, 4, ANY, "ZONE ZONE LON,LAT …"),
    "split": (lambda rest: Halve(rest[0], rest[1]), 2, 2, "ZONE NEW"),
    "merge": (lambda rest: Merge(rest[0], tuple(rest[1:])), 2, ANY, "ZONE ZONE …"),
    UNDO: (lambda _: UNDO, 0, 0, ""),
    REDO: (lambda _: REDO, 0, 0, ""),
}
"""What each verb makes of its words, how few and how many they are, and how it is written."""
