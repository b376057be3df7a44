"""Which format is wanted: what ``f`` says, else what ``Accept`` likes best."""

from __future__ import annotations

from collections.abc import Mapping

HTML_TYPES = ("text/html", "application/xhtml+xml")


def wanted_format(f: str | None, accept: str) -> str:
    """
    Tell which format is wanted.

    Parameters
    ----------
    f
        The parameter, or None.
    accept
        The header; may be empty.

    Returns
    -------
    written
        ``json`` or ``html``; JSON where neither is liked better.
    """
    if f is not None:
        return f
    liking = _liking(accept)
    html = max(liking.get(name, 0.0) for name in HTML_TYPES)
    named = [liked for name, liked in liking.items() if "json" in name]
    anything = max(liking.get("*/*", 0.0), liking.get("application/*", 0.0))
    json = max([anything, *named])
    return "html" if html > json else "json"


def _liking(accept: str) -> Mapping[str, float]:
    """How much each media type is liked, from 0 to 1."""
    liking: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weights = [one[2:] for one in parameters if one.startswith("q=")]
        liking[name] = max(liking.get(name, 0.0), _weight(weights[0]) if weights else 1.0)
    return liking


def _weight(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
