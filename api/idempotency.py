"""
Requests that are sent twice: ``Idempotency-Key`` makes the second have no effect.

Every door that changes something works in an `Effect`.  It begins the transaction, refuses or
replays a request whose key is known, and commits what was done together with what will be
answered.  So whoever got no answer, because the line broke or the service fell, sends the same
again with the same key, and hears what the first time would have said.

A key is one caller's, for one address.  The same key with another body is refused; while the first
request is under way the second is told to come back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy.orm import Session

from api.auth import person_of
from api.errors import Answered, InFlight, KeyReused
from api.service import Service, ServiceDep
from dispatch.access import Person
from dispatch.store.idempotency import (
    KeptAnswer,
    forget_answers,
    keep_answer,
    kept_answer,
    take_turn,
)

MOST_KEY = 255
"""Longest key."""

LEAST_PUBLIC_KEY = 16
"""Shortest key of somebody without an account, so that two of them do not draw the same."""

ANYBODY = Person("public:anybody", frozenset(), frozenset())
"""Whoever has no account; no account can be called so."""

FORMS = ("multipart/", "application/x-www-form-urlencoded")
"""Bodies that are read as forms before this looks at them."""

PIECE_BYTES = 1 << 20

ANSWERS_KEPT = timedelta(days=2)
"""How long an answer can be heard again; a client that has not asked by then has given up."""

Out = TypeVar("Out", bound=BaseModel | list[Any])


@dataclass(frozen=True, slots=True)
class Keyed:
    """
    A request with a key.

    Attributes
    ----------
    request
        Digest of who asks, where, and with which key.
    asked
        Digest of query and body.
    """

    request: str
    asked: str


@dataclass(slots=True, eq=False)
class Effect:
    """
    What one request changes, and what it is answered.

    Attributes
    ----------
    service
        The service.
    response
        Takes the address of what was made.
    status
        Status that the door answers with.
    keyed
        The request as it is known again, or None without a key.
    """

    service: Service
    response: Response
    status: int
    keyed: Keyed | None
    _session: Session | None = field(default=None)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """
        Begin the transaction of the effect.

        Returns
        -------
        session
            What is not committed by `commit` is undone.

        Raises
        ------
        Answered
            The same was asked before; the answer of then is given.
        KeyReused
            Something else was asked with this key.
        InFlight
            The same is being asked at this moment.
        """
        if self.keyed is None:
            with self.service.store.session() as self._session:
                yield self._session
            return
        with (
            self.service.underway.only_one(self.keyed.request),
            self.service.store.session() as self._session,
        ):
            _refuse_or_replay(self._session, self.keyed)
            yield self._session

    def replay(self) -> None:
        """
        Hear whether the same was asked before, ahead of work that needs no transaction.

        Raises
        ------
        Answered
            It was; the answer of then is given.
        KeyReused
            Something else was asked with this key.
        """
        if self.keyed is not None:
            with self.service.store.reading() as session:
                _replay(session, self.keyed)

    def commit(self, answer: Out, **headers: str) -> Out:
        """
        Make the effect and the answer durable, in one.

        Parameters
        ----------
        answer
            What the door is about to answer; headers that it has set are kept, too.
        **headers
            What is said beside it, such as ``location``.

        Returns
        -------
        answer
            The same.
        """
        assert self._session is not None  # within `begin`
        self.response.headers.update(headers)
        if self.keyed is not None:
            kept = KeptAnswer(
                request=self.keyed.request,
                asked=self.keyed.asked,
                at=self.service.clock(),
                status=self.status,
                headers=json.dumps(dict(self.response.headers)),
                body=to_json(answer, by_alias=True),
            )
            keep_answer(self._session, kept)
        self._session.commit()
        return answer


async def effect_of(
    request: Request,
    response: Response,
    service: ServiceDep,
    person: Annotated[Person, Depends(person_of)],
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=MOST_KEY,
            description="Sent again with the same key and body, the request has no second effect "
            "and the same answer.",
        ),
    ] = None,
) -> Effect:
    """
    Prepare the effect of a request.

    Parameters
    ----------
    request, response
        The request, and what headers are set on.
    service
        The service.
    person
        Whose key it is.
    key
        The key, or None.

    Returns
    -------
    effect
        Begun by the door.
    """
    status = request.scope["route"].status_code or 200
    if key is None:
        return Effect(service, response, status, None)
    address = (person.name, request.method, request.url.path, key)
    body = await _sent(request)
    keyed = Keyed(
        request=_digest(*(part.encode() for part in address)),
        asked=_digest(request.url.query.encode(), body),
    )
    return Effect(service, response, status, keyed)


async def effect_of_anybody(
    request: Request,
    response: Response,
    service: ServiceDep,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=LEAST_PUBLIC_KEY,
            max_length=MOST_KEY,
            description="Drawn at random. Sent again with the same key and body, the request has "
            "no second effect and the same answer.",
        ),
    ] = None,
) -> Effect:
    """
    Prepare the effect of a request of somebody without an account; all of them share their keys.

    Parameters
    ----------
    request, response
        The request, and what headers are set on.
    service
        The service.
    key
        The key, or None.

    Returns
    -------
    effect
        Begun by the door.
    """
    return await effect_of(request, response, service, ANYBODY, key)


async def _sent(request: Request) -> bytes:
    """What was asked: the body, or of a form with files a digest of its parts."""
    if not request.headers.get("content-type", "").startswith(FORMS):
        return await request.body()
    digest = hashlib.sha256()
    for name, part in (await request.form()).multi_items():
        digest.update(_digest(name.encode()).encode())
        if isinstance(part, str):
            digest.update(_digest(part.encode()).encode())
            continue
        digest.update(_digest((part.filename or "").encode()).encode())
        while piece := await part.read(PIECE_BYTES):
            digest.update(piece)
        await part.seek(0)
    return digest.digest()


EffectDep = Annotated[Effect, Depends(effect_of)]
PublicEffectDep = Annotated[Effect, Depends(effect_of_anybody)]


def drop_old_answers(service: Service) -> None:
    """
    Forget answers that are no longer kept.

    Parameters
    ----------
    service
        The service.
    """
    with service.store.session() as session:
        forget_answers(session, before=service.clock() - ANSWERS_KEPT)
        session.commit()


def _refuse_or_replay(session: Session, keyed: Keyed) -> None:
    """Raise what ends a request that is no new one."""
    if not take_turn(session, keyed.request):
        raise InFlight
    _replay(session, keyed)


def _replay(session: Session, keyed: Keyed) -> None:
    """Raise what a request was answered that was dealt with before."""
    known = kept_answer(session, keyed.request)
    if known is None:
        return
    if known.asked != keyed.asked:
        raise KeyReused
    raise Answered(known.status, known.body, json.loads(known.headers))


def _digest(*parts: bytes) -> str:
    """Digest of several parts, none of which can run into the next."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8) + part)
    return digest.hexdigest()
