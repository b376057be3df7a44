"""
The protocol of OsmAnd and the Traccar clients: named fields, or JSON since client 9.

Named fields come in an address or a form, the speed in knots by convention (OsmAnd itself says
metres per second: its source has to say so).  JSON states metres per second, and −1 for what the
phone does not know; several locations may come as a list.  Traccar's forwarding by address
(``forward.type=url``) is read by the same names and its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from geo.errors import BadValue
from geo.tracker import field
from geo.tracker.report import Report, SpeedUnit, Unread, read_of

NAMES = {
    "device": ("id", "deviceid", "uniqueId"),
    "time": ("timestamp", "fixTime", "deviceTime"),
    "lat": ("lat", "latitude"),
    "lon": ("lon", "longitude"),
    "accuracy": ("accuracy",),
    "speed": ("speed",),
    "heading": ("bearing", "heading", "course"),
    "valid": ("valid",),
}
"""Under which names a field is looked for, the first one found."""

NO = frozenset({"false", "0"})

MOST_LOCATIONS = 5000
"""Locations in one message of a phone that was offline for a day."""


def read_fields(fields: Mapping[str, str]) -> Report | Unread:
    """
    Read one position of named fields.

    Parameters
    ----------
    fields
        Of an address or a form; what is not known is passed over.

    Returns
    -------
    report
        Its speed in the unit of the source, its time None where the phone sends none; or why there
        is none.

    Raises
    ------
    BadValue
        It names no device.
    """
    said = {what: _first(fields, names) for what, names in NAMES.items()}
    if said["lat"] is None and said["lon"] is None and "location" in fields:
        said["lat"], _, said["lon"] = fields["location"].partition(",")
    device = field.device(said["device"])
    return read_of(device, lambda: _position(said, device))


def read_json(body: bytes) -> tuple[Report | Unread, ...]:
    """
    Read what a client from version 9 on posts.

    Parameters
    ----------
    body
        JSON with ``device_id`` and ``location``.

    Returns
    -------
    reports
        In the order given; of a location that is none, why.

    Raises
    ------
    BadValue
        It is no such message.
    """
    given = field.object_in(body)
    if "location" not in given:
        raise BadValue("The message has no `location`: Traccar Client sends one since version 9.")
    device, found = field.device(given.get("device_id")), given["location"]
    locations = found if isinstance(found, list) else [found]
    if not 0 < len(locations) <= MOST_LOCATIONS:
        raise BadValue(f"A message has from 1 to {MOST_LOCATIONS} locations.")
    return tuple(read_of(device, partial(_location, one, device)) for one in locations)


def _position(said: Mapping[str, str | None], device: str) -> Report:
    """Read what named fields say."""
    return Report(
        device=device,
        lon_lat=field.lon_lat(said["lon"], said["lat"]),
        time=field.instant(said["time"]),
        accuracy_m=field.accuracy_m(said["accuracy"]),
        speed=field.measured(said["speed"], "speed"),
        heading_deg=field.heading_deg(said["heading"]),
        positioned=(said["valid"] or "").lower() not in NO,
    )


def _location(given: object, device: str) -> Report:
    """Read one location."""
    location = field.object_of(given, "`location`")
    coords = field.object_of(location.get("coords"), "`location.coords`")
    return Report(
        device=device,
        lon_lat=field.lon_lat(coords.get("longitude"), coords.get("latitude")),
        time=field.instant(location.get("timestamp")),
        accuracy_m=field.accuracy_m(coords.get("accuracy")),
        speed=field.measured(coords.get("speed"), "speed"),
        speed_unit=SpeedUnit.MPS,
        heading_deg=field.heading_deg(coords.get("heading")),
    )


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """The first of several fields that is there."""
    return next((fields[name] for name in names if fields.get(name)), None)
