"""
Requests drawn from the service's own description, sound and unsound ones, by every role.

Whatever is sent: nothing fails inside the service (no 5xx), every status and media type is
one that the description names for that path, and every body fits the schema it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest
import schemathesis
from faults.running_server import RunningServer, running
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from dispatch.access import Role

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDLESS = "/api/v1/events"
"""A stream that goes on until somebody hangs up; `test_live` reads it."""

PATIENCE_S = 60

ROLES = (*Role, None)
"""Everybody, and somebody without credentials."""

MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
"""Requests that fit the description, and requests that don't."""


@pytest.fixture
def server(store_url, tmp_path) -> Iterator[RunningServer]:
    with running(store_url, tmp_path) as server:
        yield server


@pytest.fixture
def on_server(store_url) -> bool:
    return store_url.startswith("postgresql:")


@pytest.fixture
def described(server) -> BaseSchema:
    return schemathesis.openapi.from_url(f"http://127.0.0.1:{server.port}/openapi.json")


def test_every_answer_is_as_described(described, server, on_server, count):
    """In `make test` each operation is asked by one role in turn, in one of the two ways."""
    share = count(reduced=len(ROLES), full=1)
    cases = count(reduced=1, full=4 if on_server else 12, long=100)
    failures = []
    for number, operation in enumerate(operations(described)):
        roles = ROLES[number % share :: share]
        modes = MODES if share == 1 else MODES[number % 2 :][:1]
        try:
            for mode in modes:
                hold_to_description(operation, mode, roles, cases=cases)
        except (Failure, FailureGroup) as failure:
            failures.append(f"{operation.label}: {told(failure)}")
        assert server.alive, server.said()
    assert not failures, "\n\n".join(failures)


def told(failure: Failure | FailureGroup) -> str:
    """Say all that was found, and how to see it again."""
    if isinstance(failure, FailureGroup):
        return "\n".join([str(failure), *(str(one) for one in failure.exceptions)])
    return str(failure)


def operations(described: BaseSchema) -> Iterator[APIOperation]:
    for found in described.get_all_operations():
        operation = found.ok()
        if operation.path != ENDLESS:
            yield operation


def hold_to_description(
    operation: APIOperation, mode: GenerationMode, roles: Sequence[Role | None], *, cases: int
) -> None:
    """Let all roles ask one operation the same, so many times, and check whatever comes back."""

    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        for role in roles:
            # Drawing a case may take longer than the server keeps an idle connection open.
            headers = {"connection": "close"}
            if role is not None:
                headers["authorization"] = f"Bearer demo-{role}"
            case.call_and_validate(headers=headers, checks=CHECKS, timeout=PATIENCE_S)

    # An operation without parameters and body cannot be asked in an unsound way.
    with suppress(Unsatisfiable):
        ask()
