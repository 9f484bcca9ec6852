"""``/healthz``, ``/readyz`` and ``/metrics``: for those who look after the server."""

import asyncio
from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from fujita.chat.errors import ChatError
from fujita.chat.figures import COUNTERS
from fujita.chat.requests import ChatRequest, Services

_READY_SECONDS = 3.0

_MEANINGS = {
    "workers": "Processes that serve",
    "connections": "Open WebSockets",
    "people": "People connected; in each worker that they are connected to",
    "rooms_open": "Rooms that somebody is in; in each worker that they are connected to",
    "messages": "Messages stored and acknowledged",
    "store_failures": "Requests that the database could not serve",
    "slow_readers": "Connections closed because too much was waiting to be read",
}


class HealthHandler(ChatRequest):
    """``/healthz``: the process lives."""

    def get(self) -> None:
        """Says so."""
        self.set_header("Cache-Control", "no-store")
        self.finish({"status": "ok"})


class ReadyHandler(ChatRequest):
    """``/readyz``: it can do its work."""

    async def get(self) -> None:
        """Says whether database and other nodes can be reached."""
        self.set_header("Cache-Control", "no-store")
        problems = {}
        for name, check in (
            ("database", self.services.store.check),
            ("redis", self.services.rooms.bus.check),
        ):
            try:
                await asyncio.wait_for(check(), _READY_SECONDS)
            except (ChatError, TimeoutError) as error:
                problems[name] = str(error) or f"no answer in {_READY_SECONDS:g} s"
        self.set_status(503 if problems else 200)
        self.finish({"status": "unavailable" if problems else "ok", **problems})


class MetricsHandler(ChatRequest):
    """``/metrics``: figures for Prometheus."""

    def get(self) -> None:
        """Sends the figures."""
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        registry = CollectorRegistry()
        registry.register(_Figures(self.services))
        self.finish(generate_latest(registry))


class _Figures(Collector):
    """Reads the figures of all workers when they are asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        figures = self._services.figures.everywhere()
        for name, value in figures.items():
            kind = CounterMetricFamily if name in COUNTERS else GaugeMetricFamily
            yield kind(f"fujita_chat_{name}", _MEANINGS[name], value)
