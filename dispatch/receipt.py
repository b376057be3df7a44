"""Receipt (回执): what somebody without an account holds of a report, a number and a secret."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

SECRET_LENGTH = 16
"""Characters of a secret: five bits each, eighty in all."""

SECRET_PATTERN = rf"^[0-9A-HJKMNP-TV-Z]{{{SECRET_LENGTH}}}$"
"""Crockford's digits: none of them looks like another, so that people can copy it by hand."""

_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_MARKS = re.compile(r"[\s-]+")


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    A receipt on record.

    Attributes
    ----------
    number
        Its number, which is no secret.
    incident
        Id of the incident that it is of.
    digest
        Digest of its secret.
    made_at
        When it was given, with offset.
    joined
        Whether the incident was there already, and somebody else had reported it.
    text
        What was said, where it was joined; else the incident says it.
    """

    number: str
    incident: str
    digest: str
    made_at: datetime
    joined: bool
    text: str = ""

    def opens_with(self, secret: str) -> bool:
        """
        Tell whether a secret is the one of this receipt.

        Parameters
        ----------
        secret
            As somebody typed it.

        Returns
        -------
        opens
            Compared in a time that tells nothing of where they differ.
        """
        return hmac.compare_digest(self.digest, digest_of(secret))


def digest_of(secret: str) -> str:
    """
    Digest a secret, so that the store need not know it.

    Parameters
    ----------
    secret
        As it was drawn, or typed: with marks, blanks, small letters and look-alikes.

    Returns
    -------
    digest
        SHA-256 in hexadecimal digits.
    """
    plain = _MARKS.sub("", secret).upper().translate(_LOOKALIKES)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
