"""Personal data: a planted number is looked for in everything that the doors say."""

import json
from contextlib import closing
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from spec.served_town import RIVER, MovedClock, asked, copy_town, reported, served
from spec.sibling_towns import EAST_JUNCTION, PHONE, WEST_JUNCTION, write_sibling_towns

from api.earshot import Earshot
from api.event_feed import opening_for
from dispatch.access import GRANTS, Act, Person, Role
from dispatch.notify import PHONE as PHONE_LIST
from dispatch.notify import MessageState
from dispatch.sight import masked_name, masked_phone, without_phones
from dispatch.store.audit import read_chain
from dispatch.store.engine import open_store
from dispatch.store.events import numbers_kept
from dispatch.store.letters import add_letter
from dispatch.store.outbox import list_messages

NAME = "欧阳小明"
WRITTEN = "13612345678"
"""Another number, which staff write into their notes."""

HELD = "7K3M9QXT2PVC8WZA"
"""Of a receipt, for whoever follows a report without an account."""

STREAM = "/api/v1/events"
ELSEWHERE = {"/api/v1/session/provider/begin", "/api/v1/session/provider/return"}
"""They only lead to a provider and back, where there is one."""

NOT_RUN = {"/api/v1/simulations/{number}/playback"}
"""There is none of a simulation that still waits; it tells of crews, grids and zones by codes."""

QUESTIONS = {
    "/api/v1/layers/zones/export": "?format=geojson",
    "/intake/traccar": "?id=KWa&lon=109.1&lat=0",
    "/intake/osmand": "?id=KWa&lon=109.1&lat=0",
    "/intake/osmand/unknown": "?id=KWa&lon=109.1&lat=0",
    "/api/v1/places": "?q=中心小学",
    "/api/v1/places/at": "?lon=109.1&lat=0",
    "/api/v1/officers/me/way": "?lon=109.1&lat=0",
    "/api/v1/public/places": "?q=中心小学",
    "/api/v1/public/matters": "?q=油烟",
    "/api/v1/public/nearby": f"?lon={RIVER.lon_lat[WEST_JUNCTION][0]}&lat=0",
    "/api/v1/reports/shadow": "?policy=nearest",
}


@pytest.fixture(scope="module")
def store_file(tmp_path_factory):
    store = write_sibling_towns(tmp_path_factory.mktemp("towns"), bases=True)
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


@pytest.fixture(scope="module")
def things(client, incident):
    """One thing of each kind that has an address; whatever people say of it holds the number."""
    said = f"打 {WRITTEN} 找人"
    sent = client.get("/api/v1/assignments", params={"incident": incident}).json()["items"][0]
    other = reported(client, at=EAST_JUNCTION)
    corrections = ({"text": said, "reason": said}, {"text": "已更正", "reason": said})
    for body in corrections:
        headers = {"if-match": client.get(f"/api/v1/incidents/{other}").headers["etag"]}
        answer = client.patch(f"/api/v1/incidents/{other}", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert_clean(answer.text)
    first = asked(client, other)
    body = {"suggestion": first["id"], "unit": "KF", "reason": "other", "note": said}
    taken = client.post("/api/v1/assignments", json=body)
    assert taken.status_code == 201, taken.text
    assert_clean(taken.text)
    path = f"/api/v1/assignments/{taken.json()['id']}/release"
    assert client.post(path, json={"outcome": "refused", "reason": said}).status_code == 200
    called = client.post("/api/v1/whistles", json={"incident": other, "by": "TE"})
    assert called.status_code == 201, called.text
    called = called.json()["id"]
    body = {"closing": "withdrawn", "note": said}
    closed = client.post(f"/api/v1/whistles/{called}/close", json=body)
    assert closed.status_code == 200, closed.text
    body = {"to": "suspended", "reason": said}
    assert client.post(f"/api/v1/incidents/{other}/transitions", json=body).status_code == 200
    noted = client.post(f"/api/v1/incidents/{other}/notes", json={"text": said})
    assert noted.status_code == 201, noted.text
    assert_clean(noted.text)
    ring = [[109.1, -0.001], [109.102, -0.001], [109.102, 0.001], [109.1, -0.001]]
    body = {"geometry": {"type": "Polygon", "coordinates": [ring]}, "reason": said}
    closure = client.post("/api/v1/closures", json=body)
    assert closure.status_code == 201, closure.text
    account = {"name": "reader", "roles": ["officer"], "areas": ["TW"]}
    assert client.post("/api/v1/users", json=account, headers=as_role("admin")).status_code == 201
    deadline = client.get("/api/v1/deadlines").json()["items"][0]["id"]
    posted = client.get("/api/v1/messages", headers=as_role("admin")).json()["items"][0]
    layer = {"file": ("places.csv", "code,name,lon,lat\nP1,小学,109.1,0".encode())}
    draft = client.post(
        "/api/v1/layers", data={"kind": "places"}, files=layer, headers=as_role("admin")
    )
    assert draft.status_code == 201, draft.text
    on_the_way = asked(client, reported(client, at=EAST_JUNCTION))["id"]
    body = {"suggestion": on_the_way, "unit": "KE", "reason": "other", "note": said}
    assert client.post("/api/v1/assignments", json=body).status_code == 201
    photo = client.post(f"/api/v1/incidents/{other}/attachments", files={"file": picture()})
    assert photo.status_code == 201, photo.text
    jobs = {
        what: client.post(f"/api/v1/{what}", json={}, headers=as_role("planner"))
        for what in ("simulations", "proposals")
    }
    assert {answer.status_code for answer in jobs.values()} == {202}
    left = client.post("/api/v1/handovers", json={"notes": said})
    assert left.status_code == 201, left.text
    assert_clean(left.text)
    return {
        "/api/v1/reports/{number}": report_with_words(client, other),
        "{figure}": "open",
        "/api/v1/handovers/{number}": left.json()["id"],
        "/api/v1/plans/{number}": plan_drawn(client),
        "/api/v1/simulations/{number}": jobs["simulations"].json()["id"],
        "/api/v1/proposals/{number}": jobs["proposals"].json()["id"],
        "/api/v1/layers/{number}": draft.json()["id"],
        "/open311/v2/services/{code}": "H1",
        "/open311/v2/requests/{number}": other,
        "/open311/v2/tokens/{token}": other,
        "{form}": "json",
        "{attachment}": f"{photo.json()['id']}",
        "{receipt}": receipt_of_a_report(client),
        "/ogc/collections/{name}": "incidents",
        "{feature}": other,
        "/api/v1/incidents/{number}": other,
        "/api/v1/suggestions/{number}": sent["suggestion"],
        "/api/v1/assignments/{number}": sent["id"],
        "/api/v1/whistles/{number}": called,
        "/api/v1/closures/{number}": closure.json()["id"],
        "/api/v1/deadlines/{number}": f"{deadline}",
        "/api/v1/messages/{number}": f"{posted['id']}",
        "/api/v1/calls/{number}": to_be_called(client, other),
        "{person}": "unit:KW",
        "/api/v1/reports/indicators/{code}": "filing_rate",
        "{unit}": "KW",
        "{code}": "KW",
        "{officer}": "KWa",
        "{kind}": "zones",
        "{area}": "TW",
        "{key}": "unknown",
        "{name}": "reader",
        "{matrix}": "WebMercatorQuad",
        "{zoom}/{row}/{column}": "12/2048/3289",
        "{zoom}/{column}/{row}": "12/3289/2048",
    }


def to_be_called(client, incident: str) -> str:
    """Somebody is to be called about an incident."""
    service = client.app.state.service
    with service.store.session() as session:
        message = list_messages(session, limit=1)[0]
        letter = replace(message, about=incident)
        add_letter(session, letter, "unit:KW", PHONE_LIST, from_at=service.clock())
        session.commit()
        (call,) = list_messages(session, state=MessageState.TO_CALL, limit=9)
    return f"{call.number}"


def report_with_words(client, incident: str) -> str:
    """A report with a number in the appeal, in the ruling and beside the signature."""
    leader = {"authorization": "Bearer demo-leader"}
    said = f"call {PHONE}"
    report = client.post("/api/v1/reports", json={"kind": "consultation"}).json()
    path = f"/api/v1/reports/{report['id']}"
    objection = {"figure": "open", "incident": incident, "reason": said}
    appeal = client.post(f"{path}/appeals", json=objection)
    assert appeal.status_code == 201, appeal.text
    ruling = f"/api/v1/reports/appeals/{appeal.json()['id']}/ruling"
    ruled = client.post(ruling, json={"upheld": True, "reason": said}, headers=leader)
    body = {"digest": report["digest"], "note": said}
    signed = client.post(f"{path}/signatures", json=body, headers=leader)
    for answer in (appeal, ruled, signed):
        assert_clean(answer.text)
    return report["id"]


def receipt_of_a_report(client) -> str:
    """Somebody without an account reports, with a number in the text and in the record."""
    body = {
        "lon_lat": RIVER.lon_lat[WEST_JUNCTION],
        "matters": ["H1"],
        "text": f"请回电{PHONE}",
        "reporter": {"name": NAME, "phone": PHONE},
        "secret": HELD,
    }
    given = client.post("/api/v1/public/reports", json=body)
    assert given.status_code == 201, given.text
    assert_clean(given.text)
    number = given.json()["receipt"]
    sent = {"files": {"file": picture()}, "headers": {"receipt-secret": HELD}}
    assert client.post(f"/api/v1/public/reports/{number}/photos", **sent).status_code == 201
    (near,) = client.get(
        f"/api/v1/public/nearby{QUESTIONS['/api/v1/public/nearby']}&matter=H1"
    ).json()["items"][:1]
    joins = {k: v for k, v in body.items() if k != "reporter"} | {"joins": near["id"]}
    assert client.post("/api/v1/public/reports", json=joins).status_code == 201
    return number


def picture() -> bytes:
    """A photo."""
    written = BytesIO()
    Image.new("RGB", (9, 9)).save(written, "PNG")
    return written.getvalue()


def plan_drawn(client) -> str:
    """A plan that hands a grid with an open incident over."""
    body = {"name": "冬季", "from": "zone_of", "zone_of": {"GW": "ZE", "GE": "ZE"}}
    planned = client.post("/api/v1/plans", json=body, headers=as_role("planner"))
    assert planned.status_code == 201, planned.text
    return planned.json()["id"]


def address_of(path: str, things: dict[str, str]) -> str:
    """The path with things that are there, and with the questions that it needs."""
    for start, number in things.items():
        if start.startswith("/") and path.startswith(start):
            path = path.replace(start[start.index("{") :], number)
        elif not start.startswith("/"):
            path = path.replace(start, number)
    return path + QUESTIONS.get(path, "")


def assert_clean(text: str, where: str = "") -> None:
    said = text + json.dumps(text, ensure_ascii=False)
    assert [one for one in (PHONE, NAME, WRITTEN) if one in said] == [], where


def as_role(role: str | None) -> dict[str, str]:
    return {} if role is None else {"authorization": f"Bearer demo-{role}"}


def heard_by(client, role: Role) -> str:
    """Everything that a page of this role has missed since the beginning."""
    service = client.app.state.service
    with service.store.reading() as session:
        oldest, _ = numbers_kept(session)
    person = Person("p", frozenset({role}), service.city.roots)
    opening = opening_for(service, Earshot.of(person, service.city), str(oldest - 1))
    return b"".join(opening.frames).decode()


def test_every_read_of_the_service_and_every_event_keeps_still(client, incident, things):
    """Every GET that the service describes, as each role and as nobody, and the live stream."""
    described = client.get("/openapi.json").json()["paths"]
    reads = [path for path, doors in described.items() if "get" in doors and path != STREAM]
    shown = set()
    for path in reads:
        address = address_of(path, things)
        for role in (*Role, None):
            if path.endswith("/reporter") and role is Role.DISPATCHER:
                continue  # who may call back: below
            headers = {"authorization": "", "receipt-secret": HELD} | as_role(role)
            answer = client.get(address, headers=headers)
            assert_clean(answer.text, f"{role} at {address}")
            if answer.is_success:
                shown.add(path)
    unread = set(reads) - shown
    assert unread - NOT_RUN == ELSEWHERE, "nobody was shown these, so nothing was searched"

    for role in Role:
        told = heard_by(client, role)
        assert_clean(told, f"{role} on the live stream")
        assert (incident in told) == (Act.SEE_INCIDENTS in GRANTS[role])


def test_no_refusal_repeats_who_reported(client, things):
    """Every door that changes something is sent the planted number where it does not belong."""
    described = client.get("/openapi.json").json()["paths"]
    planted = {"reporter": [{"name": NAME, "phone": PHONE}], "text": {"zh": PHONE}}
    refused = 0
    for path, doors in described.items():
        for method in doors.keys() & {"post", "put", "patch"}:
            for body in (planted, [planted], PHONE):
                answer = client.request(method, address_of(path, things), json=body)
                assert_clean(answer.text, f"{method} {path}")
                refused += answer.status_code >= 400
    assert refused > 60


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
            assert PHONE not in str(rows)
            assert NAME not in str(rows)
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


@pytest.mark.parametrize("kind", ["units", "officers"])
def test_whoever_looks_after_layers_learns_no_number_from_files_or_differences(client, kind):
    gis = as_role("gis")
    exported = client.get(f"/api/v1/layers/{kind}/export", params={"format": "csv"}, headers=gis)
    head, *rows = exported.content.decode("utf-8-sig").splitlines()
    assert "phone" not in head.split(",")
    handed_in = "\n".join([f"{head},phone", *(f"{row},110" for row in rows)])
    sent = {"file": (f"{kind}.csv", handed_in.encode())}
    draft = client.post("/api/v1/layers", data={"kind": kind}, files=sent, headers=gis).json()
    report = client.get(f"/api/v1/layers/{draft['id']}/report", headers=gis).json()
    altered = [one for one in report["difference"]["altered"] if one["column"] == "phone"]
    assert altered
    assert {one["to"] for one in altered} == {"110"}
    assert all(one["from"] == masked_phone(one["from"]) for one in altered)


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
