"""
What terminals of JT/T 808 report goes to the service in batches, by its HTTP door.

While the service does not take it, it is kept, within bounds for all and for each terminal; beyond
them a terminal is told that its report failed, and keeps it itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import httpx2

from geo.tracker.report import Report

logger = logging.getLogger(__name__)

DOOR = "/intake/jt808"

MOST_WAITING = 100_000
"""Reports that wait for the service: of 1,000 terminals at one in five seconds, eight minutes."""

MOST_OF_ONE = 2_000
"""Reports of one terminal among them, so that one that floods leaves room for the others."""

AT_A_TIME = 1_000
PAUSE_S = 0.5
"""Reports are gathered for so long before they go out together."""

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0


class Forwarding:
    """
    Keeps reports until the service has them.

    Parameters
    ----------
    client
        Asks the service, with the gateway's key.
    most_waiting, most_of_one
        Reports that are kept, of all and of one terminal.
    pause_s
        How long reports are gathered.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        *,
        most_waiting: int = MOST_WAITING,
        most_of_one: int = MOST_OF_ONE,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._client = client
        self._most_waiting, self._most_of_one = most_waiting, most_of_one
        self._pause_s = pause_s
        self._waiting: deque[Report] = deque()
        self._of_one: Counter[str] = Counter()
        self._news = asyncio.Event()
        self._at_a_time = AT_A_TIME
        self._closed = asyncio.Event()
        self.counted: Counter[str] = Counter()

    @property
    def waiting(self) -> int:
        """Number of reports that the service does not have yet."""
        return len(self._waiting)

    def take(self, reports: Sequence[Report]) -> bool:
        """
        Keep some reports of one terminal, all or none.

        Parameters
        ----------
        reports
            In the order given.

        Returns
        -------
        taken
            False where there is no room.
        """
        of_one = self._of_one[reports[0].device] + len(reports)
        if of_one > self._most_of_one or len(self._waiting) + len(reports) > self._most_waiting:
            return False
        self._of_one[reports[0].device] = of_one
        self._waiting.extend(reports)
        self._news.set()
        return True

    def close(self) -> None:
        """Send what waits, once, and end."""
        self._closed.set()
        self._news.set()

    async def run(self) -> None:
        """Send batch after batch until it is closed; what fails is tried again, more slowly."""
        wait_s = FIRST_WAIT_S
        while not (self._closed.is_set() and not self._waiting):
            await self._news.wait()
            self._news.clear()
            await self._wait(self._pause_s)
            while self._waiting:
                again_in_s = await self._send(wait_s)
                if again_in_s is None:
                    wait_s = FIRST_WAIT_S
                elif self._closed.is_set():
                    return
                else:
                    await self._wait(again_in_s)
                    wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    async def _wait(self, wait_s: float) -> None:
        """Wait before trying again, or until it is closed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._closed.wait()

    async def _send(self, wait_s: float) -> float | None:
        """Send the oldest reports; seconds until the next try if they were not taken."""
        batch = [self._waiting[row] for row in range(min(self._at_a_time, len(self._waiting)))]
        try:
            answer = await self._client.post(DOOR, json=[_reading(one) for one in batch])
        except httpx2.HTTPError as error:
            self._say(f"does not answer ({type(error).__name__})")
            return wait_s
        results = _results(answer)
        if results is not None:
            self._note(results)
        elif answer.status_code in {400, 413, 422} and len(batch) > 1:
            self._at_a_time = max(1, len(batch) // 2)  # to find the one that is not taken
            return None
        elif answer.status_code in {400, 413, 422}:
            self.counted["refused_by_service"] += 1
            logger.error("The service refuses a report of %s: %s", batch[0].device, answer.text)
        else:
            self._say(f"answers {answer.status_code}: {answer.text[:200]}")
            return max(wait_s, _retry_after_s(answer))
        self._drop(len(batch))
        self._at_a_time = AT_A_TIME
        return None

    def _drop(self, n_reports: int) -> None:
        """Forget what the service has."""
        for _ in range(n_reports):
            device = self._waiting.popleft().device
            self._of_one[device] -= 1
            if not self._of_one[device]:
                del self._of_one[device]

    def _note(self, results: list[dict[str, Any]]) -> None:
        """Count what became of reports."""
        self.counted["sent"] += len(results)
        self.counted.update(one["remark"]["code"] for one in results)

    def _say(self, what: str) -> None:
        """Say that reports wait."""
        self.counted["tries_failed"] += 1
        logger.warning("The service %s; %d reports wait.", what, len(self._waiting))


def _results(answer: httpx2.Response) -> list[dict[str, Any]] | None:
    """What became of each report; None of a refusal, and of what some proxy says instead."""
    try:
        results: list[dict[str, Any]] = answer.json()["results"]
    except (ValueError, KeyError, TypeError):
        return None
    return results if answer.is_success else None


def _reading(report: Report) -> dict[str, object]:
    """Write a report as the door takes it: metres per second, times by the terminal's clock."""
    unit_mps = 1.0 if report.speed_unit is None else report.speed_unit.mps
    return {
        "device": report.device,
        "time": None if report.time is None else report.time.isoformat(),
        "lon": report.lon_lat[0],
        "lat": report.lon_lat[1],
        "speed_mps": None if report.speed is None else round(report.speed * unit_mps, 3),
        "heading_deg": report.heading_deg,
        "positioned": report.positioned,
    }


def _retry_after_s(answer: httpx2.Response) -> float:
    """When the service wants to be asked again."""
    said = answer.headers.get("retry-after", "")
    return min(float(said), LONGEST_WAIT_S) if said.isdigit() else 0.0
