"""The gazetteer at the doors: candidates with where they lie, and several of one name apart."""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from spec.served_town import MovedClock, copy_town, served, write_town
from sqlalchemy import delete

from api.cli import EXIT_BAD_INPUT, run
from api.store_option import EXIT_NO
from dispatch.store.engine import open_store
from dispatch.store.tables import PLACES


@pytest.fixture(scope="module")
def town_store(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def store(town_store, tmp_path):
    return copy_town(town_store, tmp_path)


@pytest.fixture(scope="module")
def client(town_store, tmp_path_factory):
    with served(copy_town(town_store, tmp_path_factory.mktemp("served")), MovedClock()) as client:
        yield client


def ask(client, **asked: object):
    answer = client.get("/api/v1/places", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_places_of_one_name_are_told_apart_by_where_they_lie_and_none_is_picked(client):
    found = ask(client, q="中心小学")
    assert [one["code"] for one in found["items"]] == ["P1", "P2"]
    assert [one["namesakes"] for one in found["items"]] == [1, 1]
    assert (found["total"], found["certain"]) == (2, False)
    (remark,) = found["remarks"]
    assert (remark["code"], remark["zh"][:3]) == ("several_of_one_name", "有 2")
    first = found["items"][0]
    assert [area["code"] for area in first["areas"]] == ["C", "T"]
    assert first["zone"]["code"] == "Z1"
    assert (first["address"], first["also"]) == ("沿河路十二号", ["一小", "河边小学"])
    assert found["city_version"] == client.get("/api/v1/city").json()["city_version"]


def test_one_of_several_stays_one_of_several_whatever_the_limit(client):
    found = ask(client, q="中心小学", limit=1)
    assert len(found["items"]) == 1
    assert (found["total"], found["certain"]) == (2, False)
    assert found["remarks"][0]["code"] == "several_of_one_name"


def test_of_equals_the_nearest_comes_first_in_whatever_system_near_is_said(client):
    found = ask(client, q="中心小学", near="109.2,0.05")
    assert [one["code"] for one in found["items"]] == ["P2", "P1"]
    in_metres = ask(client, q="沿河路12号", near="12144956.45,0", crs="EPSG:3857")
    assert in_metres["items"][0]["distance_m"] < 1


def test_what_is_there_once_is_certain(client):
    found = ask(client, q="河边小学")
    assert (found["certain"], found["items"][0]["match"], found["remarks"]) == (True, "is", [])


def test_nothing_found_is_an_answer(client):
    assert ask(client, q="没有这里") | {"city_version": ""} == {
        "city_version": "",
        "total": 0,
        "certain": False,
        "remarks": [],
        "items": [],
    }


@pytest.mark.parametrize(
    "asked",
    [
        {"q": ""},
        {"q": " ，。"},
        {"q": "长" * 121},
        {"q": "小学", "near": "109.1"},
        {"q": "小学", "near": "900,0"},
        {"q": "小学", "crs": "mars", "near": "1,1"},
        {"q": "小学", "limit": 51},
        {},
    ],
)
def test_questions_that_mean_nothing_are_refused(client, asked):
    answer = client.get("/api/v1/places", params=asked)
    assert answer.status_code == 422, answer.text
    assert answer.json()["zh"]


def test_a_resident_may_look_a_place_up_and_a_stranger_may_not(client):
    for token, status in (("demo-reporter", 200), ("nobody", 401)):
        as_somebody = {"authorization": f"Bearer {token}"}
        assert client.get("/api/v1/places?q=小学", headers=as_somebody).status_code == status


def test_the_verb_lists_candidates_and_says_that_a_person_chooses(store, capsys):
    assert run(["places", "中心小学", "--store", f"sqlite:///{store}", "--limit", "1"]) == 0
    said = capsys.readouterr().out
    assert "中心小学 (P1)" in said
    assert "choose by the area and zone" in " ".join(said.split())
    assert "1 more" in said


def test_the_verb_answers_as_json_and_by_its_exit_code(store, capsys):
    url = f"sqlite:///{store}"
    assert run(["places", "一小", "--near", "109.1,0", "--json", "--store", url]) == 0
    assert json.loads(capsys.readouterr().out)["items"][0]["distance_m"] == 0
    assert run(["places", "没有这里", "--json", "--store", url]) == EXIT_NO
    assert run(["places", "小学", "--near", "here", "--store", url]) == EXIT_BAD_INPUT


def test_a_city_without_places_says_that_there_is_nothing_to_look_in(store):
    with closing(open_store(f"sqlite:///{store}")) as opened, opened.session() as session:
        session.execute(delete(PLACES))
        session.commit()
    with served(store, MovedClock()) as client:
        (remark,) = ask(client, q="中心小学")["remarks"]
    assert remark["code"] == "no_gazetteer"
