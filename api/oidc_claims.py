"""What the claims of an identity provider mean here: a name, roles, areas."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.settings import Settings
from dispatch.access import Role
from geo.errors import BadValue

_NO_NAME = re.compile(r"[\s;/:\0-\x1f\x7f\ud800-\udfff]+")
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """
    How claims are read.

    Attributes
    ----------
    add_unknown
        Whether somebody without an account is given one.
    name
        Claim after which such an account is named.
    roles, areas
        Claims that say them at every sign-in; None where administrators say them.
    role_of, area_of
        What the values of those claims mean; empty where they are roles and areas already.
    """

    add_unknown: bool
    name: str
    roles: str | None
    areas: str | None
    role_of: Mapping[str, Role]
    area_of: Mapping[str, str]

    def roles_in(self, claims: Mapping[str, Any]) -> frozenset[Role] | None:
        """
        Read the roles.

        Parameters
        ----------
        claims
            Of an ID token that holds.

        Returns
        -------
        roles
            Values that mean none are passed over; None where administrators say them.
        """
        if self.roles is None:
            return None
        return frozenset(
            self.role_of[value] for value in _values(claims, self.roles) if value in self.role_of
        )

    def areas_in(
        self, claims: Mapping[str, Any], known: Mapping[str, object]
    ) -> frozenset[str] | None:
        """
        Read the areas.

        Parameters
        ----------
        claims
            Of an ID token that holds.
        known
            The areas of the city, by code.

        Returns
        -------
        areas
            Values that mean none are passed over; None where administrators say them.
        """
        if self.areas is None:
            return None
        values = _values(claims, self.areas)
        codes = [self.area_of.get(one) for one in values] if self.area_of else values
        return frozenset(code for code in codes if code in known and code is not None)

    def name_in(self, claims: Mapping[str, Any], subject: str, *, taken: bool = False) -> str:
        """
        Name an account that is made for somebody.

        Parameters
        ----------
        claims
            Of an ID token that holds.
        subject
            Whose token it is.
        taken
            Whether somebody else has the name that the claims say.

        Returns
        -------
        name
            As claimed where it can be a name, else and besides by the subject.
        """
        claimed = next(iter(_values(claims, self.name)), "")
        plain = _NO_NAME.sub("-", claimed).strip("-")[: LONGEST_NAME - 10]
        if plain and not taken and not plain.startswith("demo-"):
            return plain
        return f"{plain or 'openid'}-{hashlib.sha256(subject.encode()).hexdigest()[:8]}"


def claim_rules(settings: Settings) -> ClaimRules:
    """
    Read how claims are to be understood.

    Parameters
    ----------
    settings
        What the operator set.

    Returns
    -------
    rules
        Of the settings.

    Raises
    ------
    BadValue
        A value is to mean a role that there is not.
    """
    return ClaimRules(
        add_unknown=settings.oidc_unknown == "add",
        name=settings.oidc_name_claim,
        roles=settings.oidc_roles_claim,
        areas=settings.oidc_areas_claim,
        role_of={
            value: _role(meant)
            for value, meant in (settings.oidc_roles or {role: role for role in Role}).items()
        },
        area_of=settings.oidc_areas,
    )


def _role(name: str) -> Role:
    """A role by its name."""
    try:
        return Role(name)
    except ValueError as error:
        raise BadValue(
            f"GRID_DISPATCH_OIDC_ROLES names {name!r}; the roles are {', '.join(Role)}."
        ) from error


def _values(claims: Mapping[str, Any], claim: str) -> list[str]:
    """Texts of a claim; a dot leads into a claim that is an object."""
    value: Any = claims
    for part in [claim] if claim in claims else claim.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, str)]
