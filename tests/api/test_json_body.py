"""Bodies that no parser should be given: one clear problem, quickly, and never a 5xx."""

from __future__ import annotations

import json
import time
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.json_body import DEEPEST, flaw_of, form_flaw_of

JSON = {"content-type": "application/json"}
REPORT = '{{"lon_lat": {at}, "matters": {matters}, "text": {text}}}'

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('[]{}"\\,: abc\n'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('[]{}"\\'), inner),
    max_leaves=40,
)


def depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


@given(VALUES, st.integers(0, 40))
def test_a_body_is_refused_by_its_depth_alone_whatever_its_strings_say(value: object, more: int):
    body = "[" * more + json.dumps(value) + "]" * more
    assert (flaw_of(body.encode()) is not None) == (depth(value) + more > DEEPEST)


@given(VALUES.filter(lambda value: depth(value) < DEEPEST), st.sampled_from(["NaN", "Infinity"]))
def test_no_number_is_found_outside_of_strings_and_let_alone_within(value: object, word: str):
    assert flaw_of(json.dumps([value, word]).encode()) is None
    assert flaw_of(json.dumps([value])[:-1].encode() + f", -{word}]".encode()) is not None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("[" * 1_000_000, 400, "malformed"),
        ('{"a":' * 700_000, 400, "malformed"),
        ("[" * 33 + "]" * 33, 400, "malformed"),
        (REPORT.format(at="[NaN, 21]", matters="[]", text='""'), 400, "malformed"),
        (REPORT.format(at="[1e999, 21]", matters="[]", text='""'), 422, "invalid"),
        (REPORT.format(at="[500, 21]", matters="[]", text='""'), 422, "bad_value"),
        (REPORT.format(at="[" + "9" * 5000 + ", 21]", matters="[]", text='""'), 400, "malformed"),
        (REPORT.format(at='["109", {}]', matters="[]", text='""'), 422, "invalid"),
        (REPORT.format(at="[109, 21]", matters='{"a": 1}', text='""'), 422, "invalid"),
        (REPORT.format(at="[109, 21]", matters="[]", text=r'"\ud800"'), 422, "invalid"),
        (REPORT.format(at="[109, 21]", matters="[]", text=r'"\u0000"'), 422, "invalid"),
        (REPORT.format(at="[109, 21]", matters=r'["\udfff"]', text='""'), 422, "invalid"),
        (r'{"\ud800": 1}', 422, "invalid"),
        ("nul", 422, "invalid"),
        ("", 422, "invalid"),
        ("\ufeff{}", 400, "malformed"),
        (" " * (4 * 1024 * 1024) + "{}", 413, "too_large"),
    ],
)
@pytest.mark.parametrize("path", ["incidents", "suggestions", "positions"])
def test_a_hostile_body_gets_one_clear_problem(client, path, body, status, code):
    began = time.perf_counter()
    answer = client.post(f"/api/v1/{path}", content=body.encode(), headers=JSON)
    assert time.perf_counter() - began < 5
    problem = answer.json()
    assert 400 <= answer.status_code < 500
    assert problem["code"]
    assert problem["en"].endswith(".")
    if path == "incidents":
        assert (answer.status_code, problem["code"]) == (status, code)


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("said", ["[NaN]", '["\u2200", ' + "[" * 5000 + "]" * 5000 + "]", "{}"])
def test_json_in_another_coding_is_refused_unread(said: str, coding: str):
    assert flaw_of(said.encode(coding)) is not None


def test_bytes_that_are_no_utf_8_are_refused(client):
    answer = client.post("/api/v1/incidents", content=b'{"text": "\xff\xfe"}', headers=JSON)
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"


FORM = {"content-type": "application/x-www-form-urlencoded"}
OF_A_STALL = "api_key=demo-reporter&service_code=H1&lat=0&long=0&description="


def test_json_in_an_encoding_of_its_own_is_told_that_it_is(client):
    body = json.dumps({"lon_lat": [0, 0], "matters": [], "text": "占道"}, ensure_ascii=False)
    answer = client.post("/api/v1/incidents", content=body.encode("gbk"), headers=JSON)
    assert answer.status_code == 400
    assert "UTF-8" in answer.json()["en"]
    assert "GBK" in answer.json()["en"]


@pytest.mark.parametrize(
    "path", ["/open311/v2/requests.json", "/intake/osmand?key=demo-dispatcher"]
)
@pytest.mark.parametrize(
    "written", [quote("占道经营", encoding="gbk").encode(), "占道".encode("gbk")]
)
def test_a_form_in_another_encoding_is_refused_rather_than_kept_as_marks(client, path, written):
    """Seen to fail without the look: four replacement marks stood in the record."""
    answer = client.post(path, content=OF_A_STALL.encode() + written, headers=FORM)
    assert answer.status_code == 400, answer.text
    assert "UTF-8" in answer.json()["en"]


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=5))
def test_a_form_of_any_text_is_let_alone(said: dict[str, str]):
    assert form_flaw_of(urlencode(said, errors="ignore").encode()) is None
