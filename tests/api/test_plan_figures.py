"""Figures of a draft while it is drawn: those of a whole evaluation; of a try nothing is kept."""

import pytest
from demo_service import client_of, copy_of

from api.plan_drags import MOST_KEPT, PlanDrags
from dispatch.planning.plan_figures import figures_of
from dispatch.planning.plan_score import evaluate_plan
from dispatch.planning.zone_figures import worst_by_zone
from dispatch.planning.zone_plan import ZonePlan

PLANNER = {"authorization": "Bearer demo-planner"}
LEADER = {"authorization": "Bearer demo-leader"}
RUSH_HOUR = 48 + 8


@pytest.fixture(scope="module")
def client(small_store, tmp_path_factory):
    with client_of(copy_of(small_store, tmp_path_factory.mktemp("figures"))) as client:
        client.headers.update(PLANNER)
        yield client


@pytest.fixture(scope="module")
def draft(client):
    return client.post("/api/v1/plans", json={"name": "试算"}).json()


@pytest.fixture(scope="module")
def measure(client, draft):
    assert draft["state"] == "draft"
    service = client.app.state.service
    return service.planning.measure(service.city, service.store.url)


def figures(client, draft, **headers: str):
    answer = client.get(f"/api/v1/plans/{draft['id']}/figures", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def tried(client, draft, **body: object):
    return client.post(f"/api/v1/plans/{draft['id']}/figures", json=body)


def test_figures_stand_beside_those_of_the_published_plan(client, draft, measure):
    told = figures(client, draft)
    assert told["plan"] == told["published"]
    assert figures(client, draft, **LEADER) == told
    score = evaluate_plan(measure.ground, measure.setting.published)
    assert told["plan"]["figures"] == figures_of(score)
    assert [zone["zone"] for zone in told["plan"]["zones"]] == list(score.plan.zones)
    assert all(zone["pieces"] == 1 for zone in told["plan"]["zones"])
    assert told["plan"]["hour"] is None
    assert told["plan"]["zones"][0]["hour_potential"] is None


def test_a_try_says_what_a_whole_evaluation_would_and_changes_nothing(client, draft, measure):
    plan = measure.setting.published
    grid, was = plan.grids[0], plan.zone_codes[0]
    to = next(zone for zone in plan.zones if zone != was)
    answer = tried(client, draft, zone_of={grid: to}, hour=RUSH_HOUR)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    after = ZonePlan.of(plan.grids, [to, *plan.zone_codes[1:]])
    assert told["figures"] == figures_of(evaluate_plan(measure.ground, after))
    assert [zone["worst_s"] for zone in told["zones"]] == worst_by_zone(
        measure.ground, after
    ).tolist()
    assert told["hour"]["hour_of_week"] == RUSH_HOUR
    read = client.get(f"/api/v1/plans/{draft['id']}").json()
    assert (read["version"], read["zone_of"][grid]) == (draft["version"], was)
    unhoused = tried(client, draft, zone_of={grid: None}).json()
    assert unhoused["figures"]["nobody"] > 0 or measure.ground.per_year[:, 0].sum() == 0


def test_missed_grids_of_an_hour_are_those_of_the_scorecard(client, draft):
    url = f"/api/v1/plans/{draft['id']}"
    card = client.get(f"{url}/evaluation").json()
    (eight,) = (one for one in card["plans"][0]["missed"] if one["hour_of_week"] == RUSH_HOUR)
    told = client.get(f"{url}/figures", params={"hour": RUSH_HOUR}).json()["plan"]["hour"]
    assert told["late"] == [one["grid"] for one in eight["late"]]
    assert told["incidents_share"] == eight["incidents_share"]


def test_what_is_not_there_is_refused_by_name(client, draft):
    assert client.get("/api/v1/plans/P0/figures").status_code == 404
    strange = tried(client, draft, zone_of={"G-1": "Z01"})
    assert (strange.status_code, "G-1" in strange.json()["en"]) == (422, True)
    assert tried(client, draft, hour=168).status_code == 422


def test_few_drafts_are_kept_at_hand_and_each_says_the_same_again(measure):
    drags, plan = PlanDrags(), measure.setting.published
    first = drags.score(measure.ground, "first", plan)
    for number in range(MOST_KEPT + 1):
        again = drags.score(measure.ground, str(number), plan)
        assert figures_of(again) == figures_of(first)
