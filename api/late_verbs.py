"""Verbs whose modules are imported when they are called, so that `--help` answers at once."""

# ruff: noqa: ANN401 -- typer keeps the types of contexts, formatters and commands to itself

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

import typer
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True, slots=True)
class Late:
    """
    A verb, or a group of them, that is not imported yet.

    Attributes
    ----------
    where
        ``module:name`` of a function or of a Typer.
    help
        First sentence of its help.
    """

    where: str
    help: str

    def load(self, name: str) -> TyperCommand | TyperGroup:
        """
        Import it.

        Parameters
        ----------
        name
            What it is called on the command line.

        Returns
        -------
        command
            The verb or group under that name.
        """
        module, _, attribute = self.where.partition(":")
        target = getattr(import_module(module), attribute)
        command = _group(target) if isinstance(target, typer.Typer) else _verb(target)
        command.name = name
        return command


def late_group(verbs: Mapping[str, Late]) -> type[TyperGroup]:
    """
    Make a group of verbs for ``typer.Typer(cls=…)``.

    Parameters
    ----------
    verbs
        By name, in the order in which they are listed.

    Returns
    -------
    group
        A class; verbs that are added to the Typer as usual come after these.
    """

    class LateGroup(TyperGroup):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            self.commands = cast("Any", _LateCommands(verbs, self.commands))

        def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 -- typer's own
            """List the verbs without importing any."""
            helps = {name: late.help for name, late in verbs.items()}
            here = cast("_LateCommands", self.commands).here
            helps |= {name: command.help or "" for name, command in here.items()}
            limit = formatter.width - 6 - max(map(len, helps))
            with formatter.section("Commands"):
                formatter.write_dl(
                    [(name, _short(name, text, limit)) for name, text in helps.items()]
                )

    return LateGroup


class _LateCommands(MutableMapping[str, Any]):
    """Commands by name; those that are not here yet are imported when they are looked up."""

    def __init__(self, late: Mapping[str, Late], here: Mapping[str, Any]) -> None:
        self._late = late
        self.here = dict(here)

    def __getitem__(self, name: str) -> Any:
        if name not in self.here:
            self.here[name] = self._late[name].load(name)
        return self.here[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self.here[name] = command

    def __delitem__(self, name: str) -> None:
        del self.here[name]

    def __contains__(self, name: object) -> bool:
        return name in self._late or name in self.here

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._late, *self.here]))

    def __len__(self) -> int:
        return len(self._late.keys() | self.here.keys())


def _group(app: typer.Typer) -> TyperGroup:
    """Make the group of a Typer, however few verbs it has."""
    return typer.main.get_group(app)


def _verb(function: Any) -> TyperCommand:
    """Make the verb of a function."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(function)
    return cast("TyperCommand", typer.main.get_command(app))


def _short(name: str, text: str, limit: int) -> str:
    """Cut a help text to the width of the terminal."""
    return TyperCommand(name, help=text).get_short_help_str(limit)
