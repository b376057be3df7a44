"""
Figures for Prometheus: how long requests take, how long cases take, and what waits where.

Counts and durations are added up as things happen.  What has a present value (queues, listeners,
versions) is read off the service when somebody asks.  Every process has figures of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from geo.road.travel_time import NetworkTravelTimes

if TYPE_CHECKING:
    from api.service import Service

REQUEST_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)
CASE_BUCKETS_S = (15, 30, 60, 120, 180, 300, 450, 600, 900, 1200, 1800, 3600, 7200, 14400)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Figures:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "grid_dispatch_request_seconds",
            "From the first byte of a request to the first of its answer",
            ["method", "route", "status"],
            buckets=REQUEST_BUCKETS_S,
            registry=self._registry,
        )
        self._intervals = Histogram(
            "grid_dispatch_interval_seconds",
            "From one step of an incident to the next",
            ["interval"],
            buckets=CASE_BUCKETS_S,
            registry=self._registry,
        )
        self._shed = Counter(
            "grid_dispatch_turned_away",
            "Requests that were turned away because too much was asked",
            ["room"],
            registry=self._registry,
        )

    def request(self, method: str, route: str, status: int, took_s: float) -> None:
        """
        Count a request.

        Parameters
        ----------
        method, route, status
            What was asked, as a template, and how it ended.
        took_s
            Seconds until it was answered.
        """
        self._requests.labels(method, route, status).observe(took_s)

    def interval(self, name: str, took_s: float) -> None:
        """
        Count an interval of a case.

        Parameters
        ----------
        name
            Such as ``report_to_dispatch``.
        took_s
            Its length.
        """
        self._intervals.labels(name).observe(took_s)

    def turned_away(self, room: str) -> None:
        """
        Count a request that was turned away.

        Parameters
        ----------
        room
            What it would have waited for.
        """
        self._shed.labels(room).inc()

    def watch(self, service: Service) -> None:
        """
        Show the present values of a service, too.

        Parameters
        ----------
        service
            The service.
        """
        self._registry.register(_Present(lambda: _present(service)))

    def written(self) -> bytes:
        """
        Write all figures.

        Returns
        -------
        text
            In the text format of Prometheus.
        """
        return generate_latest(self._registry)


class _Present(Collector):
    """Reads values off when they are asked for."""

    def __init__(self, read: Callable[[], Iterable[Metric]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Read them."""
        yield from self._read()


def _present(service: Service) -> Iterator[Metric]:
    """Present values of a service."""
    for name, says, value in (
        ("positions_waiting", "Fixes that wait to be judged", service.intake.waiting),
        ("positions_unsaved", "Officers whose position the store has yet to see", service.unsaved),
        ("stream_listeners", "Open pages on the live stream", service.stream.listeners),
        ("keyed_requests", "Requests with an idempotency key in hand", service.underway.held),
        ("store_down", "Whether the store fails", int(service.store_watch.down_since is not None)),
        ("outbox_depth", "Messages that wait to be sent", service.outbox.waiting),
        (
            "outbox_oldest_waiting_seconds",
            "How long the oldest of them has waited",
            service.outbox.waits_s(service.clock()),
        ),
        ("outbox_dead_letters", "Messages that were given up", service.outbox.dead),
        ("outbox_people_to_call", "People to be told by phone", service.outbox.to_call),
        ("ready", "Whether the first answer would be quick", int(service.warm)),
        (
            "degraded",
            "Whether arrivals are guessed in a straight line",
            int(without_roads(service)),
        ),
    ):
        yield GaugeMetricFamily(f"grid_dispatch_{name}", says, value=value)
    yield CounterMetricFamily(
        "grid_dispatch_positions_turned_away",
        "Fixes that were turned away because too many waited",
        value=service.intake.turned_away,
    )
    yield InfoMetricFamily(
        "grid_dispatch_versions",
        "What is in force",
        value=_versions(service),
    )


def _versions(service: Service) -> dict[str, str]:
    """Versions of the city, of the weights, and of the roads of each mode."""
    roads = {
        f"roads_{mode}": engine.network.version
        for mode, engine in service.city.travel_times.items()
        if isinstance(engine, NetworkTravelTimes)
    }
    of_city = {"city": service.city.version, "weights": service.city.weight_version}
    return of_city | roads


def without_roads(service: Service) -> bool:
    """
    Tell whether some way of travel has no roads to go by.

    Parameters
    ----------
    service
        The service.

    Returns
    -------
    without
        Whether arrivals are guessed in a straight line.
    """
    return any(engine.degraded for engine in service.city.travel_times.values())
