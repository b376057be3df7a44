"""Settings of the service, read once by the composition root and never at import."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.logs import LogFormat
from dispatch.planning.publish_gate import THRESHOLD


class Settings(BaseSettings):
    """
    What an operator may set; every field is also ``GRID_DISPATCH_<NAME>`` in the environment.

    Attributes
    ----------
    store
        Store URL, for example ``sqlite:////var/lib/grid-dispatch/city.gpkg``; None stands
        for the demo city's own file.
    policy
        Name of the ranking used when neither a caller nor a command room names one.
    policies
        TOML file with rankings of the operator's own; None for those of the program alone.
    automatic
        Whether reports that a rule fits are dispatched without a person.
    automation
        TOML file with those rules, in the place of the program's; None for the program's.
    deadlines
        TOML file with terms of deadlines of the operator's own; None for those of the program.
    reports
        TOML file with rules of reports of the operator's own; None for those of the program.
    hotline
        TOML file with mappings of hotline work orders of the operator's own.
    hotline_secret
        With which the hotline's feed signs: ``whsec_`` and random bytes; None takes no feed.
    notifications
        TOML file with rules of notices of the operator's own; None for those of the program.
    channels
        TOML file with the channels by which people are told; it holds secrets.  Without one
        messages go to the webhook or the log alone.
    max_body_bytes
        Longest request body that is read.
    max_layer_bytes
        The same, of a layer that is handed in.
    layer_review
        Whether drafts of layers are published only once a second person has reviewed them:
        ``always``, ``never``, or ``when_possible``, once two accounts may publish.
    plan_gate
        Share of its incidents that the worst zone of a plan has to reach in time, at the lower
        confidence limit, for the plan to be published without somebody answering for it.
    basemap_url
        Address of a tile of a base map of one's own network; None for the city's own roads.
    basemap_crs
        System in which its tiles were drawn.
    basemap_attribution
        Whose map it is.
    log_format
        How log lines look: ``text`` for a person, ``json`` for a collector.
    position_save_s
        Seconds between two batched saves of the live positions.
    public_reports
        Whether anybody may report without an account.
    hosts
        Names under which other machines ask, separated by commas.
    tls_cert, tls_key
        Files with which TLS is spoken here; None where a proxy speaks it.
    proxies
        Addresses of proxies whose word for the caller's address is taken, separated by commas.
    webhook_url
        Where messages to the outside are posted; None writes them to the log.
    webhook_secret
        With which they are signed: ``whsec_`` and random bytes in base64.
    keep_tracks_d
        Days for which the last place of an officer is kept.
    keep_reporters_d
        Days for which a reporter's name and phone are kept once the case is closed.
    keep_snapshots_d
        Days for which suggestions can be made again: as long as the audit.
    keep_events_d
        Days for which live events can be caught up with.
    keep_audit_d
        Days for which the audit is kept.
    oidc_issuer
        Issuer address of the OpenID provider at which people may sign in; None without one.
    oidc_client_id, oidc_client_secret
        As what the service is registered there; without a secret, as a public client.
    oidc_scope
        What is asked for, separated by spaces.
    oidc_title
        What the button on the sign-in page calls it.
    oidc_unknown
        Whether somebody without an account is refused, or ``add``ed as one without roles.
    oidc_name_claim
        Claim after which such an account is named.
    oidc_roles_claim, oidc_areas_claim
        Claims that say roles and areas at every sign-in; None where administrators say them.
    oidc_roles, oidc_areas
        What values of those claims mean here; empty where they are roles and area codes already.
    """

    model_config = SettingsConfigDict(env_prefix="GRID_DISPATCH_", frozen=True)

    store: str | None = None
    policy: str = "nearest"
    policies: Path | None = None
    automatic: bool = False
    automation: Path | None = None
    deadlines: Path | None = None
    hotline: Path | None = None
    hotline_secret: SecretStr | None = None
    reports: Path | None = None
    notifications: Path | None = None
    channels: Path | None = None
    max_body_bytes: int = 4 * 1024 * 1024
    max_layer_bytes: int = 512 * 1024 * 1024
    layer_review: Literal["always", "when_possible", "never"] = "when_possible"
    plan_gate: float = Field(default=THRESHOLD, ge=0, le=1)
    basemap_url: str | None = None
    basemap_crs: Literal["wgs84", "cgcs2000", "gcj02"] = "wgs84"
    basemap_attribution: str = ""
    log_format: LogFormat = LogFormat.TEXT
    position_save_s: float = 10.0
    public_reports: bool = True
    hosts: str = ""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    proxies: str = ""
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    keep_tracks_d: float = Field(default=30.0, gt=0)
    keep_reporters_d: float = Field(default=90.0, gt=0)
    keep_snapshots_d: float = Field(default=366.0, ge=184)
    keep_events_d: float = Field(default=7.0, gt=0)
    keep_audit_d: float = Field(default=366.0, ge=183)
    oidc_issuer: str | None = None
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_scope: str = "openid profile"
    oidc_title: str = "OpenID"
    oidc_unknown: Literal["refuse", "add"] = "refuse"
    oidc_name_claim: str = "preferred_username"
    oidc_roles_claim: str | None = None
    oidc_areas_claim: str | None = None
    oidc_roles: dict[str, str] = Field(default_factory=dict)
    oidc_areas: dict[str, str] = Field(default_factory=dict)


def home_folder() -> Path:
    """
    Folder for generated cities and the demo's store.

    Returns
    -------
    folder
        ``$GRID_DISPATCH_HOME``, else the user's cache folder.
    """
    own = os.environ.get("GRID_DISPATCH_HOME")
    if own:
        return Path(own).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "grid-dispatch"


def demo_store_url() -> str:
    """
    URL of the demo's own store.

    Returns
    -------
    url
        The store that `grid-dispatch demo` made last, else where it would make one.
    """
    last = _last_demo()
    if last.is_file():
        return last.read_text(encoding="utf-8").strip()
    return f"sqlite:///{home_folder() / 'demo.gpkg'}"


def store_url(given: str | None) -> str:
    """
    Say which store a verb works on.

    Parameters
    ----------
    given
        URL that was given, or None.

    Returns
    -------
    url
        That one, else the one that is set, else the demo's.
    """
    return given or Settings().store or demo_store_url()


def remember_demo(url: str) -> None:
    """
    Note which store the demo made last, for the verbs that name none.

    Parameters
    ----------
    url
        Its URL.
    """
    last = _last_demo()
    last.parent.mkdir(parents=True, exist_ok=True)
    last.touch(mode=0o600)  # the address of a server may hold a password
    last.write_text(url + "\n", encoding="utf-8")


def _last_demo() -> Path:
    """File that names the store that the demo made last."""
    return home_folder() / "last-demo.txt"


def is_loopback(host: str) -> bool:
    """
    Whether only this machine can reach a host.

    Parameters
    ----------
    host
        Name or address.

    Returns
    -------
    loopback
        True for ``localhost``, 127.0.0.0/8 and ``::1``.
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
