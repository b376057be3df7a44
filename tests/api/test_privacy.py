"""Personal data: a planted number is looked for in everything that the doors say."""

import json
from contextlib import closing

import pytest
from spec.served_town import RIVER, MovedClock, copy_town, served
from spec.sibling_towns import PHONE, WEST_JUNCTION, write_sibling_towns

from dispatch.access import Role
from dispatch.sight import masked_name, masked_phone, without_phones
from dispatch.store.audit import read_chain
from dispatch.store.engine import open_store

NAME = "欧阳小明"
LISTS = ("incidents", "assignments", "whistles", "positions", "duty", "units", "officers")


@pytest.fixture(scope="module")
def store_file(tmp_path_factory):
    store = write_sibling_towns(tmp_path_factory.mktemp("towns"))
    return copy_town(store, tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def client(store_file):
    with served(store_file, MovedClock()) as client:
        yield client


@pytest.fixture(scope="module")
def incident(client):
    """An incident with a number in the reporter's record and in the text, sent and timed."""
    body = {
        "lon_lat": RIVER.lon_lat[WEST_JUNCTION],
        "matters": ["H1"],
        "text": f"请回电{PHONE}，谢谢",
        "reporter": {"name": NAME, "phone": PHONE},
    }
    answer = client.post("/api/v1/incidents", json=body)
    assert answer.status_code == 201, answer.text
    assert_clean(answer.text)
    number = answer.json()["id"]
    asked = client.post(f"/api/v1/incidents/{number}/suggestions", json={}).json()
    first = asked["proposals"][0]
    taken = {"suggestion": asked["id"], "rank": first["rank"], "kind": first["kind"]}
    assert client.post("/api/v1/assignments", json=taken).status_code == 201
    return number


def assert_clean(text: str) -> None:
    said = text + json.dumps(text, ensure_ascii=False)
    assert PHONE not in said
    assert NAME not in said


def as_role(role: str) -> dict[str, str]:
    return {"authorization": f"Bearer demo-{role}"}


@pytest.mark.parametrize("role", Role)
def test_no_list_and_no_read_shows_who_reported(client, incident, role):
    below = ("", "/timeline", "/second-thoughts", "/progress", "/hand-offs")
    paths = [*LISTS, *(f"incidents/{incident}{part}" for part in below), "audit", "session"]
    for path in paths:
        assert_clean(client.get(f"/api/v1/{path}", headers=as_role(role)).text)


def test_no_error_repeats_what_was_sent(client, incident):
    for body in ({"lon_lat": PHONE}, {"reporter": PHONE}, {"text": PHONE, "to": PHONE}, PHONE):
        assert_clean(client.post("/api/v1/incidents", json=body).text)
        path = f"/api/v1/incidents/{incident}/transitions"
        assert_clean(client.post(path, json=body).text)


def test_no_event_and_no_link_of_the_audit_carries_it(store_file, client, incident):
    assert client.get(f"/api/v1/incidents/{incident}").status_code == 200
    with closing(open_store(f"sqlite:///{store_file}")) as store:
        connection = store.engine.connect()
        for table in ("events", "audit", "outbox", "transitions", "suggestions"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall()  # noqa: S608 -- names above
            assert_clean(str(rows))
        connection.close()


def test_a_dispatcher_may_call_back_and_the_look_is_on_record(client, store_file, incident):
    path = f"/api/v1/incidents/{incident}/reporter"
    full = client.get(path).json()
    assert (full["name"], full["phone"], full["masked"]) == (NAME, PHONE, False)
    assert PHONE in full["text"]
    with closing(open_store(f"sqlite:///{store_file}")) as store, store.reading() as session:
        looks = [link for link in read_chain(session) if link.act == "saw_reporter"]
    assert [(link.by, link.about) for link in looks] == [("demo-dispatcher", incident)]
    assert client.get("/api/v1/incidents/NONE/reporter").status_code == 404


@pytest.mark.parametrize("role", ["officer", "leader", "admin", "auditor", "planner"])
def test_everybody_else_sees_stars(client, incident, role):
    answer = client.get(f"/api/v1/incidents/{incident}/reporter", headers=as_role(role))
    assert (answer.status_code, answer.json()["masked"]) == (200, True)
    assert_clean(answer.text)
    assert answer.json()["phone"] == "*******4321"


def test_numbers_of_units_are_for_whoever_dispatches(client):
    own = client.get("/api/v1/units/KW").json()["phone"]
    assert own == "13700001111"
    for role in ("officer", "auditor", "admin", "gis"):
        headers = as_role(role)
        assert client.get("/api/v1/units/KW", headers=headers).json()["phone"] == "*******1111"
        assert own not in client.get("/api/v1/units", headers=headers).text


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13987654321", "*******4321"),
        ("+86 139-8765-4321", "+** ***-****-4321"),
        ("12345", "*2345"),
        ("110", "110"),
        ("", ""),
    ],
)
def test_of_a_number_the_last_four_digits_are_left(phone, masked):
    assert masked_phone(phone) == masked


def test_of_a_name_the_first_letter_is_left():
    assert (masked_name("张三"), masked_name("")) == ("张*", "")


def test_a_longer_number_is_no_mobile_number():
    assert without_phones("13987654321, 4505021998139876") == "139****4321, 4505021998139876"
