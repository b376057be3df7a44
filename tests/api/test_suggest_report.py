"""How `suggest` tells a person who was passed over."""

from __future__ import annotations

from types import SimpleNamespace

from rich.console import Console

from api.suggest_report import show_passed_over


def told(*reasons: tuple[str, str], counted: dict[str, int]) -> list[str]:
    """What is printed where crews were passed over for these reasons, nearest first."""
    passed = [
        SimpleNamespace(unit=unit, reason=SimpleNamespace(code=code, en=f"is {code}"))
        for unit, code in reasons
    ]
    console = Console(width=100)
    with console.capture() as said:
        show_passed_over(passed, counted, lambda unit: f"crew {unit}", console)
    return [line.strip() for line in said.get().splitlines()]


def test_the_nearest_few_of_those_elsewhere_are_named_and_the_rest_counted():
    elsewhere = [(f"E{place}", "not_this_brigade") for place in range(8)]
    assert told(
        ("A", "busy"), *elsewhere, ("B", "off_duty"), counted={"not_this_brigade": 130}
    ) == [
        "Passed over:",
        "crew A: is busy",
        *(f"crew E{place}: is not_this_brigade" for place in range(5)),
        "crew B: is off_duty",
        "133 more: not this brigade",
    ]


def test_where_nobody_was_passed_over_nothing_is_said():
    assert told(counted={}) == []
