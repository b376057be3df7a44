"""Zone plans in the store, begun, edited, published once; and simulations of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dispatch.store.audit import read_chain
from dispatch.store.engine import Store
from dispatch.store.simulations import (
    SimulationState,
    ask_simulation,
    cancel_simulation,
    end_simulation,
    get_simulation,
    list_simulations,
    newest_of,
    note_progress,
    put_back,
    read_result,
    take_next,
)
from dispatch.store.zone_plan_states import (
    close_plan,
    note_not_published,
    note_plan_published,
    note_planned,
)
from dispatch.store.zone_plan_steps import (
    PlanStep,
    add_step,
    attach_evaluation,
    change_plan,
    get_step,
    list_steps,
    read_evaluation,
)
from dispatch.store.zone_plans import (
    Hand,
    PlanBytes,
    ZonePlanState,
    begin_zone_plan,
    get_open_plan,
    get_zone_plan,
    list_zone_plans,
    plan_of_version,
    plan_waiting_for,
    read_plan_bytes,
)
from geo.errors import Conflict, UnknownName

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
BEGUN = PlanBytes(b"base", "b0", b"base", "b0")
EDITED = PlanBytes(b"base", "b0", b"edited", "e1")


def hand(by="li", version=None):
    return Hand(NOW, by, version)


def begin(session, name="中区调整"):
    return begin_zone_plan(session, name, BEGUN, hand())


def edit(session, number, version, *, by="li"):
    return change_plan(
        session, number, EDITED, step=1, steps=1, act="edit_plan", hand=hand(by, version)
    )


def test_a_plan_is_kept_with_what_it_was_drawn_from(empty_store: Store):
    with empty_store.session() as session:
        plan = begin(session)
        session.commit()
    with empty_store.reading() as session:
        assert get_zone_plan(session, plan.id) == plan
        assert read_plan_bytes(session, plan.id) == BEGUN
        assert [one.act for one in read_chain(session)] == ["begin_plan"]
    assert (plan.id, plan.state, plan.version) == ("P20261122-000001", ZonePlanState.DRAFT, 1)
    assert (plan.made_by, plan.made_at, plan.is_open) == ("li", NOW, True)


def test_of_two_who_edit_the_same_version_one_is_told_that_it_has_moved_on(empty_store: Store):
    with empty_store.session() as session:
        number = begin(session).id
        first = edit(session, number, 1, by="wang")
        assert first is not None
        assert (first.version, first.digest, first.hands) == (2, "e1", ("li", "wang"))
        assert edit(session, number, 1, by="zhao") is None
        assert get_zone_plan(session, number).changed_by == "wang"


def test_an_edit_takes_the_evaluation_away_and_forgets_what_was_undone(empty_store: Store):
    with empty_store.session() as session:
        number = begin(session).id
        assert attach_evaluation(session, number, {"p90_s": 700}, hand(version=1))
        assert get_zone_plan(session, number).state is ZonePlanState.EVALUATED
        assert read_evaluation(session, number) == {"p90_s": 700}
        for at in (1, 2, 3):
            add_step(session, number, PlanStep(at, {"op": "assign"}, b"%d" % at, NOW, "li"))
        add_step(session, number, PlanStep(2, {"op": "merge"}, b"other", NOW, "li"))
        assert edit(session, number, 1) is not None
        assert read_evaluation(session, number) is None
        assert [one.patch for one in list_steps(session, number)] == [b"1", b"other"]
        assert get_step(session, number, 2).edit == {"op": "merge"}
        with pytest.raises(UnknownName, match="no step 3"):
            get_step(session, number, 3)
        assert not attach_evaluation(session, number, {}, hand(version=1))


def test_a_plan_is_published_once_and_only_as_it_was_read(empty_store: Store):
    with empty_store.session() as session:
        number = begin(session).id
        edit(session, number, 1)
        assert not note_plan_published(session, number, {"why": "试行"}, 2, hand(version=1))
        assert note_plan_published(session, number, {"why": "试行"}, 2, hand(version=2))
        assert not note_plan_published(session, number, {"why": "试行"}, 3, hand(version=2))
        published = plan_of_version(session, 2)
        assert published is not None
        assert (published.id, published.publishing["why"]) == (number, "试行")
        assert plan_of_version(session, 1) is None
        with pytest.raises(Conflict, match="is published and stays as it is"):
            get_open_plan(session, number)
        with pytest.raises(Conflict, match="is published"):
            close_plan(session, number, hand())


def test_a_plan_that_waits_is_not_edited_and_is_opened_when_called_off(empty_store: Store):
    with empty_store.session() as session:
        number = begin(session).id
        assert note_planned(session, number, {"why": "零点"}, "V1", hand(version=1))
        waiting = plan_waiting_for(session, "V1")
        assert waiting is not None
        assert (waiting.id, waiting.state) == (number, ZonePlanState.PLANNED)
        with pytest.raises(Conflict, match="call its publication off"):
            edit(session, number, 1)
        note_not_published(session, "V1", hand())
        assert get_zone_plan(session, number).is_open
        assert plan_waiting_for(session, "V1") is None
        acts = [one.act for one in read_chain(session)]
        assert acts == ["begin_plan", "schedule_plan", "reopen_plan"]


def test_a_closed_plan_stays_for_the_record(empty_store: Store):
    with empty_store.session() as session:
        numbers = [begin(session, name).id for name in ("甲", "乙", "丙")]
        closed = close_plan(session, numbers[1], hand())
        assert close_plan(session, numbers[1], hand()) == closed
        assert [one.name for one in list_zone_plans(session, limit=2)] == ["丙", "乙"]
        assert [one.id for one in list_zone_plans(session, before=numbers[1])] == numbers[:1]
        with pytest.raises(UnknownName, match="no zone plan 'P1'"):
            get_zone_plan(session, "P1")


def ask(session, plan="P1", digest="e1"):
    return ask_simulation(session, plan, digest, {"years": 1, "seed": 7}, now=NOW, by="li")


def test_simulations_run_in_the_order_in_which_they_were_asked_for(empty_store: Store):
    with empty_store.session() as session:
        first, second = ask(session), ask(session, None, "b0")
        taken = take_next(session)
        assert taken is not None
        assert (taken.id, taken.state) == (first.id, SimulationState.RUNNING)
        assert note_progress(session, first.id, 0.5, 3.0)
        assert get_simulation(session, first.id).left_s == 3.0
        assert end_simulation(session, first.id, result={"worst": 0.91}, said=None, now=NOW)
        assert read_result(session, first.id) == {"worst": 0.91}
        assert read_result(session, second.id) is None
        found = newest_of(session, "e1")
        assert found is not None
        assert (found.id, found.share, found.ended_at) == (first.id, 1.0, NOW)
        assert newest_of(session, "b0") is None
        assert [one.id for one in list_simulations(session)] == [second.id, first.id]
        with pytest.raises(Conflict, match="is done already"):
            cancel_simulation(session, first.id, now=NOW, by="li")


def test_a_cancelled_simulation_keeps_nothing_and_one_that_was_cut_off_waits_again(
    empty_store: Store,
):
    with empty_store.session() as session:
        first, second = ask(session), ask(session)
        take_next(session)
        take_next(session)
        cancelled = cancel_simulation(session, first.id, now=NOW, by="li")
        assert cancel_simulation(session, first.id, now=NOW, by="li") == cancelled
        assert not note_progress(session, first.id, 0.7, None)
        assert not end_simulation(session, first.id, result={}, said=None, now=NOW)
        assert put_back(session) == 1
        assert get_simulation(session, second.id).state is SimulationState.WAITING
        take_next(session)
        assert end_simulation(session, second.id, result=None, said="No demand.", now=NOW)
        assert get_simulation(session, second.id).state is SimulationState.FAILED
        assert take_next(session) is None
