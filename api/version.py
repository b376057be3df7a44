"""Versions: what is edited says which version was read, so that nobody undoes another's work."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from api.errors import PreconditionRequired
from geo.errors import Outdated

_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')


def _version(
    if_match: Annotated[
        str | None, Header(max_length=64, description="The ETag that was read.")
    ] = None,
) -> int:
    if if_match is None:
        raise PreconditionRequired("Read it first, and send its ETag back as If-Match.")
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None:
        raise Outdated(f"No version of this has the ETag {if_match}: read it again.")
    return int(tag[1])


VersionDep = Annotated[int, Depends(_version)]
