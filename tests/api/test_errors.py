"""Every error leaves as problem details in both languages, and never as a traceback."""

import logging

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel, FiniteFloat

from api import errors
from api.body_limit import BodyLimit
from api.schemas import Text
from geo.errors import (
    BadInput,
    BadValue,
    Conflict,
    EmptyNetwork,
    GridDispatchError,
    MissingColumn,
    OutsideNetwork,
    Unavailable,
    UnknownCrs,
    UnknownName,
    UnreadableFile,
)


class Body(BaseModel):
    lon: FiniteFloat
    text: Text = ""


def door(error: Exception | None = None) -> TestClient:
    app = FastAPI()
    errors.install(app)

    @app.get("/fail")
    def fail() -> None:
        assert error is not None
        raise error

    @app.post("/echo")
    def echo(body: Body) -> Body:
        return body

    app.add_middleware(BodyLimit, most_bytes=1000)
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadInput("x."), 422),
        (BadValue("x."), 422),
        (UnreadableFile("x."), 422),
        (MissingColumn("x."), 422),
        (UnknownCrs("x."), 422),
        (UnknownName("x."), 422),
        (OutsideNetwork("x."), 422),
        (EmptyNetwork("x."), 503),
        (Conflict("x."), 409),
        (Unavailable("x."), 503),
        (errors.NotFound("x."), 404),
        (errors.Unauthorized("x."), 401),
        (errors.Forbidden("x."), 403),
    ],
)
def test_each_class_of_error_has_its_status(error, status):
    response = door(error).get("/fail")
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["code"] == error.code
    assert problem["en"] == problem["detail"] == "x."
    assert problem["zh"]


def test_every_code_of_the_tree_has_a_chinese_text():
    classes = [GridDispatchError]
    for parent in classes:
        classes.extend(parent.__subclasses__())
    assert not {error.code for error in classes} - errors.CHINESE.keys()


def test_an_unforeseen_error_is_told_without_its_insides(caplog):
    with caplog.at_level(logging.ERROR):
        response = door(ZeroDivisionError("secret figure")).get("/fail")
    assert response.status_code == 500
    assert response.json()["code"] == "error"
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert "secret figure" in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        '{"lon": NaN}',
        '{"lon": Infinity}',
        '{"lon": 1e999}',
        '{"lon": "east"}',
        '{"lon": 1, "text": "\\ud800"}',
        '{"lon": 1, "text": "\\u0000"}',
        "{}",
        "not json",
        "[" * 5000,
    ],
)
def test_a_body_that_cannot_be_used_is_refused_with_one_sentence(body):
    headers = {"content-type": "application/json"}
    response = door().post("/echo", content=body[:900], headers=headers)
    assert response.status_code in {400, 422}
    problem = response.json()
    assert problem["en"].endswith(".")
    assert problem["zh"]


@pytest.mark.parametrize("declared", [True, False])
def test_an_oversized_body_is_refused(declared):
    content = b'{"lon": 1, "text": "' + b"x" * 2000 + b'"}'
    sent = content if declared else iter([content[:500], content[500:]])
    headers = {"content-type": "application/json"}
    response = door().post("/echo", content=sent, headers=headers)
    assert response.status_code == 413
    assert response.json()["code"] == "too_large"


def test_an_unknown_path_is_a_problem_too():
    response = door().get("/nowhere")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_wrong_method_is_a_problem_too():
    response = door().delete("/echo")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("item", "message"),
    [
        (
            {"type": "literal_error", "msg": "Input should be <Source.CAMERA: 'camera'> or 'x'"},
            "Input should be 'camera' or 'x'",
        ),
        (
            {
                "type": "too_long",
                "input": "abc",
                "msg": "Value should have at most 2 items after validation, not 3",
            },
            "Value should have at most 2 characters, not 3",
        ),
        (
            {
                "type": "too_short",
                "input": "",
                "msg": "Value should have at least 1 item after validation, not 0",
            },
            "Value should have at least 1 character, not 0",
        ),
        (
            {
                "type": "too_long",
                "input": [1, 2],
                "msg": "List should have at most 1 item after validation, not 2",
            },
            "List should have at most 1 item, not 2",
        ),
        ({"type": "value_error", "msg": "Value error, a thing is wrong."}, "a thing is wrong"),
    ],
)
def test_what_is_wrong_with_a_field_is_said_without_the_words_of_a_programme(item, message):
    told = errors.finding({"loc": ("body", "field"), **item})
    assert told == {"where": "body.field", "message": message}
