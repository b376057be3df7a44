"""`grid-dispatch user`: accounts, passwords and keys, by whoever administers."""

# ruff: noqa: PLR0913 -- the options of a command are the parameters of its function

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from api.clock import system_clock
from api.http_door import Door, address, open_door
from api.store_option import JsonOption, StoreOption, TokenOption
from dispatch.access import Act, Role

app = typer.Typer(help="Accounts: add, list, change, lock, keys.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the account.")]
RolesOption = Annotated[
    list[Role], typer.Option("--role", help="What the person is there for; may be repeated.")
]
AreasOption = Annotated[
    list[str] | None,
    typer.Option("--area", metavar="CODE", help="Sees it and all below; may be repeated."),
]
OfficerOption = Annotated[
    str | None, typer.Option(metavar="OFFICER", help="Service number, if it is an officer's.")
]
SubjectOption = Annotated[
    str | None, typer.Option(metavar="SUBJECT", help="Who the person is at the identity provider.")
]

ADMIN = "admin"


@app.command("add")
def add(
    name: NameArgument,
    *,
    role: RolesOption,
    area: AreasOption = None,
    officer: OfficerOption = None,
    subject: SubjectOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an account; its holder sets a password by the one-time link that is printed."""
    body: dict[str, object] = {"name": name, "roles": role, "areas": area or []}
    body |= {"officer": officer, "subject": subject}
    with open_door(store, token=token, role=ADMIN) as door:
        made = door.ask("POST", "users", body)
    _show_secret(made, "link", as_json=as_json)


@app.command("list")
def list_users(
    *, token: TokenOption = None, store: StoreOption = None, as_json: JsonOption = False
) -> None:
    """List the accounts of your areas."""
    with open_door(store, token=token, role=ADMIN) as door:
        users = door.ask_all("users")
    if as_json:
        typer.echo(json.dumps(users, ensure_ascii=False))
        return
    table = Table("name", "roles", "areas", "officer", "locked", "second factor")
    for user in users:
        yes = {key: "yes" if user[key] else "" for key in ("locked", "second_factor")}
        roles, areas = " ".join(user["roles"]), " ".join(user["areas"])
        officer = user["officer"] or ""
        table.add_row(user["name"], roles, areas, officer, yes["locked"], yes["second_factor"])
    Console().print(table)


@app.command("roles")
def roles(
    name: NameArgument,
    *,
    role: RolesOption,
    area: AreasOption = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give an account other roles, and with --area other areas."""
    body: dict[str, object] = {"roles": role}
    if area is not None:
        body["areas"] = area
    _change(name, body, token, store, as_json=as_json)


@app.command("subject")
def subject_verb(
    name: NameArgument,
    subject: Annotated[
        str | None, typer.Argument(metavar="[SUBJECT]", help="Left out: password alone.")
    ] = None,
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say who the holder of an account is at the identity provider."""
    _change(name, {"subject": subject}, token, store, as_json=as_json)


@app.command("lock")
def lock(
    name: NameArgument,
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lock an account; whoever is signed in with it is signed out at once."""
    _change(name, {"locked": True}, token, store, as_json=as_json)


@app.command("unlock")
def unlock(
    name: NameArgument,
    *,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Unlock an account, and forget its wrong tries."""
    _change(name, {"locked": False}, token, store, as_json=as_json)


@app.command("password")
def password(
    name: NameArgument,
    *,
    ask: Annotated[
        bool, typer.Option("--ask", help="Type the new password here instead of by the link.")
    ] = False,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a one-time link by which the holder sets a new password."""
    typed = typer.prompt("New password", hide_input=True, confirmation_prompt=True) if ask else None
    with open_door(store, token=token, role=ADMIN) as door:
        made = door.ask("POST", address("users", name, "link"))
        if typed is not None:
            _set(door, made["link"], typed)
            made["link"] = None
    _show_secret(made, "link", as_json=as_json)


@app.command("token")
def token_verb(
    name: NameArgument,
    *,
    label: Annotated[str, typer.Option(help="What the token is for.")] = "command line",
    act: Annotated[
        list[Act] | None, typer.Option("--act", help="Good for this only; may be repeated.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Good so long; without end if left out.")
    ] = None,
    token: TokenOption = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a bearer token that stands for an account, for machines and the command line."""
    until = None if days is None else (system_clock() + timedelta(days=days)).isoformat()
    body = {"account": name, "label": label, "scope": act or None, "until": until}
    with open_door(store, token=token, role=ADMIN) as door:
        made = door.ask("POST", "api-keys", body)
    _show_secret(made, "key", as_json=as_json)


def _change(
    name: str, body: object, token: str | None, store: str | None, *, as_json: bool
) -> None:
    """Change an account, and say how it stands."""
    with open_door(store, token=token, role=ADMIN) as door:
        changed = door.ask("PATCH", address("users", name), body)
    if as_json:
        typer.echo(json.dumps(changed, ensure_ascii=False))
    else:
        locked = ", locked" if changed["locked"] else ""
        typer.echo(f"{name}: {' '.join(changed['roles'])}{locked}")


def _set(door: Door, link: str, typed: str) -> None:
    """Set a password by its link."""
    door.ask("POST", "session", {"link": link, "password": typed, "deliver": "token"})


def _show_secret(made: dict[str, Any], secret: str, *, as_json: bool) -> None:
    """Print what was made; a secret alone on its line, for it is shown only now."""
    if as_json:
        typer.echo(json.dumps(made, ensure_ascii=False))
    elif made[secret] is None:
        typer.echo("The password is set.")
    elif secret == "link":  # noqa: S105 -- the name of a field
        typer.echo(f"/sign-in?link={made[secret]}")
    else:
        typer.echo(made[secret])
