"""Proposals over HTTP: asked for, searched, explained where impossible, cancelled, adopted."""

from __future__ import annotations

import pytest
from demo_service import client_of, copy_of

from api import beats
from api.proposal_job import moves, search_proposals
from api.simulation_watch import SimulationWatch
from dispatch.planning import rezoning_options
from dispatch.planning.zone_plan import ZonePlan
from dispatch.store.simulations import JobKind, end_simulation, get_simulation, take_next

PLANNER = {"authorization": "Bearer demo-planner"}
PROPOSALS = "/api/v1/proposals"


@pytest.fixture(scope="module")
def client(small_store, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(beats, "SIMULATIONS_S", 3600.0)  # the test is who searches
        patch.setattr(rezoning_options, "STEPS_A_GRID", 100)  # how well is tested elsewhere
        patch.setattr(rezoning_options, "polish", lambda _, best, **__: best)
        with client_of(copy_of(small_store, tmp_path_factory.mktemp("proposals"))) as client:
            client.headers.update(PLANNER)
            yield client


def asked(client, **body: object):
    answer = client.post(PROPOSALS, json=body)
    assert answer.status_code == 202, answer.text
    return answer.json()


def searched(client, number):
    """Search as the process beside the service would: what is read then, and the progress."""
    service, shares = client.app.state.service, []
    with service.store.session() as session:
        taken = take_next(session)
        session.commit()
    assert taken is not None
    assert taken.id == number
    result = search_proposals(
        service.store.url, taken, lambda share, left_s: shares.append((share, left_s))
    )
    with service.store.session() as session:
        end_simulation(session, number, result=result, said=None, now=service.clock())
        session.commit()
    return client.get(f"{PROPOSALS}/{number}").json(), shares


def test_proposals_keep_the_locks_of_a_draft_and_one_becomes_a_draft(client):
    plan = client.post("/api/v1/plans", json={"name": "锁"}).json()
    lock = {"op": "lock", "zones": ["Z01"], "grids": []}
    headers = {"if-match": f'"{plan["version"]}"'}
    assert client.post(f"/api/v1/plans/{plan['id']}/edits", json=lock, headers=headers).is_success
    search = asked(client, plan=plan["id"], balance=0.9, move_at_most=0.05)
    assert (search["state"], search["id"][0]) == ("waiting", "R")
    told, shares = searched(client, search["id"])
    assert (told["state"], shares[-1][0]) == ("done", pytest.approx(1.0))
    assert [share for share, _ in shares] == sorted(share for share, _ in shares)
    found = [one for one in told["result"]["options"] if one["feasible"]]
    assert found
    for option in found:
        moved = option["moves"]
        assert len(moved) == option["figures"]["moved_grids"] <= 0.05 * len(plan["zone_of"])
        assert not [grid for grid in moved if plan["zone_of"][grid] == "Z01"]
        assert "Z01" not in moved.values()
    body = {"name": "采用", "from": "zone_of", "zone_of": plan["zone_of"] | found[0]["moves"]}
    draft = client.post("/api/v1/plans", json=body)
    assert draft.status_code == 201, draft.text
    assert draft.json()["moved"].keys() == found[0]["moves"].keys()


def test_what_is_impossible_is_explained_with_names(client):
    told, _ = searched(client, asked(client, balance=0.001, move_at_most=0.0)["id"])
    (option,) = told["result"]["options"]
    assert not option["feasible"]
    assert "move at least" in option["why_not"][0]["en"]
    assert option["why_not"][0]["zh"]


def test_a_search_is_no_simulation_and_can_be_cancelled(client):
    number = asked(client)["id"]
    assert client.get(f"/api/v1/simulations/{number}").status_code == 404
    listed = client.get("/api/v1/simulations").json()["items"]
    assert number not in [one["id"] for one in listed]
    assert client.get(PROPOSALS).json()["items"][0]["id"] == number
    assert client.delete(f"/api/v1/simulations/{number}").status_code == 404
    assert client.delete(f"{PROPOSALS}/{number}").json()["state"] == "cancelled"
    simulation = client.post("/api/v1/simulations", json={}).json()["id"]
    assert client.get(f"{PROPOSALS}/{simulation}").status_code == 404
    played = client.get(f"/api/v1/simulations/{simulation}/playback")
    assert (played.status_code, "nothing to be played" in played.json()["en"]) == (409, True)
    assert client.delete(f"/api/v1/simulations/{simulation}").json()["state"] == "cancelled"


def test_what_cannot_be_meant_is_refused(client):
    assert client.post(PROPOSALS, json={"balance": 1}).status_code == 422
    assert client.post(PROPOSALS, json={"move_at_most": 2}).status_code == 422
    assert client.post(PROPOSALS, json={"plan": "P0"}).status_code == 404


def test_a_search_that_runs_when_the_service_ends_waits_for_the_next(client):
    number = asked(client)["id"]
    service = client.app.state.service
    with service.store.session() as session:
        take_next(session)
        session.commit()
    watch = SimulationWatch(service)
    watch._put_back()
    with service.store.reading() as session:
        assert get_simulation(session, number, JobKind.PROPOSAL).state == "waiting"
    assert client.delete(f"{PROPOSALS}/{number}").json()["state"] == "cancelled"


def test_moves_are_the_grids_that_are_elsewhere():
    before = ZonePlan.of(("a", "b", "c"), ("Z1", "Z1", None))
    after = ZonePlan.of(("a", "b", "c"), ("Z1", "Z2", "Z1"))
    assert moves(before, after) == {"b": "Z2", "c": "Z1"}
