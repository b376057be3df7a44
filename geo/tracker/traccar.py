"""
Traccar's position forwarding in JSON: one object with ``position`` and ``device``.

The server forwards each position before it has a number, speeds in knots, times in ISO 8601 with
offset; where it has no accuracy it says 0.  An event that carries a position is read as well.
"""

from __future__ import annotations

from geo.errors import BadValue
from geo.tracker import field
from geo.tracker.report import Report, Unread, read_of


def read_traccar(body: bytes) -> Report | Unread:
    """
    Read one forwarded position.

    Parameters
    ----------
    body
        JSON as Traccar posts it with ``forward.type=json``.

    Returns
    -------
    report
        Its speed in the unit of the source, knots unless told otherwise; or why there is none.

    Raises
    ------
    BadValue
        It is no such message, or names no device.
    """
    given = field.object_in(body)
    if "position" not in given or "device" not in given:
        raise BadValue(
            "Traccar forwards an object with `position` and `device` (forward.type=json)."
        )
    position = field.object_of(given["position"], "`position`")
    terminal = field.object_of(given["device"], "`device`")
    device = field.device(terminal.get("uniqueId"))
    return read_of(device, lambda: _forwarded(position, device))


def _forwarded(position: field.Fields, device: str) -> Report:
    """Read what a position says."""
    return Report(
        device=device,
        lon_lat=field.lon_lat(position.get("longitude"), position.get("latitude")),
        time=field.instant(position.get("fixTime") or position.get("deviceTime")),
        accuracy_m=field.accuracy_m(position.get("accuracy")),
        speed=field.measured(position.get("speed"), "speed"),
        heading_deg=field.heading_deg(position.get("course")),
        positioned=position.get("valid") is not False,
    )
