"""Versions: what is edited says which version was read, so that nobody undoes another's work."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from api.errors import PreconditionRequired
from geo.errors import Outdated

_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')


IfMatch = Annotated[str | None, Header(max_length=64, description="The ETag that was read.")]


def _version(if_match: IfMatch = None) -> int:
    version = _maybe_version(if_match)
    if version is None:
        raise PreconditionRequired("Read it first, and send its ETag back as If-Match.")
    return version


def _maybe_version(if_match: IfMatch = None) -> int | None:
    if if_match is None:
        return None
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None:
        raise Outdated(f"No version of this has the ETag {if_match}: read it again.")
    return int(tag[1])


VersionDep = Annotated[int, Depends(_version)]
"""The version that was read, without which nothing is done."""

MaybeVersionDep = Annotated[int | None, Depends(_maybe_version)]
"""The same, where a caller may do without."""
