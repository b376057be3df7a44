"""The rule for second thoughts, read from TOML."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from importlib.resources import files
from typing import Any

from dispatch.second_thoughts import Rule
from geo.errors import BadValue


def standard_rule() -> Rule:
    """
    Read the rule that comes with the program.

    Returns
    -------
    rule
        When to have second thoughts.
    """
    return read_rule(files("dispatch").joinpath("second_thoughts.toml").read_text("utf-8"))


def read_rule(text: str) -> Rule:
    """
    Read a rule for second thoughts.

    Parameters
    ----------
    text
        TOML with the attributes of `Rule`; spans that are left out mean never.

    Returns
    -------
    rule
        The rule.

    Raises
    ------
    BadValue
        It is no TOML, has a key that there is not, or a value that makes no sense.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadValue(f"The rule for second thoughts is no TOML: {error}.") from error
    known = {field.name: field.type for field in fields(Rule)}
    for key, value in data.items():
        if key not in known:
            raise BadValue(f"A rule for second thoughts has no {key!r}; it has {', '.join(known)}.")
        if isinstance(value, bool) != (known[key] == "bool") or not isinstance(value, int | float):
            raise BadValue(f"In the rule for second thoughts {key} can't be {value!r}.")
    never: dict[str, Any] = dict.fromkeys(("better_by_s", "slips_by_s", "graver_by"))
    return Rule(**(never | data))
