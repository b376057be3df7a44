"""The door of the public: reports, receipts, photos and ratings without an account."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from spec.served_town import RIVER, MovedClock, asked, copy_town, seen, served, write_town

from api.public_limits import Kind, Limit, PublicLimits
from dispatch.public_report import PUBLIC
from dispatch.store.audit import read_chain

SECRET, ANOTHER = "7K3M9QXT2PVC8WZA", "0000000000000000"
HERE = RIVER.lon_lat["x"]
DOOR = "/api/v1/public"
PHONE = "13987654321"


@pytest.fixture(scope="module")
def town_store(tmp_path_factory) -> Path:
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture(scope="module")
def client(town_store, clock, tmp_path_factory):
    """The service of a town; `public` asks it without credentials."""
    with served(copy_town(town_store, tmp_path_factory.mktemp("served")), clock) as client:
        yield client


@pytest.fixture
def public(client, clock):
    """Days after the test before, so that nothing of it is near or counts any more."""
    clock.now += timedelta(days=3)
    client.app.state.public_limits = PublicLimits()
    return Public(client)


class Public:
    """Somebody without an account."""

    def __init__(self, client) -> None:
        self.client = client
        self.known = {one["id"] for one in self._listed()}

    def _listed(self) -> list[dict]:
        return self.client.get("/api/v1/incidents", params={"limit": 1000}).json()["items"]

    def incidents(self) -> list[dict]:
        """Those that came in since."""
        return [one for one in self._listed() if one["id"] not in self.known]

    def ask(self, method: str, path: str, *, secret: str | None = None, **more: object):
        headers = {"authorization": "", **more.pop("headers", {})}
        if secret is not None:
            headers["receipt-secret"] = secret
        return self.client.request(method, DOOR + path, headers=headers, **more)

    def report(self, **more: object):
        body = {"lon_lat": HERE, "matters": ["H1"], "text": "油烟很大", "secret": SECRET} | more
        return self.ask("POST", "/reports", json={k: v for k, v in body.items() if v is not None})

    def photo(self, receipt: str, content: bytes, *, secret: str = SECRET, **more: object):
        files = {"file": ("photo.jpg", content)}
        path = f"/reports/{receipt}/photos"
        return self.ask("POST", path, secret=secret, files=files, **more)


def picture(colour: str = "red", size: tuple[int, int] = (60, 40)) -> bytes:
    written = BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A Camera That Is Known"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", size, colour).save(written, "JPEG", exif=exif)
    return written.getvalue()


def move_on(client, clock, number: str, *steps: str) -> None:
    seen(client, clock, K1="1", K4="4")
    suggestion = asked(client, number)
    sent = {"suggestion": suggestion["id"], "rank": 1}
    assert client.post("/api/v1/assignments", json=sent).status_code == 201
    for to in steps:
        clock.now += timedelta(minutes=1)
        moved = client.post(f"/api/v1/incidents/{number}/transitions", json={"to": to})
        assert moved.status_code == 200, moved.text


STEPS = ("acknowledged", "en_route", "on_scene", "handled", "feedback", "verified", "closed")


def test_a_report_from_the_street_to_its_rating(each_town_url, clock):
    """On both stores: reported, photographed, followed, rated, and all of it on record."""
    with served(each_town_url, clock) as client:
        public = Public(client)
        given = public.report(text=f"油烟很大，电话{PHONE}")
        assert given.status_code == 201, given.text
        receipt = given.json()["receipt"]
        assert public.photo(receipt, picture()).json()["photos"] == 1
        told = public.ask("GET", f"/reports/{receipt}", secret=SECRET).json()
        assert (told["state"], told["may_rate"], told["photos"]) == ("reported", False, 1)
        (incident,) = public.incidents()
        assert incident["matters"] == ["H1"]
        move_on(client, clock, incident["id"], *STEPS)
        spelt = f"{SECRET[:4].lower()}-{SECRET[4:]}"
        told = public.ask("GET", f"/reports/{receipt}", secret=spelt).json()
        assert (told["state"], told["may_rate"]) == ("closed", True)
        rated = public.ask(
            "POST", f"/reports/{receipt}/rating", secret=SECRET, json={"rating": 4}
        ).json()
        assert (rated["state"], rated["rating"], rated["may_rate"]) == ("rated", 4, False)
        photos = client.get(f"/api/v1/incidents/{incident['id']}/attachments").json()
        assert [(one["purpose"], one["receipt"]) for one in photos] == [("report", receipt)]
        with client.app.state.service.store.reading() as session:
            acts = [one.act for one in read_chain(session) if one.by == PUBLIC]
        assert acts == ["report_incident", "give_receipt", "attach_photo", "move_incident"]


def test_every_page_hears_of_a_report_as_of_any_other(client, public):
    public.report(reporter={"name": "张三", "phone": PHONE})
    (incident,) = public.incidents()
    who = client.get(f"/api/v1/incidents/{incident['id']}/reporter").json()
    assert (who["name"], who["phone"]) == ("张三", PHONE)


def test_whoever_gives_no_name_has_none_on_record(client, public):
    public.report(reporter={"name": "", "phone": ""})
    (incident,) = public.incidents()
    who = client.get(f"/api/v1/incidents/{incident['id']}/reporter").json()
    assert not who["name"]
    assert not who["phone"]


def test_one_report_more_joins_the_one_that_is_there(client, public):
    first = public.report().json()["receipt"]
    (near,) = public.ask("GET", f"/nearby?lon={HERE[0]}&lat={HERE[1]}&matter=H1").json()["items"]
    assert (near["alike"], near["distance_m"], near["age_s"]) == ("same_matter", 50, 0)
    joined = public.report(joins=near["id"], text="我也看到了", secret=ANOTHER)
    assert joined.json()["joined"]
    assert len(public.incidents()) == 1
    held = client.get(f"/api/v1/incidents/{near['id']}/receipts").json()
    assert [(one["joined"], one["text"]) for one in held] == [(False, ""), (True, "我也看到了")]
    second = joined.json()["receipt"]
    assert public.ask("GET", f"/reports/{second}", secret=ANOTHER).json()["state"] == "reported"
    assert public.ask("GET", f"/reports/{first}", secret=ANOTHER).status_code == 404


def test_what_is_nearby_tells_kind_distance_and_age_and_nothing_else(public):
    public.report(text=f"找{PHONE}", reporter={"name": "张三", "phone": PHONE})
    answer = public.ask("GET", f"/nearby?lon={HERE[0]}&lat={HERE[1]}")
    (near,) = answer.json()["items"]
    assert near.keys() == {"id", "alike", "matters", "matters_en", "distance_m", "age_s"}
    assert PHONE not in answer.text


def test_nothing_is_joined_that_is_not_near_or_is_over(public, clock):
    public.report()
    (incident,) = public.incidents()
    far = public.report(joins=incident["id"], lon_lat=RIVER.lon_lat["1"], secret=ANOTHER)
    clock.now += timedelta(days=2)
    late = public.report(joins=incident["id"], secret=ANOTHER)
    nobody = public.report(joins="20261120-999999", secret=ANOTHER)
    assert [one.status_code for one in (far, late, nobody)] == [409, 409, 409]


def test_only_whoever_reported_first_rates(client, public, clock):
    public.report()
    (incident,) = public.incidents()
    joined = public.report(joins=incident["id"], secret=ANOTHER).json()["receipt"]
    move_on(client, clock, incident["id"], *STEPS)
    assert not public.ask("GET", f"/reports/{joined}", secret=ANOTHER).json()["may_rate"]
    path = f"/reports/{joined}/rating"
    assert public.ask("POST", path, secret=ANOTHER, json={"rating": 1}).status_code == 409


def test_a_report_sent_twice_counts_once(public):
    key = {"idempotency-key": "0123456789abcdef"}
    body = {"lon_lat": HERE, "matters": ["H1"], "secret": SECRET}
    sent = [public.ask("POST", "/reports", json=body, headers=key) for _ in range(2)]
    assert sent[0].json() == sent[1].json()
    assert sent[1].headers["idempotent-replayed"] == "true"
    assert len(public.incidents()) == 1
    other = body | {"secret": ANOTHER}
    assert public.ask("POST", "/reports", json=other, headers=key).json()["code"] == "key_reused"
    photo = [public.photo(sent[0].json()["receipt"], picture()) for _ in range(2)]
    assert [one.json()["photos"] for one in photo] == [1, 1]


@pytest.mark.parametrize(
    ("flaw", "code"),
    [
        ({"website": "http://buy.example"}, "invalid"),
        ({"secret": "short"}, "invalid"),
        ({"matters": ["H1", "H5", "T1", "H1"]}, "invalid"),
        ({"matters": ["NONE"]}, "unknown_name"),
        ({"matters": [], "text": " "}, "bad_value"),
        ({"lon_lat": [10.0, 50.0]}, "bad_value"),
        ({"lon_lat": None}, "invalid"),
        ({"joins": "20261120-000001", "reporter": {"name": "张三"}}, "invalid"),
        ({"kind": "visit"}, "invalid"),
    ],
)
def test_a_flaw_is_told_and_nothing_is_kept(public, flaw, code):
    answer = public.report(**flaw)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert public.incidents() == []


def test_words_lead_to_matters_and_names_to_places(public):
    assert public.ask("GET", "/matters?q=随便说说").json() == {"items": []}
    assert public.ask("GET", "/places?q=").json() == {"items": []}
    assert public.ask("GET", "/places?q=小学").status_code == 200
    city = public.ask("GET", "/city").json()
    assert city.keys() == {"name", "name_en", "invented", "now", "bounds", "tiles", "backdrop"}
    assert public.ask("GET", "/backdrop").json()["type"] == "FeatureCollection"
    zoom, column, row = 12, int((109.1 + 180) / 360 * 4096), 2048
    assert public.ask("GET", f"/tiles/{zoom}/{column}/{row}.mvt").status_code in {200, 204}


def test_a_number_without_its_secret_opens_nothing_and_guessing_ends(public, clock):
    receipt = public.report().json()["receipt"]
    path = f"/reports/{receipt}"
    wrong = [public.ask("GET", path, secret=ANOTHER) for _ in range(10)]
    absent = public.ask("GET", "/reports/R20261120-999999", secret=SECRET)
    assert {one.status_code for one in wrong} == {404}
    assert (absent.status_code, absent.json()["code"]) == (429, "too_often")
    assert public.ask("GET", path, secret=SECRET).status_code == 429
    clock.now += timedelta(minutes=11)
    assert public.ask("GET", path, secret=SECRET).status_code == 200
    assert public.ask("GET", path).status_code == 422


def test_whoever_reports_too_often_is_told_when_to_come_again(client, public, clock):
    client.app.state.public_limits = PublicLimits({kind: Limit(3, 5, 60) for kind in Kind})
    sent = [public.report(matters=[], text=f"第{n}次") for n in range(4)]
    assert [one.status_code for one in sent] == [201, 201, 201, 429]
    assert sent[3].headers["retry-after"] == "60"
    assert sent[3].json()["zh"] == "操作过于频繁，请稍后再试。"
    clock.now += timedelta(seconds=60)
    assert public.report(matters=[], text="再来").status_code == 201


def test_an_operator_may_close_the_door(client, public, monkeypatch):
    service = client.app.state.service
    monkeypatch.setattr(
        service, "settings", service.settings.model_copy(update={"public_reports": False})
    )
    for path in ("/city", "/places?q=x", "/backdrop", f"/nearby?lon={HERE[0]}&lat={HERE[1]}"):
        assert public.ask("GET", path).status_code == 404
    assert public.report().status_code == 404


def test_another_sites_page_reports_nothing(public):
    body = {"lon_lat": HERE, "text": "油烟", "secret": SECRET}
    cross = {"sec-fetch-site": "cross-site"}
    assert public.ask("POST", "/reports", json=body, headers=cross).status_code == 403


def test_a_photo_of_a_report_is_kept_without_what_the_camera_wrote(client, public):
    receipt = public.report().json()["receipt"]
    public.photo(receipt, picture())
    (incident,) = public.incidents()
    (photo,) = client.get(f"/api/v1/incidents/{incident['id']}/attachments").json()
    path = f"/api/v1/incidents/{incident['id']}/attachments/{photo['id']}"
    kept = client.get(path)
    assert kept.headers["content-type"] == "image/jpeg"
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert b"A Camera That Is Known" in picture()
    assert b"A Camera That Is Known" not in kept.content
    assert not Image.open(BytesIO(kept.content)).getexif()
    assert client.get(f"{path}9").status_code == 404


def test_five_photos_go_with_a_receipt(public):
    receipt = public.report().json()["receipt"]
    sent = [public.photo(receipt, picture(size=(8, 8 + n))) for n in range(6)]
    assert [one.status_code for one in sent] == [201] * 5 + [409]
    assert public.photo(receipt, picture(), secret=ANOTHER).status_code == 404


@pytest.mark.parametrize("given", [b"", b"no photo", b"\xff\xd8\xff\xe0", b"GIF89a" + b"\0" * 30])
def test_what_is_no_photo_is_refused(public, given):
    receipt = public.report().json()["receipt"]
    assert public.photo(receipt, given).status_code == 422
