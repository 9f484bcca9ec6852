"""Rooms: publish and subscribe, with history, recovery and presence.

    hub = Hub()
    await hub.subscribe("lobby", WebSocketConsumer(handler))
    await hub.publish("lobby", {"text": "Hello"})

docs/realtime.md tells what can be built of it.
"""

from fujita.realtime.assets import STATIC
from fujita.realtime.batch import Batch
from fujita.realtime.broadcast import Broadcast
from fujita.realtime.commands import Refused
from fujita.realtime.consumer import Consumer
from fujita.realtime.counters import Counters
from fujita.realtime.engine import Engine, History
from fujita.realtime.errors import (
    AlreadySubscribedError,
    EngineUnavailableError,
    GapError,
    HubClosedError,
    RealtimeError,
    RemovedError,
    RoomNameError,
    SlowConsumerError,
    SubscriptionEndedError,
)
from fujita.realtime.events import Counted, Dropped, Joined, Left, Member, RoomEvent, Skipped
from fujita.realtime.hub import Hub
from fujita.realtime.limits import ClientLimits
from fujita.realtime.listener import Listener
from fujita.realtime.memory import MemoryEngine
from fujita.realtime.options import RoomOptions
from fujita.realtime.position import Position
from fujita.realtime.publication import Publication
from fujita.realtime.rooms_handler import RoomsHandler
from fujita.realtime.sse import EventsHandler, EventStream
from fujita.realtime.subscription import Subscription
from fujita.realtime.websocket_consumer import WebSocketConsumer
from fujita.realtime.wireform import WireForm

__all__ = [
    "STATIC",
    "AlreadySubscribedError",
    "Batch",
    "Broadcast",
    "ClientLimits",
    "Consumer",
    "Counted",
    "Counters",
    "Dropped",
    "Engine",
    "EngineUnavailableError",
    "EventStream",
    "EventsHandler",
    "GapError",
    "History",
    "Hub",
    "HubClosedError",
    "Joined",
    "Left",
    "Listener",
    "Member",
    "MemoryEngine",
    "Position",
    "Publication",
    "RealtimeError",
    "Refused",
    "RemovedError",
    "RoomEvent",
    "RoomNameError",
    "RoomOptions",
    "RoomsHandler",
    "Skipped",
    "SlowConsumerError",
    "Subscription",
    "SubscriptionEndedError",
    "WebSocketConsumer",
    "WireForm",
]
