"""A dispatcher who asks the service itself: what a page did is looked up there, and cleaned up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx2

ENDED = ("closed", "rated", "merged", "handed_off", "cancelled")
PATIENCE_S = 60.0


@dataclass
class Desk:
    """Asks a served city in the name of one of its demo people."""

    address: str
    own: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, body: object = None, who: str = "demo-dispatcher") -> Any:  # noqa: ANN401 -- whatever JSON says
        """Ask for something that must not be refused."""
        answer = httpx2.request(
            method,
            f"{self.address}/api/v1{path}",
            json=body,
            headers={"authorization": f"Bearer {who}"},
            timeout=PATIENCE_S,
            trust_env=False,
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def label_of(self, zone: str) -> tuple[float, float]:
        """A place well inside a zone."""
        zones = self.ask("GET", "/layers/zones/published")["features"]
        [found] = [one for one in zones if one["properties"]["code"] == zone]
        lon, lat = found["properties"]["label_lon_lat"]
        return round(lon, 6), round(lat, 6)

    def matter(self) -> str:
        """The first penalty of the list."""
        matters = self.ask("GET", "/matters?limit=1000")["items"]
        return min(one["code"] for one in matters if one["kind"] == "penalty")

    def report(
        self, at: tuple[float, float], *matters: str, text: str, kind: str = "report"
    ) -> str:
        """Put an incident on record that is called off when the test is over."""
        body = {"lon_lat": at, "matters": matters or [self.matter()], "text": text, "kind": kind}
        return self.keep(self.ask("POST", "/incidents", body)["id"])

    def keep(self, incident: str) -> str:
        """Call an incident off when the test is over."""
        self.own.append(incident)
        return incident

    def said(self, text: str) -> str:
        """The incident that says something, which a page has put on record."""
        listed = self.ask("GET", "/incidents?limit=100")["items"]
        [found] = [one["id"] for one in listed if one["text"] == text]
        return self.keep(found)

    def state(self, incident: str) -> str:
        """How an incident stands."""
        state: str = self.ask("GET", f"/incidents/{incident}")["state"]
        return state

    def sent(self, incident: str) -> list[dict[str, Any]]:
        """Who was sent there, the first of them first."""
        items: list[dict[str, Any]] = self.ask("GET", f"/assignments?incident={incident}")["items"]
        return items[::-1]

    def clear(self) -> None:
        """Leave no officer blocked."""
        for incident in self.own:
            if self.state(incident) not in {*ENDED, "handled", "feedback", "verified"}:
                body = {"to": "cancelled", "reason": "测试结束"}
                self.ask("POST", f"/incidents/{incident}/transitions", body)
