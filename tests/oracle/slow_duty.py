"""
Slow and plain: duty painted on a strip of half hours, one after the other.

Every roster day is painted slot by slot; whether somebody is on shift, has to rest or is
engaged at a slot is then read off the strip.  All times lie on half hours of the city's clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from dispatch.duty_calendar import CalendarEntry, Presence
from dispatch.duty_days import DayPattern, DaySpan
from dispatch.duty_job import Job
from dispatch.duty_rest import RestRule
from dispatch.duty_shift import ShiftKind, ShiftPattern

LOCAL = timezone(timedelta(hours=8))
FIRST = date(2026, 9, 20)
DAYS = 50
SLOTS_A_DAY = 48
SLOT_S = 1800
ALL = DAYS * SLOTS_A_DAY


def slot_of(instant: datetime) -> int:
    """Half hours since the strip began."""
    began = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=LOCAL)
    return int((instant - began).total_seconds() // SLOT_S)


def instant_of(slot: int) -> datetime:
    began = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=LOCAL)
    return began + timedelta(seconds=slot * SLOT_S)


def painted(day: int, span: DaySpan) -> set[int]:
    """Slots of a span that starts on a day of the strip."""
    slot = day * SLOTS_A_DAY + span.starts.hour * 2 + span.starts.minute // 30
    last = span.ends.hour * 2 + span.ends.minute // 30
    slots = {slot}
    slot += 1
    while slot % SLOTS_A_DAY != last:
        slots.add(slot)
        slot += 1
    return slots


def valid(pattern: ShiftPattern, day: date) -> bool:
    after = pattern.valid_from is None or pattern.valid_from <= day
    return after and (pattern.valid_to is None or day <= pattern.valid_to)


@dataclass(frozen=True)
class SlowDuty:
    """One officer."""

    own: Sequence[ShiftPattern]
    crew: Sequence[ShiftPattern]
    entries: Sequence[CalendarEntry]
    rule: RestRule
    jobs: Sequence[Job]
    holidays: dict[date, bool]

    def meant(self, pattern: DayPattern, day: date) -> bool:
        works = self.holidays[day] if day in self.holidays else day.isoweekday() <= 5
        if pattern.working is True and not works:
            return False
        if pattern.working is False and works:
            return False
        return day.weekday() in pattern.weekdays

    def chosen(self, day: date) -> list[ShiftPattern]:
        """The entries that say anything about a day, by who comes before whom."""
        for patterns, kind in (
            (self.own, ShiftKind.DATED),
            (self.crew, ShiftKind.DATED),
            (self.own, ShiftKind.WEEKLY),
            (self.crew, ShiftKind.WEEKLY),
        ):
            said = [pattern for pattern in patterns if pattern.kind == kind and valid(pattern, day)]
            if kind == ShiftKind.DATED:
                said = [pattern for pattern in said if self.meant(pattern.days, day)]
            if said:
                return said
        return []

    def shift(self, number: int) -> set[int]:
        """Slots of the shift that starts on a day of the strip."""
        day = FIRST + timedelta(days=number)
        patterns = self.chosen(day)
        for pattern in (*self.own, *self.crew):
            if pattern.kind == ShiftKind.EXTRA and valid(pattern, day):
                patterns = [*patterns, pattern]
        slots: set[int] = set()
        for pattern in patterns:
            if pattern.span is not None and self.meant(pattern.days, day):
                slots |= painted(number, pattern.span)
        return slots

    @property
    def rostered(self) -> bool:
        return any(pattern.kind != ShiftKind.EXTRA for pattern in (*self.own, *self.crew))

    def shifts(self) -> list[set[int]]:
        if not self.rostered:
            return []
        return [slots for slots in map(self.shift, range(DAYS)) if slots]

    def on_shift(self, slot: int) -> bool:
        return not self.rostered or any(slot in slots for slots in self.shifts())

    def engaged(self, slot: int) -> bool:
        return any(self.holds(entry, slot) for entry in self.entries if not entry.may_be_sent)

    def holds(self, entry: CalendarEntry, slot: int) -> bool:
        if entry.kind == Presence.APPOINTMENT:
            return entry.from_time <= instant_of(slot) < entry.to_time
        for number in range(DAYS):
            day = FIRST + timedelta(days=number)
            valid = (entry.valid_from or day) <= day <= (entry.valid_to or day)
            if entry.kind == Presence.RESIDENT:
                slots = set(range(number * SLOTS_A_DAY, (number + 1) * SLOTS_A_DAY))
            else:
                valid = valid and self.meant(entry.days, day)
                slots = painted(number, entry.span)
            if valid and slot in slots:
                return True
        return False

    def in_hand(self, slot: int) -> list[Job]:
        return [job for job in self.jobs if job.in_hand(instant_of(slot).timestamp())]

    def done(self, slot: int) -> list[Job]:
        return [job for job in self.jobs if job.ended_at and slot_of(job.ended_at) <= slot]

    def running(self, slot: int) -> tuple[int, int] | None:
        """First slot of the shift that runs, and the one after its last."""
        if not self.rostered:
            day = slot // SLOTS_A_DAY
            return day * SLOTS_A_DAY, (day + 1) * SLOTS_A_DAY
        spans = [(min(slots), max(slots) + 1) for slots in self.shifts()]
        return max((span for span in spans if span[0] <= slot < span[1]), default=None)

    def work_slots(self, slot: int, *, with_hand: bool) -> int:
        running = self.running(slot)
        if running is None:
            return 0
        jobs = [(job, slot_of(job.ended_at)) for job in self.done(slot)]
        if with_hand:
            jobs += [(job, slot_of(job.expected_end)) for job in self.in_hand(slot)]
        begun = [(slot_of(job.started_at), end) for job, end in jobs]
        return sum(end - start for start, end in begun if running[0] <= start < running[1])

    def rests(self, slot: int) -> bool:
        rule = self.rule
        for slots in self.shifts():
            begun = [
                job for job in self.jobs if min(slots) <= slot_of(job.started_at) <= max(slots)
            ]
            if any(job in self.in_hand(slot) for job in begun):
                continue
            ends = [slot_of(job.ended_at) for job in begun if job in self.done(slot)]
            over = max([max(slots) + 1, *ends])
            if over <= slot < over + rule.between_shifts_s / SLOT_S:
                return True
        for job in self.done(slot):
            took = slot_of(job.ended_at) - slot_of(job.started_at)
            long = took >= rule.long_job_s / SLOT_S
            if long and slot < slot_of(job.ended_at) + rule.break_s / SLOT_S:
                return True
        return (
            self.running(slot) is not None
            and self.work_slots(slot, with_hand=False) >= rule.most_work_s / SLOT_S
        )
