"""Zone plans over HTTP: drawn by several, judged, published into a running service, taken back."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from demo_service import client_of, copy_of

from api import beats
from api.city_clock import CityClock
from dispatch.planning.contiguity import is_contiguous
from dispatch.planning.zone_plan import ZonePlan
from dispatch.store.simulations import ask_simulation, end_simulation, take_next

PLANNER = {"authorization": "Bearer demo-planner"}
GIS = {"authorization": "Bearer demo-gis"}
DISPATCHER = {"authorization": "Bearer demo-dispatcher"}
OVERRIDE = {"by": "王主任", "reason": "节日安保，只此一周"}


@pytest.fixture(scope="module")
def client(small_store, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(beats, "CITY_S", 3600.0)  # the test is the clock
        patch.setattr(beats, "SIMULATIONS_S", 3600.0)
        with client_of(copy_of(small_store, tmp_path_factory.mktemp("plans"))) as client:
            client.headers.update(PLANNER)
            yield client


def begin(client, name="中区调整", **body: object):
    answer = client.post("/api/v1/plans", json={"name": name} | body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def edit(client, plan, **body: object):
    headers = {"if-match": f'"{plan["version"]}"'}
    return client.post(f"/api/v1/plans/{plan['id']}/edits", json=body, headers=headers)


def assigned(client, plan, grids, zone):
    answer = edit(client, plan, op="assign", grids=grids, zone=zone)
    assert answer.status_code == 200, answer.text
    return answer.json()


def move(client, plan, zone="Z01"):
    """Move a grid of a zone to a neighbour, no zone in pieces: the grid, where to, the plan."""
    ground = client.app.state.service.planning.ground(client.app.state.service.city)
    graph = ground.grids.graph
    zones = [plan["zone_of"][code] for code in graph.codes]
    for row in (row for row, own in enumerate(zones) if own == zone):
        for to in sorted({zones[at] for at in graph.neighbours(row).tolist()} - {zone, None}):
            after = ZonePlan.of(graph.codes, [*zones[:row], to, *zones[row + 1 :]])
            if is_contiguous(graph, after):
                return graph.codes[row], to, assigned(client, plan, [graph.codes[row]], to)
    raise AssertionError(f"No grid of {zone} can be moved.")


def publish(client, plan, **body: object):
    return client.post(f"/api/v1/plans/{plan['id']}/publications", json={"why": "试行"} | body)


def grids_of(plan, zone):
    return sorted(grid for grid, own in plan["zone_of"].items() if own == zone)


def published_zones(client):
    features = client.get("/api/v1/layers/grids/published").json()["features"]
    return {one["properties"]["code"]: one["properties"]["zone"] for one in features}


def middle_of(client, grid):
    service = client.app.state.service
    polygon = next(one.polygon for one in service.city.grids if one.code == grid)
    inside = polygon.representative_point()
    return [inside.x, inside.y]


def first_matter(client):
    return client.get("/api/v1/matters", params={"limit": 1}).json()["items"][0]["code"]


def zone_suggested(client, grid):
    body = {"lon_lat": middle_of(client, grid), "matters": [first_matter(client)]}
    answer = client.post("/api/v1/suggestions", json=body, headers=DISPATCHER)
    assert answer.status_code == 200, answer.text
    return answer.json()["zone"]


def simulate(client, plan, lower):
    """As if a year of the plan had been simulated, the worst zone being as bad as that."""
    zones = [
        {"zone": "Z01", "share": 0.99, "lower": 0.98, "upper": 1.0},
        {"zone": "Z02", "share": lower + 0.01, "lower": lower, "upper": lower + 0.02},
    ]
    service = client.app.state.service
    with service.store.session() as session:
        now = service.clock()
        asked = ask_simulation(session, plan["id"], plan["digest"], {}, now=now, by="demo-planner")
        take_next(session)
        end_simulation(session, asked.id, result={"zones": zones}, said=None, now=now)
        session.commit()


def test_edits_are_steps_that_are_undone_and_done_again(client):
    plan = begin(client)
    assert (plan["state"], plan["moved"], plan["digest"]) == ("draft", {}, plan["base"])
    grid, to, moved = move(client, plan)
    assert (moved["moved"], moved["version"]) == ({grid: ["Z01", to]}, 2)
    assert (moved["step"], moved["steps"]) == (1, 1)
    undone = client.post(f"/api/v1/plans/{plan['id']}/undo").json()
    assert (undone["digest"], undone["step"], undone["steps"]) == (plan["digest"], 0, 1)
    assert client.post(f"/api/v1/plans/{plan['id']}/undo").status_code == 409
    again = client.post(f"/api/v1/plans/{plan['id']}/redo").json()
    assert again["zone_of"] == moved["zone_of"]
    read = client.get(f"/api/v1/plans/{plan['id']}")
    assert (read.json(), read.headers["etag"]) == (again, '"4"')
    steps = client.get(f"/api/v1/plans/{plan['id']}/edits").json()["items"]
    assert [(one["edit"]["op"], one["by"]) for one in steps] == [("assign", "demo-planner")]

    locked = edit(client, again, op="lock", grids=[grid]).json()
    refused = edit(client, locked, op="assign", grids=[grid], zone="Z01")
    assert (refused.status_code, refused.json()["code"]) == (409, "edit_refused")
    assert [one["where"] for one in refused.json()["errors"]] == ["grid_locked"]
    assert client.delete(f"/api/v1/plans/{plan['id']}").json()["state"] == "closed"
    assert edit(client, locked, op="unlock", grids=[grid]).status_code == 409


def test_a_plan_begins_from_a_table_and_every_grid_has_a_row(client):
    zones = published_zones(client)
    rows = "".join(f"{grid},{zone or ''}\n" for grid, zone in zones.items())
    plan = begin(client, **{"from": "csv", "csv": f"grid,zone\n{rows}"})
    assert plan["digest"] == plan["base"]
    grid, *rest = zones
    short = {"name": "缺", "from": "zone_of", "zone_of": dict.fromkeys(rest, "Z01")}
    answer = client.post("/api/v1/plans", json=short)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_value")
    assert grid in answer.json()["en"]
    strange = {"name": "多", "from": "csv", "csv": "grid,zone\nG-1,Z01\n"}
    answer = client.post("/api/v1/plans", json=strange)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_name")


def test_of_two_planners_at_one_draft_the_second_has_to_read_it_again(client):
    plan = begin(client)
    other = grids_of(plan, "Z01")[0]
    move(client, plan)
    late = edit(client, plan, op="lock", grids=[other])
    assert (late.status_code, late.json()["code"]) == (412, "outdated")
    unread = client.post(f"/api/v1/plans/{plan['id']}/edits", json={"op": "lock", "grids": [other]})
    assert unread.status_code == 428


def test_a_plan_of_which_nothing_is_known_needs_somebody_who_answers_for_it(client):
    plan = begin(client)
    grid, _, plan = move(client, plan)
    shut = publish(client, plan)
    assert (shut.status_code, shut.json()["code"]) == (409, "gate_not_passed")
    assert published_zones(client)[grid] == "Z01"
    simulate(client, plan, 0.90)
    gate = client.get(f"/api/v1/plans/{plan['id']}/gate").json()
    assert (gate["passed"], gate["zone"], gate["lower"]) == (False, "Z02", 0.90)
    assert "90.0%" in publish(client, plan).json()["en"]
    answer = publish(client, plan, override=OVERRIDE)
    assert answer.status_code == 201, answer.text
    assert answer.json()["plan"]["override"] == OVERRIDE
    assert answer.json()["plan"]["gate"]["lower"] == 0.90
    audit = client.get(
        "/api/v1/audit",
        params={"about": plan["id"]},
        headers={"authorization": "Bearer demo-auditor"},
    ).json()["items"]
    told = next(one for one in audit if one["act"] == "publish_plan")
    assert told["detail"]["override"] == OVERRIDE


def test_a_published_plan_is_in_force_at_once_and_taken_back_in_one_step(client):
    plan = begin(client)
    grid, _, _ = move(client, begin(client))
    body = {"lon_lat": middle_of(client, grid), "matters": [first_matter(client)]}
    incident = client.post("/api/v1/incidents", json=body, headers=DISPATCHER).json()
    of_record = suggested(client, incident)
    assert of_record["zone"] == "Z01"
    plan = edit(client, plan, op="put", zone_of={grid: "Z99"}).json()
    plan = edit(client, plan, op="terms", terms={"Z99": {"name": "新区", "brigade": "B99"}}).json()
    simulate(client, plan, 0.97)
    answer = publish(client, plan)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["plan"]["state"], shown["gate"]["passed"]) == ("published", True)
    assert shown["plan"]["city_version"] == shown["published"]["number"]
    assert published_zones(client) == plan["zone_of"]
    assert suggested(client, incident)["zone"] == "Z99"
    kept = client.get(f"/api/v1/suggestions/{of_record['id']}", headers=DISPATCHER).json()
    assert (kept["zone"], kept["holder"]) == (of_record["zone"], of_record["holder"])
    units = {one["code"]: one for one in client.get("/api/v1/units?limit=1000").json()["items"]}
    assert units["B99"]["name"] == "新区网格执法大队"
    draft = shown["published"]["drafts"][0]
    layer = client.get(f"/api/v1/layers/{draft}", headers=GIS).json()
    assert (layer["state"], layer["source"]) == ("published", plan["id"])

    back = client.post("/api/v1/plans/rollback", json={"why": "有误"})
    assert back.status_code == 201, back.text
    assert zone_suggested(client, grid) == "Z01"
    again = client.post("/api/v1/plans/rollback", json={"why": "有误"})
    assert again.status_code == 409


def suggested(client, incident):
    answer = client.post(
        f"/api/v1/incidents/{incident['id']}/suggestions", json={}, headers=DISPATCHER
    )
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


def test_a_plan_over_one_published_since_is_refused_with_the_grids_and_rebased(client):
    first, second = begin(client, "甲"), begin(client, "乙")
    both, to, first = move(client, first)
    second = edit(client, second, op="put", zone_of={both: "Z98"}).json()
    mine, mine_to, second = move(client, second)
    assert publish(client, first, override=OVERRIDE).status_code == 201
    refused = publish(client, second, override=OVERRIDE)
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_base_moved")
    assert [one["where"] for one in refused.json()["errors"]] == [both]
    assert "rebase" in refused.json()["en"]
    assert published_zones(client)[both] == to

    rebase = f"/api/v1/plans/{second['id']}/rebase"
    assert client.post(rebase, json={}).json()["code"] == "plan_base_moved"
    rebased = client.post(rebase, json={"keep": "theirs"}).json()
    assert (rebased["zone_of"][both], rebased["zone_of"][mine]) == (to, mine_to)
    assert rebased["findings"] == []
    assert publish(client, rebased, override=OVERRIDE).status_code == 201
    assert published_zones(client)[mine] == mine_to


def test_a_plan_is_in_force_at_midnight_unless_another_was_published_before(client, monkeypatch):
    service = client.app.state.service
    present = service.clock
    first, second = begin(client, "甲"), begin(client, "乙")
    one, to, first = move(client, first)
    other, _, second = move(client, second, "Z05")
    midnight = present() + timedelta(hours=6)
    for plan in (first, second):
        answer = publish(client, plan, override=OVERRIDE, at=midnight.isoformat())
        assert answer.status_code == 201, answer.text
        assert answer.json()["plan"]["state"] == "planned"
    assert edit(client, first, op="lock", grids=[one]).status_code == 409
    draft = client.get("/api/v1/layers", headers=GIS).json()["items"][0]
    early = client.post("/api/v1/city/versions", json={"drafts": [draft["id"]]}, headers=GIS)
    assert early.status_code == 409
    monkeypatch.setattr(service, "clock", lambda: present() + timedelta(hours=6, seconds=1))
    CityClock(service).beat()
    assert published_zones(client)[one] == to
    assert published_zones(client)[other] == "Z05"
    states = [client.get(f"/api/v1/plans/{plan['id']}").json()["state"] for plan in (first, second)]
    assert states == ["published", "evaluated"]


def test_a_planned_publication_is_called_off(client):
    _, _, plan = move(client, begin(client))
    at = (client.app.state.service.clock() + timedelta(days=1)).isoformat()
    assert publish(client, plan, override=OVERRIDE, at=at).status_code == 201
    called_off = client.delete(f"/api/v1/plans/{plan['id']}/publications").json()
    assert (called_off["state"], called_off["planned_version"]) == ("evaluated", None)
    assert client.delete(f"/api/v1/plans/{plan['id']}/publications").status_code == 409


def test_a_plan_is_evaluated_beside_the_published_one_and_lists_what_changes_hands(client):
    grid, to, plan = move(client, begin(client))
    address = f"/api/v1/plans/{plan['id']}"
    told = client.get(f"{address}/evaluation")
    assert told.status_code == 200, told.text
    assert [one["name"] for one in told.json()["plans"]] == ["published", plan["name"]]
    assert client.get(address).json()["state"] == "evaluated"
    assert client.get(f"{address}/evaluation").json() == told.json()
    listed = client.get(f"{address}/handover").json()
    assert [(one["grid"], one["loses"], one["gains"]) for one in listed["rows"]] == [
        (grid, "Z01", to)
    ]
    table = client.get(f"{address}/handover", params={"format": "csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert grid in table.text


def test_a_simulation_runs_beside_the_service_and_opens_or_shuts_the_gate(client):
    _, _, plan = move(client, begin(client))
    watch = client.app.state.service.simulations
    body = {"plan": plan["id"], "runs": 2, "against": "published"}
    asked = client.post("/api/v1/simulations", json=body)
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting"), asked.text
    unwanted = client.post("/api/v1/simulations", json={}).json()["id"]
    address = asked.headers["location"]
    assert client.delete(f"/api/v1/simulations/{unwanted}").json()["state"] == "cancelled"
    until = time.monotonic() + 600
    while (state := client.get(address).json())["state"] in {"waiting", "running"}:
        assert time.monotonic() < until, state
        watch.beat()
        time.sleep(0.1)
    assert state["state"] == "done", state
    assert state["result"]["plan_digest"] == plan["digest"]
    assert state["result"]["replay"]["passed"] is None
    assert "playback" not in state["result"]
    played = client.get(f"{address}/playback").json()
    times = [event["at_s"] for event in played["events"]]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= played["hours"] * 3600
    sent = [event for event in played["events"] if event["event"] == "sent"]
    assert sent
    assert all(event["crew"] and event["from"] and event["to_s"] >= event["at_s"] for event in sent)
    gate = client.get(f"/api/v1/plans/{plan['id']}/gate").json()
    worst = min(state["result"]["zones"], key=lambda one: (one["lower"], one["zone"]))
    assert (gate["zone"], gate["lower"], gate["simulation"]) == (
        worst["zone"],
        worst["lower"],
        asked.json()["id"],
    )
    assert client.delete(address).status_code == 409
