"""Signing in by an identity provider: whether there is one, there, and back again."""

from __future__ import annotations

from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.auth import set_cookie
from api.errors import CHINESE, NotFound, status_of
from api.oidc import Provider
from api.oidc_claims import claim_rules
from api.oidc_sign_in import UNDER_WAY, Came, let_in, send_away
from api.pages import sign_in_page
from api.schemas_account import ProviderOut
from api.service import Service, ServiceDep
from geo.errors import GridDispatchError

router = APIRouter(prefix="/api/v1/session/provider", tags=["session"])

BROWSER = "grid_dispatch_sign_in"
"""Name of the cookie by which a browser is known again when it comes back."""

BACK = "/api/v1/session/provider/return"
"""Where the provider sends the browser back to; registered there with the service's address."""

_SENT_ON: dict[int | str, dict[str, Any]] = {
    303: {"description": "Sent on to another page"},
    404: {"description": "No provider is set"},
}

Text = Annotated[str, Query(max_length=2048, pattern=r"^[\x20-\x7e]*$")]
"""What RFC 6749, appendix A, lets a provider write; all of it fits the longest address read."""


@router.get("")
def read(service: ServiceDep) -> ProviderOut:
    """Say whether one may sign in by an identity provider, and what it is called."""
    there = service.provider is not None
    return ProviderOut(title=service.settings.oidc_title if there else None)


@router.get("/begin", status_code=303, response_class=RedirectResponse, responses=_SENT_ON)
def begin(request: Request, service: ServiceDep) -> Response:
    """Send a browser to the identity provider; it comes back within ten minutes."""
    address, browser = send_away(
        service.store, _provider(service), _redirect(request), now=service.clock()
    )
    response = RedirectResponse(address, status_code=303)
    # Lax, for the browser comes back from a page of the provider's.
    response.set_cookie(
        BROWSER,
        browser,
        max_age=int(UNDER_WAY.total_seconds()),
        path=BACK,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.get("/return", status_code=303, response_class=RedirectResponse, responses=_SENT_ON)
def come_back(  # noqa: PLR0913, PLR0917 -- what a provider may send
    request: Request,
    service: ServiceDep,
    state: Text = "",
    code: Text = "",
    iss: Text | None = None,
    error: Text | None = None,
    browser: Annotated[str, Cookie(alias=BROWSER, include_in_schema=False)] = "",
) -> Response:
    """Begin a session by what the identity provider says; a page is told why it was refused."""
    came = Came(state, code, browser, _redirect(request), iss, error)
    try:
        rules = claim_rules(service.settings)
        begun = let_in(
            service.store, _provider(service), came, service.city, rules, now=service.clock()
        )
    except GridDispatchError as refused:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        return _refusal(refused)
    # By way of the sign-in page: the new cookie is not sent on a way that began elsewhere.
    response = RedirectResponse("/sign-in", status_code=303)
    set_cookie(response, request, begun.secret)
    response.delete_cookie(BROWSER, path=BACK, httponly=True, samesite="lax")
    return response


def _provider(service: Service) -> Provider:
    """The provider that is set."""
    if service.provider is None:
        raise NotFound("No identity provider is set here: sign in with a password.")
    return service.provider


def _redirect(request: Request) -> str:
    """Address at which a browser comes back, under the name by which it asks."""
    return f"{str(request.base_url).rstrip('/')}{BACK}"


def _refusal(refused: GridDispatchError) -> Response:
    """The sign-in page with the sentence of a refusal."""
    zh, en = escape(CHINESE[refused.code]), escape(str(refused))
    return sign_in_page(zh=zh, en=en, status=status_of(refused))
