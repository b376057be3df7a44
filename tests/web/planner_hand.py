"""A planner's hand in the tests of the page: finds grids that may move, points at them, asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect
from shapely.geometry import shape

PLANS = "/api/v1/plans"
PROJECT = "([lon, lat]) => { const {x, y} = gridDispatchMap.project([lon, lat]); return [x, y] }"


@dataclass(frozen=True)
class Move:
    """A grid at a border, its zone, and the zone beside it that may have it."""

    grid: str
    was: str
    to: str
    lon_lat: tuple[float, float]


@dataclass(frozen=True)
class Hand:
    """Whoever draws on a page."""

    page: Page

    @property
    def home(self) -> str:
        """Address of the service."""
        return self.page.url.partition("/planner")[0]

    def ask(self, path: str) -> dict[str, Any]:
        """What the service says to whoever looks at the page."""
        answer = self.page.request.get(f"{self.home}{path}")
        assert answer.status == 200, answer.text()
        told: dict[str, Any] = answer.json()
        return told

    def send(self, path: str, body: object, **headers: str) -> dict[str, Any]:
        """Send something as whoever looks at the page."""
        answer = self.page.request.post(f"{self.home}{path}", data=body, headers=headers)
        assert answer.ok, answer.text()
        told: dict[str, Any] = answer.json()
        return told

    @property
    def number(self) -> str:
        """Number of the draft that is open."""
        return str(self.page.get_by_test_id("open-draft").get_attribute("data-id"))

    def plan(self) -> dict[str, Any]:
        """The open draft as the service has it."""
        return self.ask(f"{PLANS}/{self.number}")

    def begin(self, name: str) -> str:
        """Begin a draft from what is published; give its number."""
        self.page.get_by_role("button", name="New draft").click()
        dialog = self.page.get_by_test_id("new-draft")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_role("button", name="New draft").click()
        expect(self.page.get_by_test_id("open-draft")).to_contain_text(name)
        return self.number

    def tab(self, name: str) -> None:
        """Open a tab."""
        self.page.get_by_role("tab", name=name).click()

    def moves(self, most: int = 2) -> list[Move]:
        """Find moves of one grid each that leave every zone in one piece, none of a zone twice."""
        features = self.ask("/api/v1/layers/grids/published")["features"]
        shapes = {one["properties"]["code"]: shape(one["geometry"]) for one in features}
        zone_of = {one["properties"]["code"]: one["properties"]["zone"] for one in features}
        found: list[Move] = []
        for grid, polygon in shapes.items():
            used = {zone for move in found for zone in (move.was, move.to)}
            beside = {
                zone_of[other]
                for other, near in shapes.items()
                if near.intersects(polygon) and near.intersection(polygon).length > 0
            } - {zone_of[grid]}
            for to in sorted(beside):
                if used.isdisjoint({zone_of[grid], to}) and self._stays_whole(grid, to):
                    middle = polygon.representative_point()
                    found.append(Move(grid, zone_of[grid], to, (middle.x, middle.y)))
                    break
            if len(found) == most:
                return found
        raise AssertionError(f"Only {found} may be moved.")

    def _stays_whole(self, grid: str, to: str) -> bool:
        told = self.send(f"{PLANS}/{self.number}/figures", {"zone_of": {grid: to}})
        return all(zone["pieces"] <= 1 for zone in told["zones"])

    def put_pointer_on(self, move: Move) -> None:
        """Bring the pointer to the middle of a grid."""
        box = self.page.get_by_test_id("map").bounding_box()
        assert box is not None
        x, y = self.page.evaluate(PROJECT, list(move.lon_lat))
        self.page.mouse.move(box["x"] + x, box["y"] + y)

    def choose_zone(self, zone: str) -> None:
        """Choose the zone that is painted and edited."""
        row = self.page.locator(f"tr[data-zone={zone}]")
        if row.get_attribute("aria-selected") != "true":
            row.get_by_role("button").click()

    def take_finest_brush(self) -> None:
        """Take the brush at its finest, so that it touches the grid below the pointer alone."""
        self.page.keyboard.press("b")
        self.page.get_by_role("slider", name="Brush size").fill("1")

    def paint(self, move: Move) -> None:
        """Paint one grid into the zone beside it."""
        self.choose_zone(move.to)
        self.take_finest_brush()
        self.put_pointer_on(move)
        self.page.mouse.down()
        self.page.mouse.up()

    def close(self, *numbers: str) -> None:
        """Close drafts, so that the next test finds none of them open."""
        for number in numbers:
            self.page.request.delete(f"{self.home}{PLANS}/{number}")
