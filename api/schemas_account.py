"""Accounts, sessions and keys, as JSON; no secret but the one that has just been drawn."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from api.schemas import Asked, Text
from dispatch.access import Act, Person, Role, acts_of
from dispatch.account import Account, Credential

Name = Annotated[
    Text,
    Field(min_length=1, max_length=64, pattern=r"^[^\s;/:\x00-\x1f\x7f]+$", examples=["li.na"]),
]
Password = Annotated[Text, Field(min_length=1, max_length=256)]
Code = Annotated[str, Field(pattern=r"^[0-9]{6}$", description="Of the second factor.")]
Areas = Annotated[list[Name], Field(max_length=100, description="Sees these and all below.")]

Subject = Annotated[
    Text,
    Field(min_length=1, max_length=255, description="What the identity provider calls the person."),
]


class SignInAsk(Asked):
    """Sign in: by name and password, or by a one-time link and a new password."""

    name: Name | None = None
    password: Password
    code: Code | None = None
    link: Annotated[Text, Field(max_length=128)] | None = None
    deliver: Literal["cookie", "token"] = Field(
        default="cookie", description="A cookie for a page, a bearer token for a program."
    )


class SessionOut(BaseModel):
    """Who is signed in, and what they may do and see."""

    name: str
    roles: list[Role]
    areas: list[str] = Field(description="Areas that the person belongs to.")
    sees: list[str] = Field(description="Those and all below.")
    acts: list[Act]
    officer: str | None
    second_factor: bool
    until: datetime | None = None
    token: str | None = Field(default=None, description="Only where a token was asked for.")

    @classmethod
    def of(
        cls,
        person: Person,
        sees: frozenset[str],
        *,
        second_factor: bool = False,
        until: datetime | None = None,
        token: str | None = None,
    ) -> SessionOut:
        """Say it of a person."""
        return cls(
            name=person.name,
            roles=sorted(person.roles),
            areas=sorted(person.areas),
            sees=sorted(sees),
            acts=sorted(acts_of(person)),
            officer=person.officer,
            second_factor=second_factor,
            until=until,
            token=token,
        )


class ProviderOut(BaseModel):
    """An identity provider by which one may sign in."""

    title: str | None = Field(description="What it is called; null where there is none.")


class PasswordAsk(Asked):
    """Change one's own password."""

    old: Password
    new: Password


class SecondFactorAsk(Asked):
    """Confirm a second factor by its present code, or give it up by the password."""

    code: Code | None = None
    password: Password | None = None


class SecondFactorOut(BaseModel):
    """What a telephone has to learn."""

    secret: str
    address: str = Field(description="otpauth address, for a QR code.")


class UserIn(Asked):
    """A new account."""

    name: Name
    roles: Annotated[list[Role], Field(min_length=1, max_length=8)]
    areas: Areas = Field(default_factory=list)
    officer: Name | None = None
    subject: Subject | None = None


class UserChange(Asked):
    """What changes of an account; what is left out stays."""

    roles: Annotated[list[Role], Field(min_length=1, max_length=8)] | None = None
    areas: Areas | None = None
    officer: Name | None = None
    subject: Subject | None = None
    locked: bool | None = None


class UserOut(BaseModel):
    """An account."""

    name: str
    roles: list[Role]
    areas: list[str]
    officer: str | None
    subject: str | None
    locked: bool
    second_factor: bool
    link: str | None = Field(
        default=None, description="One-time link by which its holder sets a password; shown once."
    )

    @classmethod
    def of(cls, account: Account, link: str | None = None) -> UserOut:
        """Copy an account without its secrets."""
        return cls(
            name=account.name,
            roles=sorted(account.roles),
            areas=sorted(account.areas),
            officer=account.officer,
            subject=account.subject and account.subject.partition(" ")[2],
            locked=account.locked,
            second_factor=account.totp_secret is not None,
            link=link,
        )


class KeyIn(Asked):
    """A new key of a machine."""

    account: Name
    label: Annotated[Text, Field(min_length=1, max_length=120, examples=["Terminals' gateway"])]
    scope: Annotated[list[Act], Field(min_length=1, max_length=len(Act))] | None = None
    until: AwareDatetime | None = None


class KeyOut(BaseModel):
    """A key of a machine."""

    number: int
    account: str
    label: str
    scope: list[Act] | None
    made_at: datetime
    until: datetime | None
    key: str | None = Field(default=None, description="The bearer token; shown once.")

    @classmethod
    def of(cls, credential: Credential, key: str | None = None) -> KeyOut:
        """Copy a key without its secret."""
        return cls(
            number=credential.number,
            account=credential.account,
            label=credential.label,
            scope=None if credential.scope is None else sorted(credential.scope),
            made_at=credential.made_at,
            until=credential.until,
            key=key,
        )
