"""Who is calling: demo tokens on the loopback address, until there are accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request

from api.errors import Forbidden, Unauthorized
from api.settings import is_loopback


class Role(StrEnum):
    """Roles of the people who use the service."""

    DISPATCHER = "dispatcher"
    PLANNER = "planner"
    GIS = "gis"
    OFFICER = "officer"
    AUDITOR = "auditor"
    LEADER = "leader"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """
    Somebody who calls the service.

    Attributes
    ----------
    name
        Account name.
    role
        What they are there for.
    """

    name: str
    role: Role


TOKENS: dict[str, Caller] = {f"demo-{role}": Caller(f"demo-{role}", role) for role in Role}
"""Bearer tokens of the demo city; they open nothing but an invented city on this machine."""


def caller_of(request: Request) -> Caller:
    """
    Recognise the caller of a request.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    caller
        The holder of the token; without a token, the demo dispatcher.

    Raises
    ------
    Forbidden
        The request comes from another machine.
    Unauthorized
        The token is not known, or is of another scheme than Bearer.
    """
    if request.client is None or not is_loopback(request.client.host):
        raise Forbidden("Only this machine may call the service: it has no accounts yet.")
    header = request.headers.get("authorization")
    if header is None:
        return TOKENS["demo-dispatcher"]
    scheme, _, token = header.partition(" ")
    caller = TOKENS.get(token.strip()) if scheme.lower() == "bearer" else None
    if caller is None:
        raise Unauthorized("This token is not known here: the demo city knows demo-<role>.")
    return caller


CallerDep = Annotated[Caller, Depends(caller_of)]


def allowed(*roles: Role) -> Callable[[Caller], Caller]:
    """
    Let only some roles in.

    Parameters
    ----------
    *roles
        Who may.

    Returns
    -------
    dependency
        Recognises the caller, and refuses anybody else with `Forbidden`.
    """

    def check(caller: CallerDep) -> Caller:
        if caller.role not in roles:
            raise Forbidden(f"A {caller.role} may not do this; it takes a {' or a '.join(roles)}.")
        return caller

    return check
