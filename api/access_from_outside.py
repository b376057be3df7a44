"""Who may reach the service: this machine alone, or others behind TLS."""

from __future__ import annotations

from pathlib import Path

from api.settings import Settings, is_loopback
from geo.errors import BadValue, UnreadableFile

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
"""Names under which a page of this machine may ask; any other is somebody else's."""


def require_safe_host(host: str, settings: Settings, *, invented: bool) -> None:
    """
    Refuse an address that other machines could reach where that is not safe.

    Parameters
    ----------
    host
        Name or address to listen on.
    settings
        What the operator set.
    invented
        Whether the city is the demo's, whose tokens everybody knows.

    Raises
    ------
    BadValue
        The address is not a loopback address, and the city is invented, or nothing says how TLS
        is spoken, or under which name.
    UnreadableFile
        The certificate or its key is not there.
    """
    if is_loopback(host):
        return
    would = f"Host {host} would open the service to other machines"
    if invented:
        raise BadValue(
            f"{would}, and the demo's passwords are known to everybody: use 127.0.0.1, localhost "
            "or ::1, or serve a real city."
        )
    if settings.tls_cert is None and not settings.proxies:
        raise BadValue(
            f"{would} without TLS: give --tls-cert and --tls-key, or name the proxy that speaks "
            "TLS with --proxy; or use 127.0.0.1."
        )
    if not settings.hosts:
        raise BadValue(f"{would}, and GRID_DISPATCH_HOSTS does not say under which name.")


def tls_files(settings: Settings) -> tuple[Path, Path] | None:
    """
    Find the certificate and its key.

    Parameters
    ----------
    settings
        What the operator set.

    Returns
    -------
    files
        Certificate and key; None where TLS is spoken by somebody else, or not at all.

    Raises
    ------
    BadValue
        One of the two is missing.
    UnreadableFile
        One of the two cannot be read.
    """
    cert, key = settings.tls_cert, settings.tls_key
    if (cert is None) != (key is None):
        raise BadValue("A certificate and its key go together: --tls-cert and --tls-key.")
    if cert is None or key is None:
        return None
    for path in (cert, key):
        if not path.is_file():
            raise UnreadableFile(f"There is no file {path} for TLS.")
    return cert, key


def trusted_names(settings: Settings) -> list[str]:
    """
    List the names under which the service is asked.

    Parameters
    ----------
    settings
        What the operator set.

    Returns
    -------
    names
        Those of this machine, and those that are set.
    """
    return [*LOOPBACK_NAMES, *settings.hosts.replace(",", " ").split()]
