"""
OwnTracks over HTTP: JSON objects that say by ``_type`` what they are.

A location has Unix time ``tst``, ``vel`` in km/h and ``cog``.  Who sends it is told by ``topic``
(``owntracks/USER/DEVICE``), else by the headers ``X-Limit-U`` and ``X-Limit-D``, else by the two
letters of ``tid``.  Whatever else the app sends is no position, and nothing is wrong with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.errors import BadValue
from geo.tracker import field
from geo.tracker.report import Report, Unread, read_of

LOCATION = "location"

MOST_TYPE = 40
"""Longest name of a type that is repeated."""


@dataclass(frozen=True, slots=True)
class OtherMessage:
    """
    A message that is no location.

    Attributes
    ----------
    kind
        What it says that it is, such as ``waypoint``; ``empty`` for a message without a body.
    device
        Who sends it; empty where that is not said.
    """

    kind: str
    device: str


def read_owntracks(
    body: bytes, *, user: str | None = None, device: str | None = None
) -> Report | Unread | OtherMessage:
    """
    Read one message of the app.

    Parameters
    ----------
    body
        JSON, or nothing: a friend who was deleted is told so.
    user, device
        What the headers ``X-Limit-U`` and ``X-Limit-D`` say, or None.

    Returns
    -------
    report
        Its speed in the unit of the source, km/h unless told otherwise; why there is none; or what
        else the message is.

    Raises
    ------
    BadValue
        It is no message of the app, or a location without sender.
    """
    if not body.strip():
        return OtherMessage("empty", "")
    given = field.object_in(body)
    kind, sender = given.get("_type"), _sender(given, user, device)
    if not isinstance(kind, str) or not kind.isprintable():
        raise BadValue("The message has no `_type`: OwnTracks says by it what a message is.")
    if kind != LOCATION:
        return OtherMessage(kind[:MOST_TYPE], "" if sender is None else field.device(sender))
    name = field.device(sender)
    return read_of(name, lambda: _location(given, name))


def _location(given: field.Fields, device: str) -> Report:
    """Read a location."""
    time = field.instant(given.get("tst"))
    if time is None:
        raise BadValue("The location has no `tst`, the Unix time at which it was found.")
    return Report(
        device=device,
        lon_lat=field.lon_lat(given.get("lon"), given.get("lat")),
        time=time,
        accuracy_m=field.accuracy_m(given.get("acc")),
        speed=field.measured(given.get("vel"), "vel"),
        heading_deg=field.heading_deg(given.get("cog")),
    )


def _sender(given: field.Fields, user: str | None, device: str | None) -> object:
    """Who sends a message: its topic, else the headers, else its two letters."""
    named = f"owntracks/{user}/{device}" if user and device else None
    return given.get("topic") or named or given.get("tid")
