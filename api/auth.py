"""
Who is asking: by bearer token, or by the cookie of a page.

Programs that know no bearer tokens, such as QGIS 3.22, send theirs as the password of HTTP's basic
scheme.  A browser may do so by itself, so such a request is looked at as one with a cookie is.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from api.demo_people import demo_person
from api.errors import Forbidden, Unauthorized
from api.service import service_of
from dispatch.access import Act, Person
from dispatch.account import Account, Credential, CredentialKind
from dispatch.store.credentials import find_credential

COOKIE = "grid_dispatch_session"
"""Name of the cookie by which a page is signed in."""

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

INTAKE = "/intake/"
"""Below it no cookie counts, and a key may stand in the address: phones may send nothing else."""

KEY = "key"
"""Under which name, in the path or behind the question mark."""

FOR_ADDRESSES = frozenset({Act.SEND_POSITIONS})
"""All that a key in an address may be good for: addresses stand in the logs of proxies."""


async def person_of(request: Request) -> Person:
    """
    Recognise who asks; a thread is taken only to look in the store.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    person
        The holder of the token, or of the page's session; the one asker of a service that serves
        a single verb.

    Raises
    ------
    Unauthorized
        Nobody has signed in, or the token is not known, or stands in another scheme than
        Bearer or Basic.
    Forbidden
        A page of somebody else's asks in the name of a person who is signed in here, or a key in
        an address is good for more than positions.
    """
    asker: Callable[[], Person] | None = request.app.state.asker
    if asker is not None:
        return asker()
    header = request.headers.get("authorization")
    foreign = request.url.path.startswith(INTAKE)
    beside = _key_in_address(request) if foreign else request.cookies.get(COOKIE)
    token = _token(header) if header is not None else beside
    if not token:
        raise Unauthorized("Sign in, or send a bearer token: nobody is asking.")
    if header is None or _scheme(header) == "basic":
        require_own_page(request)
    known = _of_demo(token, request)
    person = known or await run_in_threadpool(_holder, token, request)
    if person is None:
        raise Unauthorized("This token is not known here, or no longer: sign in again.")
    if foreign and header is None and known is None and person.scope != FOR_ADDRESSES:
        raise Forbidden(
            "A key in an address has to be good for positions alone (scope send_positions)."
        )
    return person


async def holder_for(key: str, request: Request, good_for: frozenset[Act]) -> Person | None:
    """
    Find out whose a key is that came where others may read it, and is good for little.

    Parameters
    ----------
    key
        As it was sent.
    request
        The request.
    good_for
        All that such a key may be good for.

    Returns
    -------
    person
        None where nobody here has it.

    Raises
    ------
    Forbidden
        It is a session's, or good for more than that.
    """
    known = _of_demo(key, request)
    person = known or await run_in_threadpool(_holder, key, request)
    if person is None or person is known:
        return person
    if person.scope is None or not person.scope <= good_for:
        acts = ", ".join(sorted(good_for))
        raise Forbidden(f"A key that is sent like this has to be good for no more than {acts}.")
    return person


def page_person(request: Request) -> Person | None:
    """
    Recognise who is signed in on the page that asks.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    person
        Whose session it is, or None where nobody is signed in.
    """
    token = request.cookies.get(COOKIE)
    return (_of_demo(token, request) or _holder(token, request)) if token else None


def host(request: Request) -> str:
    """
    Say where a request comes from.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    host
        An address; empty where it is not known.
    """
    return "" if request.client is None else request.client.host


def require_own_page(request: Request) -> None:
    """
    Refuse what another site's page would change through a cookie.

    Browsers say where a request comes from, in ``Sec-Fetch-Site`` or at least ``Origin``;
    a request that says neither does not come from a page.

    Parameters
    ----------
    request
        The request.

    Raises
    ------
    Forbidden
        It would change something, and comes from a page of another origin.
    """
    if request.method in SAFE_METHODS:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and origin is not None:
        own = urlsplit(origin).netloc == request.headers.get("host")
        site = "same-origin" if own else "cross-site"
    if site not in {None, "same-origin", "none"}:
        raise Forbidden("This comes from a page of another site, which may not act for you.")


def _scheme(header: str) -> str:
    """Scheme of an authorization header, in small letters."""
    return header.partition(" ")[0].lower()


def _token(header: str) -> str | None:
    """Token of an authorization header, or None for a scheme that has none."""
    said = header.partition(" ")[2].strip()
    if _scheme(header) == "basic":
        return _password(said)
    return said if _scheme(header) == "bearer" else None


def _key_in_address(request: Request) -> str | None:
    """Key of a program that can send no header."""
    return request.path_params.get(KEY) or request.query_params.get(KEY)


def _password(encoded: str) -> str | None:
    """Password of the basic scheme; what stands before it names nobody."""
    try:
        return b64decode(encoded, validate=True).decode().partition(":")[2]
    except ValueError:  # neither base64 nor UTF-8
        return None


def credential_in(request: Request) -> tuple[Account, Credential] | None:
    """
    Look up the account and the secret with which a request comes.

    Parameters
    ----------
    request
        The request.

    Returns
    -------
    account, credential
        From the store; None for people of the demo, and for whoever has not signed in.
    """
    header = request.headers.get("authorization")
    token = _token(header) if header is not None else request.cookies.get(COOKIE)
    return _in_store(token, request) if token else None


def set_cookie(response: Response, request: Request, secret: str) -> None:
    """
    Sign a page in.

    Parameters
    ----------
    response, request
        What is answered, to what.
    secret
        Secret of the session.
    """
    response.set_cookie(
        COOKIE, secret, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )


def forget_cookie(response: Response) -> None:
    """
    Sign a page out.

    Parameters
    ----------
    response
        What is answered.
    """
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


def _of_demo(token: str, request: Request) -> Person | None:
    """Which of the demo's people holds it, or None."""
    return demo_person(token, service_of(request).city, host=host(request))


def _holder(token: str, request: Request) -> Person | None:
    """Whose session or key it is, or None."""
    held = _in_store(token, request)
    return None if held is None else held[0].person(held[1].scope)


def _in_store(token: str, request: Request) -> tuple[Account, Credential] | None:
    """Whose session or key it is, by the store."""
    service = service_of(request)
    with service.store.reading() as session:
        return find_credential(
            session,
            token,
            now=service.clock(),
            kinds=[CredentialKind.SESSION, CredentialKind.KEY],
        )
