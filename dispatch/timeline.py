"""
Timeline: all that happened to an incident, told from its records in the order of time.

A disputed dispatch is reopened with it: what was suggested and why, who decided, whether that
followed the suggestion, what spoke against it, and with what reason.  Suggestions are read as
they were given, never computed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.assignment import Assignment, Departure
from dispatch.automatic_verdict import AutomaticVerdict
from dispatch.escalation import Call, Escalation, Says
from dispatch.incident import Edit, Incident
from dispatch.incident_state import State
from dispatch.lifecycle import find_move
from dispatch.reason import minutes
from dispatch.reconsidering import SecondThought
from dispatch.step import Transition
from dispatch.suggestion import Suggestion
from dispatch.thought_reason import said_of
from geo.remark import Remark


@dataclass(frozen=True, slots=True)
class Entry:
    """
    One thing that happened.

    Attributes
    ----------
    at
        When, with offset.
    by
        Name of whoever did it; None for what happened by itself.
    said
        What it was, with its code.
    about
        Id of the suggestion, assignment or whistle, or of the incident.
    because
        Why, in the words of then.
    state
        State of the incident from then on; None where it stayed what it was.
    reason
        Reason that was given, in words.
    lon_lat
        Where whoever did it was, WGS-84 degrees, or None.
    """

    at: datetime
    by: str | None
    said: Remark
    about: str
    because: tuple[Remark, ...] = ()
    state: State | None = None
    reason: str = ""
    lon_lat: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """
    What a reporter sees of one step.

    Attributes
    ----------
    at
        When, with offset.
    state
        State of the incident from then on.
    said
        What that means.
    """

    at: datetime
    state: State
    said: Remark


REPORTED = Remark("reported", "事件上报。", "Reported.")


def timeline(  # noqa: PLR0913, PLR0917 -- everything that is on record of an incident
    incident: Incident,
    suggestions: Sequence[tuple[str, Suggestion]],
    assignments: Iterable[Assignment],
    calls: Iterable[tuple[Call, Sequence[Escalation]]],
    thoughts: Iterable[SecondThought],
    transitions: Iterable[Transition] = (),
    edits: Iterable[Edit] = (),
    verdicts: Iterable[AutomaticVerdict] = (),
) -> tuple[Entry, ...]:
    """
    Tell what happened to an incident.

    Parameters
    ----------
    incident
        The incident.
    suggestions
        Ids and suggestions made for it.
    assignments
        Who was sent.
    calls
        Whistles, each with its steps up.
    thoughts
        When somebody was suggested anew.
    transitions
        The steps of its life cycle, the oldest first.
    edits
        What was corrected.
    verdicts
        What rules decided.

    Returns
    -------
    entries
        In the order of time; what happened in one instant in the order of cause.
    """
    number, steps = str(incident.id), list(transitions)
    if not steps or steps[0].before is not None:  # it came with the city
        entries = [Entry(incident.reported_at, None, REPORTED, number, state=State.REPORTED)]
    else:
        entries = []
    entries += [_suggested(one, made) for one, made in suggestions]
    entries += [entry for one in thoughts for entry in _thought(one)]
    entries += [entry for one in assignments for entry in _sent(one)]
    entries += [_stepped(one) for one in steps]
    entries += [_corrected(number, one) for one in edits]
    entries += [_judged(one) for one in verdicts]
    entries += [entry for call, answers in calls for entry in _called(call, answers)]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def progress(incident: Incident, transitions: Iterable[Transition]) -> tuple[Progress, ...]:
    """
    Tell a reporter how far it is: states and instants, and nobody's name.

    Parameters
    ----------
    incident
        The incident.
    transitions
        The steps of its life cycle, the oldest first.

    Returns
    -------
    progress
        The oldest first.
    """
    steps = [Progress(one.step.at, one.step.to, _meaning(one)) for one in transitions]
    if steps and steps[0].state == State.REPORTED:
        return tuple(steps)
    return (Progress(incident.reported_at, State.REPORTED, REPORTED), *steps)


def _meaning(transition: Transition) -> Remark:
    """What a step means, in the words of the table."""
    if transition.before is None:
        return REPORTED
    move = find_move(transition.before, transition.step.to)
    assert move is not None, "only steps of the table are kept"
    return move.said


def _stepped(transition: Transition) -> Entry:
    """A step of the life cycle."""
    step = transition.step
    return Entry(
        step.at,
        step.by,
        _meaning(transition),
        step.about or transition.incident,
        state=step.to,
        reason=step.reason,
        lon_lat=step.lon_lat,
    )


def _judged(verdict: AutomaticVerdict) -> Entry:
    """What a rule decided, or why it was left to a person."""
    by = None if verdict.rule is None else f"rule:{verdict.rule}"
    return Entry(verdict.judged_at, by, verdict.said, verdict.assignment or verdict.incident)


def _corrected(number: str, edit: Edit) -> Entry:
    """What was put right; where nothing was, what somebody noted."""
    if not edit.changes:
        return noted(number, edit)
    what = "；".join(f"{one.field}：{one.before} → {one.after}" for one in edit.changes)
    what_en = "; ".join(f"{one.field} from {one.before} to {one.after}" for one in edit.changes)
    said = Remark("corrected", f"更正 {what}。", f"Corrected {what_en}.")
    return Entry(edit.at, edit.by, said, number, reason=edit.reason)


def noted(number: str, note: Edit) -> Entry:
    """
    Tell a note.

    Parameters
    ----------
    number
        Id of the incident.
    note
        An edit that changes nothing.

    Returns
    -------
    entry
        In the words of whoever wrote it.
    """
    return Entry(note.at, note.by, Remark("note", note.reason, note.reason), number)


def _suggested(number: str, made: Suggestion) -> Entry:
    """What was suggested, and on what grounds."""
    first = made.proposals[0] if made.proposals else None
    if first is None:
        said = Remark("suggested", "建议：无可派小组。", "Nobody could be suggested.")
        return Entry(made.now, None, said, number, (*made.grounds, *made.findings))
    n, eta = len(made.proposals), minutes(first.eta_s)
    said = Remark(
        "suggested",
        f"建议 {n} 组，首选 {first.unit}，{eta} 分钟到（策略 {made.policy}）。",
        f"{n} proposals by policy {made.policy}; {first.unit} first, in {eta} min.",
    )
    return Entry(made.now, None, said, number, (*first.reasons, *made.grounds))


def _thought(thought: SecondThought) -> Iterator[Entry]:
    """When somebody was suggested anew, and why."""
    said = Remark("resuggested", "重新建议。", "Suggested anew.")
    because = tuple(said_of(trigger, thought.outlook) for trigger in thought.why)
    yield Entry(thought.at, None, said, thought.after, because)


_HOW = {
    Departure.FOLLOWED: ("采纳首选", "as proposed first"),
    Departure.LOWER_RANK: ("采纳后位建议", "a proposal of lower rank"),
    Departure.OVERRIDE: ("改派未建议的单位", "not proposed: an override"),
    Departure.DIVERSION: ("自其他案件调离", "called off another incident"),
}


def _sent(one: Assignment) -> Iterator[Entry]:
    """Who was sent, arrived and was set free."""
    number, unit = str(one.id), one.picked.unit
    zh, en = _HOW[one.picked.departure]
    reason = "" if one.decision.reason is None else f"（{one.decision.reason}）"
    reason_en = "" if one.decision.reason is None else f" ({one.decision.reason})"
    note = f"：{one.decision.note}" if one.decision.note else ""
    note_en = f": {one.decision.note}" if one.decision.note else ""
    said = Remark(
        "crew_sent",
        f"派出 {unit}，{zh}{reason}{note}。",
        f"{unit} sent, {en}{reason_en}{note_en}.",
    )
    yield Entry(one.decision.at, one.decision.by, said, number, one.picked.against)
    for at, code, zh, en in (
        (one.acknowledged_at, "crew_acknowledged", "接单", "has acknowledged"),
        (one.departed_at, "crew_departed", "出发", "has set out"),
    ):
        if at is not None:
            yield Entry(at, None, Remark(code, f"{unit} {zh}。", f"{unit} {en}."), number)
    if one.arrived_at is not None:
        late_s = (one.arrived_at - one.clock.due_at).total_seconds()
        kept = ("时限内", "in time") if late_s <= 0 else ("超时", "late")
        zh, en = f"{unit} 到场（{kept[0]}）。", f"{unit} is there, {kept[1]}."
        there = Remark("crew_arrived", zh, en)
        yield Entry(one.arrived_at, None, there, number)
    if one.released_at is not None:
        free = Remark(
            "crew_released", f"{unit} 解除（{one.outcome}）。", f"{unit} set free ({one.outcome})."
        )
        yield Entry(one.released_at, one.released_by, free, number)


def _called(call: Call, steps: Sequence[Escalation]) -> Iterator[Entry]:
    """Who was called, what they answered, and to whom it went up."""
    number, whistle = str(call.id), call.whistle
    yield Entry(whistle.raised_at, call.raised_by, whistle.rule, number, (whistle.silence,))
    for answer in call.answers:
        zh, en = ("到", "comes") if answer.says == Says.COMES else ("拒绝", "refuses")
        said = Remark("whistle_answered", f"{answer.party} 应答：{zh}。", f"{answer.party} {en}.")
        yield Entry(answer.at, answer.by, said, number)
    for step in steps:
        yield Entry(step.at, None, step.said, number)
    if call.closed_at is not None:
        closed = Remark(
            "whistle_closed", f"吹哨结束（{call.closed_as}）。", f"Whistle over ({call.closed_as})."
        )
        yield Entry(call.closed_at, call.closed_by, closed, number)
