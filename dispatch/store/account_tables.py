"""Tables of accounts, of the secrets that stand for them, and of sign-ins under way."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer

from dispatch.store.column import Codes, Instant
from dispatch.store.declare import table, text

ACCOUNTS = table(
    "accounts",
    "账号 / Accounts",
    text("name", unique=True),
    Column("roles", Codes, nullable=False),
    Column("areas", Codes, nullable=False),
    text("officer", nullable=True),
    text("password", nullable=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Instant),
    Column("locked", Boolean, nullable=False),
    text("totp_secret", nullable=True),
    text("totp_pending", nullable=True),
    Column("totp_step", Integer, nullable=False),
    text("subject", unique=True, nullable=True),
)

CREDENTIALS = table(
    "credentials",
    "凭证 / Sessions, keys and one-time links, by digest",
    text("digest", unique=True),
    text("account"),
    text("kind"),
    text("label"),
    Column("scope", Codes),
    Column("made_at", Instant, nullable=False),
    Column("until", Instant),
)

CREDENTIALS_OF_ACCOUNT = Index("credentials_of_account", CREDENTIALS.c.account)

SIGN_INS = table(
    "sign_ins",
    "登录中 / Sign-ins under way at an identity provider, by digest",
    text("state", unique=True),
    text("browser"),
    text("nonce"),
    text("verifier"),
    text("redirect"),
    Column("uses", Integer, nullable=False),
    Column("until", Instant, nullable=False),
)
