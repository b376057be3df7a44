"""Tables that are laid out once for each version, within the room that there is for them."""

from __future__ import annotations

import pytest

from api.ogc import kept_tables
from api.ogc.kept_tables import KeptTables
from geo.feature_table import FeatureTable, lay_out


class Shelves:
    """Kept tables, and which were laid out so far."""

    def __init__(self) -> None:
        self.kept = KeptTables()
        self.laid_out: list[str] = []

    def ask(self, name: str, *, version: str = "1", features: int = 3) -> FeatureTable:
        def make() -> FeatureTable:
            self.laid_out.append(name)
            return lay_out(version, [*map(str, range(features))], [None] * features, {})

        return self.kept.of(name, version, make)


@pytest.fixture
def shelves(monkeypatch) -> Shelves:
    monkeypatch.setattr(kept_tables, "MOST_FEATURES", 7)
    return Shelves()


def test_a_table_is_laid_out_once_for_each_version(shelves):
    assert shelves.ask("a") is shelves.ask("a")
    assert shelves.ask("a", version="2").version == "2"
    assert shelves.laid_out == ["a", "a"]


def test_what_was_asked_for_the_longest_ago_makes_room(shelves):
    for name in ("a", "b", "a", "c", "a", "c", "b"):
        shelves.ask(name)
    assert shelves.laid_out == ["a", "b", "c", "b"]


def test_a_table_larger_than_all_room_is_kept_by_itself(shelves):
    shelves.ask("a")
    assert shelves.ask("large", features=50) is shelves.ask("large", features=50)
    shelves.ask("a")
    assert shelves.laid_out == ["a", "large", "a"]
