"""Run cards of a city folder: ``run_cards.toml``, read with every finding at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from dispatch.run_card import RunCard, Step
from dispatch.toml_keys import Key, flaws, text, texts, word
from dispatch.unit import UnitKind
from geo.errors import BadValue
from geo.finding import Finding
from geo.remark import Remark

Table = Mapping[str, Any]
Made = TypeVar("Made")

FILE = "run_cards.toml"

DAY = Key(
    lambda value: isinstance(value, date) and not isinstance(value, datetime),
    "不加引号的日期，如 2026-01-01",
    "a date without quotes, such as 2026-01-01",
)
CARDS = Key(lambda value: isinstance(value, list), " [[card]] 表", "tables [[card]]")
STEPS = Key(
    lambda value: isinstance(value, list) and bool(value),
    "一个或多个 [[card.step]]",
    "one [[card.step]] or more",
    needed=True,
)
CARD = {
    "code": text(needed=True),
    "matter": text(needed=True),
    "title_zh": text(needed=True),
    "title_en": text(needed=True),
    "step": STEPS,
    "area": text(),
    "valid_from": DAY,
    "valid_to": DAY,
}
STEP = {
    "title_zh": text(needed=True),
    "title_en": text(needed=True),
    "units": texts(),
    "kind": word(UnitKind),
    "domains": texts(),
    "responsible": Key(lambda value: value is True, " true，或不写", "true, or left out"),
    "skills": texts(),
}


def read_run_cards(folder: Path, findings: list[Finding]) -> tuple[RunCard, ...]:
    """
    Read the run cards of a city folder.

    Parameters
    ----------
    folder
        The folder; it may have none.
    findings
        What is wrong is added here.

    Returns
    -------
    cards
        Those that are sound, in the order of the file.
    """
    path = folder / FILE
    if not path.exists():
        return ()
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        remark = Remark("unreadable_file", f"无法读取：{error}。", f"It cannot be read: {error}.")
        findings.append(Finding(FILE, None, remark))
        return ()
    if _flawed(data, {"card": CARDS}, None, findings):
        return ()
    tables = enumerate(data.get("card", []), start=1)
    made = [_card(table, f"card {number}", findings) for number, table in tables]
    return tuple(card for card in made if card is not None)


def _flawed(
    table: object, keys: Mapping[str, Key], feature: str | None, findings: list[Finding]
) -> bool:
    """Add what is wrong with a table, and tell whether anything is."""
    found = [Finding(FILE, feature, flaw) for _, flaw in flaws(table, keys)]
    findings += found
    return bool(found)


def _card(table: Table, feature: str, findings: list[Finding]) -> RunCard | None:
    """Make a card of a table, or say all that keeps it from being one."""
    flawed = _flawed(table, CARD, feature, findings)
    rows = table.get("step") if isinstance(table, dict) else None
    numbered = enumerate(rows if isinstance(rows, list) else [], start=1)
    steps = [_step(row, f"{feature}, step {number}", findings) for number, row in numbered]
    sound = tuple(step for step in steps if step is not None)
    if flawed or len(sound) < len(steps):
        return None
    plain = {name: value for name, value in table.items() if name != "step"}
    return _built(lambda: RunCard(**plain, steps=sound), feature, findings)


def _step(row: Table, feature: str, findings: list[Finding]) -> Step | None:
    """Make a step of a table, or say all that keeps it from being one."""
    if _flawed(row, STEP, feature, findings):
        return None
    lists = {name: tuple(value) for name, value in row.items() if isinstance(value, list)}
    kind = {"kind": UnitKind(row["kind"])} if "kind" in row else {}
    return _built(lambda: Step(**{**row, **lists, **kind}), feature, findings)


def _built(make: Callable[[], Made], feature: str, findings: list[Finding]) -> Made | None:
    """Make a value of sound parts that may still contradict each other."""
    try:
        return make()
    except BadValue as error:
        remark = Remark("bad_value", f"取值无效：{error}", str(error))
        findings.append(Finding(FILE, feature, remark))
        return None
