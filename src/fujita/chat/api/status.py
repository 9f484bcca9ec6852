"""``/healthz``, ``/readyz`` and ``/metrics``: for those who look after the server."""

import asyncio
from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from fujita.chat.errors import ChatError
from fujita.chat.requests import ChatRequest, Services

_READY_SECONDS = 3.0


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
    """Reads the figures when they are asked for: counting costs nothing in between."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        services = self._services
        rooms = services.rooms
        yield GaugeMetricFamily(
            "fujita_chat_connections", "Open WebSockets", services.connections.total()
        )
        yield GaugeMetricFamily("fujita_chat_people", "People connected", len(rooms.guests))
        yield GaugeMetricFamily(
            "fujita_chat_rooms_open", "Rooms that somebody here is in", rooms.open_rooms()
        )
        yield CounterMetricFamily(
            "fujita_chat_messages", "Messages stored and acknowledged", rooms.acknowledged
        )
        yield CounterMetricFamily(
            "fujita_chat_store_failures",
            "Requests that the database could not serve",
            services.store_failures,
        )
        yield CounterMetricFamily(
            "fujita_chat_slow_readers",
            "Connections closed because too much was waiting to be read",
            services.slow_readers,
        )
