"""Whole histories of incidents, with restarts, moved clocks, doubled requests and two at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from oracle.folded_state import fold
from shapely import Point
from spec.served_town import CREWS, RIVER, SEVEN, write_town
from sqlalchemy.orm import Session
from store_servers import load_city

from dispatch import desk, follow_up, next_step
from dispatch.access import Role
from dispatch.assignment import Assignment, Outcome
from dispatch.assignment_terms import standard_terms
from dispatch.city import City
from dispatch.deadline import ClockKind
from dispatch.deadline_terms import standard_deadlines
from dispatch.incident import Incident
from dispatch.incident_state import PAUSES, WITH_CREWS, State
from dispatch.lifecycle import MOVES, Move, find_move, may_follow, who_may
from dispatch.next_step import Sending, Wanted
from dispatch.partner import PartnerCity
from dispatch.picking import Pick
from dispatch.step import Transition
from dispatch.store.assignments import all_assignments, list_assignments
from dispatch.store.audit import find_break
from dispatch.store.cities import read_city, read_statuses
from dispatch.store.deadlines import list_deadlines
from dispatch.store.engine import Store, open_store
from dispatch.store.incident_record import read_progress, read_timeline
from dispatch.store.incidents import get_incident
from dispatch.store.positions import read_positions
from dispatch.store.transitions import transitions_of
from dispatch.whereabouts import Whereabouts, locate_officers
from geo.errors import BadValue, Conflict

MINUTE = timedelta(minutes=1)
HERE, THERE = ("x", "y")

STRAIGHT_ON = [
    State.REPORTED,
    State.ACCEPTED,
    *WITH_CREWS,
    State.HANDLED,
    State.FEEDBACK,
    State.VERIFIED,
    State.CLOSED,
    State.RATED,
]
"""The life of an incident with which nothing is the matter."""

FULL = 2_000
"""Histories of `make verify`: enough for every state."""


@dataclass(slots=True)
class World:
    """A served town: its store, opened again at will, and what is known of every incident."""

    url: str
    store: Store
    city: City
    seen: dict[str, tuple[Transition, ...]] = field(default_factory=dict)
    moves: set[tuple[State, State]] = field(default_factory=set)
    tried: Counter[str] = field(default_factory=Counter)
    standing: Whereabouts = field(init=False)

    def __post_init__(self) -> None:
        """Look where everybody stands; nobody moves in these histories."""
        with self.store.reading() as session:
            self.standing = locate_officers(
                self.city, read_positions(session), read_statuses(session)
            )

    def note_moves(self, number: str) -> None:
        """Note which rows of the table an incident took, and forget it: its history is over."""
        steps = self.seen.pop(number, ())
        self.moves |= {(one.before, one.step.to) for one in steps if one.before is not None}

    def restart(self) -> None:
        self.store.close()
        self.store = open_store(self.url)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.store.session() as session:
            yield session
            session.commit()

    def whereabouts(self, session: Session) -> Whereabouts:
        return self.standing.with_status(read_statuses(session))


class Histories(RuleBasedStateMachine):
    """Whatever is asked of whichever incident by whomever, its record holds together."""

    world: World
    incidents = Bundle("incidents")
    crews = st.sampled_from(sorted(CREWS))

    def __init__(self) -> None:
        super().__init__()
        self.now = SEVEN
        self.numbers: list[str] = []
        self.touched: set[str] = set()
        self.merged = 0

    @initialize(target=incidents)
    def report_two(self) -> object:
        return self._report(HERE, 2)

    @rule(target=incidents, place=st.sampled_from([HERE, THERE]), twice=st.booleans())
    def report(self, place: str, twice: bool) -> object:  # noqa: FBT001 -- drawn by the machine
        return self._report(place, 1 + twice)

    @rule(number=incidents, crew=crews, reinforces=st.booleans())
    def send(self, number: str, crew: str, reinforces: bool) -> None:  # noqa: FBT001 -- as above
        with self.world.store.session() as session:
            before = get_incident(session, number).state
            free = self._is_free(session, crew)
            wanted = self._sending(session, number, crew, reinforces=reinforces)
            try:
                sent = self._move(session, number, wanted)
            except Conflict:
                kind_is_taken = not reinforces and before in WITH_CREWS
                assert (
                    before not in {*WITH_CREWS, State.REPORTED, State.ACCEPTED, State.RETURNED}
                    or not free
                    or kind_is_taken
                )
                self.world.tried["refused a crew"] += 1
                return
            assert free
            assert sent.incident.state in WITH_CREWS
            session.commit()
        self.world.tried["sent"] += 1

    @rule(
        number=incidents,
        to=st.sampled_from(sorted(set(State) - {State.MERGED, State.DISPATCHED})),
        reason=st.sampled_from(["", "because"]),
        which=st.integers(0, 2),
        twice=st.booleans(),
    )
    def step(self, number: str, to: State, reason: str, which: int, twice: bool) -> None:  # noqa: FBT001 -- as above
        partner = "P" if to == State.HANDED_OFF else None
        rating = 4 if to == State.RATED else None
        crew = self._one_of_several(number, which) if to in WITH_CREWS else None
        wanted = Wanted(to, reason, partner=partner, rating=rating, assignment=crew)
        self._ask(number, wanted)
        if twice:
            self._ask(number, wanted)

    @rule(number=incidents, which=st.lists(st.integers(0, 5), min_size=1, max_size=4))
    def go_on(self, number: str, which: list[int]) -> None:
        """Take some steps that may follow; a crew is sent where one may be."""
        for one in which:
            with self.world.store.reading() as session:
                incident = get_incident(session, number)
                open_to = may_follow(incident.state, incident.resumes_to)
            ways = [to for to in open_to if to != State.MERGED]
            if not ways:
                return
            to = ways[one % len(ways)]
            if to == State.DISPATCHED and incident.state == State.ACCEPTED:
                self.send(number, sorted(CREWS)[one % len(CREWS)], reinforces=False)
            else:
                rating = 1 + one % 5 if to == State.RATED else None
                partner = "P" if to == State.HANDED_OFF else None
                self._ask(number, Wanted(to, "because", partner=partner, rating=rating))

    @rule(number=incidents, to=st.sampled_from(STRAIGHT_ON), crew=crews)
    def go_far(self, number: str, to: State, crew: str) -> None:
        """Take the straight way to a state, as far as it is open."""
        before = None
        while True:
            with self.world.store.reading() as session:
                incident = get_incident(session, number)
            if incident.state in {before, to} or incident.state not in STRAIGHT_ON[:-1]:
                return
            before = incident.state
            onward = STRAIGHT_ON[STRAIGHT_ON.index(before) + 1]
            if onward == State.DISPATCHED:
                self.send(number, crew, reinforces=False)
            else:
                self._ask(number, Wanted(onward, rating=5 if onward == State.RATED else None))

    @rule(
        which=st.integers(0, 20), outcome=st.sampled_from(sorted(set(Outcome) - {Outcome.MERGED}))
    )
    def release(self, which: int, outcome: Outcome) -> None:
        """Set one of the crews free that are bound, if there is any."""
        with self.world.writing() as session:
            free_to_go = list_assignments(session, bound=True, limit=None)
            if not free_to_go:
                return
            one = free_to_go[which % len(free_to_go)]
            self.touched.add(one.incident)
            before = get_incident(session, one.incident).state
            others = sum(other.incident == one.incident for other in free_to_go) - 1
            follow_up.release(
                session,
                str(one.id),
                now=self.now,
                by="li",
                outcome=outcome,
                city=self.world.city,
            )
            after = get_incident(session, one.incident).state
        if before in WITH_CREWS and others == 0 and outcome == Outcome.DONE:
            assert after == State.HANDLED
        if others:
            assert after in {*WITH_CREWS, State.SUSPENDED}
        self.world.tried[f"released {after}"] += 1

    @precondition(lambda self: len(self.numbers) - self.merged > 1)
    @rule(number=consumes(incidents), other=incidents)
    def merge(self, number: str, other: str) -> None:
        self.merged += 1
        self._ask(number, Wanted(State.MERGED, "twice reported", into=other))

    @rule(number=incidents, to=st.sampled_from([State.ACCEPTED, State.CANCELLED, State.HANDLED]))
    def two_at_once(self, number: str, to: State) -> None:
        """Both ask for the same; at most one is heard, and the other is told where it stands."""

        def ask(by: str) -> str:
            try:
                with self.world.writing() as session:
                    where = self.world.whereabouts(session)
                    next_step.move(
                        session, number, Wanted(to, "because"), where,
                        by=by, now=self.now, terms=standard_terms(),
                    )  # fmt: skip
            except Conflict as refused:
                assert f"and cannot become {to}" in str(refused)  # noqa: PT017 -- in a thread
                return "refused"
            return by

        self.touched.add(number)
        with self.world.store.reading() as session:
            incident = get_incident(session, number)
        with ThreadPoolExecutor(2) as pool:
            heard = sorted(pool.map(ask, ["li", "wang"]))
        allowed = to in may_follow(incident.state, incident.resumes_to)
        again = allowed and to in may_follow(to, None)
        assert not again
        assert heard.count("refused") == (1 if allowed else 2)
        self.world.tried["two at once"] += allowed

    @rule(by=st.sampled_from([-120 * MINUTE, 1440 * MINUTE, MINUTE, 7 * MINUTE]))
    def clock_jumps(self, by: timedelta) -> None:
        self.now += by

    @rule()
    def restart(self) -> None:
        self.world.restart()

    @invariant()
    def the_record_holds_together(self) -> None:
        with self.world.store.reading() as session:
            for number in self.touched:
                self._check(session, number)
            bound = list_assignments(session, bound=True, limit=None)
        self.touched.clear()
        officers = Counter(officer for one in bound for officer in one.picked.officers)
        assert not [officer for officer, jobs in officers.items() if jobs > 1]
        first = Counter((one.incident, one.picked.kind) for one in bound if not one.reinforces)
        assert not [purpose for purpose, crews in first.items() if crews > 1]

    def teardown(self) -> None:
        """Read every timeline to the end, and set everybody free for the next history."""
        with self.world.writing() as session:
            for number in self.numbers:
                self._check(session, number)
                self._check_timeline(session, number)
                self.world.note_moves(number)
                for one in all_assignments(session, incident=number):
                    if one.bound:
                        follow_up.release(
                            session, str(one.id), now=self.now, by="li",
                            outcome=Outcome.CALLED_OFF, city=self.world.city,
                        )  # fmt: skip

    def _report(self, place: str, times: int) -> object:
        made = []
        for _ in range(times):
            with self.world.writing() as session:
                incident = Incident(RIVER.lon_lat[place], ("H1",), self.now)
                made.append(str(desk.receive(session, incident, self.world.city, by="li").id))
        self.numbers += made
        self.touched |= set(made)
        return multiple(*made)

    def _move(self, session: Session, number: str, wanted: Wanted) -> next_step.Moved:
        self.touched |= {number, wanted.into or number}
        where = self.world.whereabouts(session)
        return next_step.move(
            session, number, wanted, where, by="li", now=self.now, terms=standard_terms()
        )

    def _ask(self, number: str, wanted: Wanted) -> None:
        """Ask for a step, which is taken or refused as the table says."""
        with self.world.store.session() as session:
            before = get_incident(session, number)
            try:
                moved = self._move(session, number, wanted).incident
            except (Conflict, BadValue):
                self._must_be_refused(session, before, wanted)
                self.world.tried["refused"] += 1
                return
            assert wanted.to in may_follow(before.state, before.resumes_to) or (
                before.state in WITH_CREWS and wanted.to in WITH_CREWS
            )
            resumed = before.state == State.SUSPENDED and wanted.to in WITH_CREWS
            crews = wanted.to in WITH_CREWS
            assert moved.state == wanted.to or resumed or crews
            session.commit()
        self.world.tried[f"{before.state} to {moved.state}"] += 1

    def _must_be_refused(self, session: Session, before: Incident, wanted: Wanted) -> None:
        """Whatever was refused either does not follow, or lacked what it needs."""
        move = find_move(before.state, wanted.to)
        if move is None or wanted.to not in may_follow(before.state, before.resumes_to):
            return
        bound = [one for one in all_assignments(session, incident=str(before.id)) if one.bound]
        ambiguous = wanted.to in WITH_CREWS and len(bound) != 1 and wanted.assignment is None
        no_reason = move.needs_reason and not wanted.reason
        assert no_reason or ambiguous or wanted.to == State.MERGED

    def _sending(self, session: Session, number: str, crew: str, *, reinforces: bool) -> Wanted:
        where = self.world.whereabouts(session)
        draft = follow_up.draft_for(
            session, number, where, now=self._at(session, number), policy="nearest"
        )
        suggestion, _ = desk.keep(session, draft)
        pick = Pick(unit=crew)
        sending = Sending(suggestion, pick, "knows_the_case", reinforces)
        return Wanted(State.DISPATCHED, sending=sending)

    def _one_of_several(self, number: str, which: int) -> str | None:
        """One of the crews of an incident, if it has several; or none is named."""
        with self.world.store.reading() as session:
            crews = [one.id for one in all_assignments(session, incident=number) if one.bound]
        return [*crews, None][which % (len(crews) + 1)] if len(crews) > 1 else None

    def _at(self, session: Session, number: str) -> datetime:
        """The instant by which a dispatch is judged: never before the last step."""
        return max(self.now, transitions_of(session, number)[-1].step.at)

    def _is_free(self, session: Session, crew: str) -> bool:
        bound = list_assignments(session, bound=True, limit=None)
        return crew not in {one.picked.unit for one in bound}

    def _check(self, session: Session, number: str) -> None:
        """State, record, crews and clocks of one incident agree."""
        incident, steps = get_incident(session, number), transitions_of(session, number)
        assert incident.state == fold(steps)
        assert incident.version == len(steps)
        before = self.world.seen.get(number, ())
        assert steps[: len(before)] == before, "what was on record stands"
        self.world.seen[number] = steps
        assert all(one.number < two.number for one, two in pairwise(steps))
        assert all(one.step.at <= two.step.at for one, two in pairwise(steps))
        assert all(find_move(one.before, one.step.to) for one in steps[1:])
        assert (incident.resumes_to in PAUSES) == (incident.state == State.SUSPENDED)
        assignments = all_assignments(session, incident=number)
        bound = [one for one in assignments if one.bound]
        if bound:
            assert incident.state in {*WITH_CREWS, State.SUSPENDED}
        if incident.state in WITH_CREWS:
            assert incident.state == max((one.stage for one in bound), key=WITH_CREWS.index)
        for one in assignments:
            _check_clocks(one)
        terms = standard_deadlines().of
        for one in list_deadlines(session, incident=number, running=True, limit=None):
            assert incident.state in terms[one.kind].runs_in | terms[one.kind].kept_in
            assert one.kind != ClockKind.ACKNOWLEDGE or one.about in {crew.id for crew in bound}

    def _check_timeline(self, session: Session, number: str) -> None:
        steps = transitions_of(session, number)
        told = [entry.state for entry in read_timeline(session, number) if entry.state]
        assert told == [one.step.to for one in steps]
        assert [one.state for one in read_progress(session, number)] == told


def _check_clocks(one: Assignment) -> None:
    """Received, dispatched, acknowledged, set out, arrived, released: in this order."""
    at = [one.clock.received_at, one.clock.dispatched_at]
    at += [t for t in (one.acknowledged_at, one.departed_at, one.arrived_at) if t is not None]
    at += [one.released_at] if one.released_at else []
    assert one.instead_of is not None or at == sorted(at)


def test_somebody_may_ask_for_every_state():
    """The machine asks without a role; the doors don't."""
    assert all(who_may(State.REPORTED, to) for to in set(State) - {State.REPORTED})
    assert Role.AUDITOR not in who_may(State.REPORTED, State.ACCEPTED)


def play(url: str, folder: Path, histories: int) -> World:
    """Let so many histories happen on one store."""
    town = write_town(folder)
    if url:
        store = open_store(url, create=True)
        load_city(folder / "city", store)
    else:
        url = f"sqlite:///{town}"
        store = open_store(url)
    partner = PartnerCity("P", "邻市", "neighbours", "", "", Point(RIVER.lon_lat["5"]).buffer(1))
    world = World(url, store, replace(read_city(store), partners=(partner,)))

    class Machine(Histories):
        pass

    Machine.world = world
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=histories,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    with world.store.reading() as session:
        assert find_break(session) is None
    world.store.close()
    return world


def _ends(move: Move) -> tuple[State, State]:
    return move.before, move.after


def test_histories_on_the_embedded_store(tmp_path, count, record_property):
    """In `make verify` every state is come to; moves that no history made are printed."""
    histories = count(reduced=40, full=FULL, long=100_000)
    world = play("", tmp_path, histories)
    for something in ("sent", "two at once", "refused", "refused a crew"):
        assert world.tried[something], world.tried
    assert any(name.startswith("released") for name in world.tried), world.tried
    states = {after for _, after in world.moves}
    assert histories < FULL or states == set(State) - {State.REPORTED}, world.tried
    never = sorted(f"{one.before} to {one.after}" for one in MOVES if _ends(one) not in world.moves)
    record_property("table", f"{histories} histories; moves made by none: {', '.join(never)}")


def test_histories_on_postgresql(database, tmp_path, count):
    world = play(database, tmp_path, count(reduced=5, full=100, long=5_000))
    assert world.tried["sent"], world.tried
    assert world.tried["refused"], world.tried
