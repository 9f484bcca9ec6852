"""A member of a room as a good client is: it comes back, asks for what it missed, and resends."""

import asyncio
import json
import random
from collections import deque
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from fujita import web
from fujita.chat.accounts.cookies import Identity, today
from fujita.chat.requests import GUEST_COOKIE


class Member:
    """Says its messages one after the other, and notes what it hears.

    Attributes:
        heard: The positions and ids of messages, in the order in which they came.
        acknowledged: The ids that its own messages were given, by key.
        breaks: How often the connection was lost.
    """

    def __init__(self, id: str, room: str, ports: list[int], secret: str, count: int) -> None:
        self.id = id
        self.room = room
        self.heard: list[tuple[int, int]] = []
        self.acknowledged: dict[str, int] = {}
        self.breaks = 0
        self.problems: list[str] = []
        self.is_in = asyncio.Event()
        self.may_talk = asyncio.Event()
        self._ports = ports
        self._to_say = deque(f"k{number}" for number in range(count))
        self._position: int | None = None
        self._progress = asyncio.Condition()
        self._dice = random.Random(id)
        value = web.create_signed_value(secret, GUEST_COOKIE, Identity(id, id, today()).to_cookie())
        self._headers = {"Cookie": f'{GUEST_COOKIE}="{value.decode()}"'}

    async def live(self) -> None:
        """Is there until it is cancelled."""
        while True:
            port = self._dice.choice(self._ports)
            try:
                async with connect(
                    f"ws://127.0.0.1:{port}/socket",
                    additional_headers=self._headers,
                    compression=None,
                    ping_interval=None,
                    open_timeout=10,
                    close_timeout=1,
                ) as connection:
                    await self._take_part(connection)
            except (ConnectionClosed, InvalidHandshake, OSError, TimeoutError):
                self.breaks += 1
            await asyncio.sleep(self._dice.uniform(0.05, 0.3))

    async def until(self, reached: Callable[[], bool]) -> None:
        """Waits for something to become true of this member."""
        async with self._progress:
            await self._progress.wait_for(reached)

    async def _take_part(self, connection: ClientConnection) -> None:
        await self._join(connection)
        talking: asyncio.Task[None] | None = None
        try:
            async for frame in connection:
                said = json.loads(frame)
                for event in said if isinstance(said, list) else [said]:
                    if event["type"] == "joined" and talking is None:
                        talking = asyncio.create_task(self._talk(connection))
                    await self._take(connection, event)
                async with self._progress:
                    self._progress.notify_all()
        finally:
            if talking is not None:
                talking.cancel()
                await asyncio.wait([talking])

    async def _join(self, connection: ClientConnection) -> None:
        after = {} if self._position is None else {"after": self._position}
        await self._send(connection, type="join", room=self.room, create=True, **after)

    async def _talk(self, connection: ClientConnection) -> None:
        await self.may_talk.wait()
        if self._to_say:
            await self._say(connection)

    async def _say(self, connection: ClientConnection) -> None:
        key = self._to_say[0]
        await self._send(connection, type="say", room=self.room, text=f"{self.id} {key}", key=key)

    async def _take(self, connection: ClientConnection, event: dict[str, Any]) -> None:
        match event["type"]:
            case "joined":
                if event["fresh"] and self._position is not None:
                    self.problems.append("what was missed was not known any more")
                for message in event["messages"]:
                    self.heard.append((-1, message["id"]))
                self._position = event["position"]
                self.is_in.set()
            case "message":
                if self._position is None or event["position"] <= self._position:
                    self.problems.append(f"position {event['position']} after {self._position}")
                self._position = event["position"]
                self.heard.append((event["position"], event["id"]))
            case "said":
                self.acknowledged[event["key"]] = event["id"]
                if self._to_say and self._to_say[0] == event["key"]:
                    self._to_say.popleft()
                    if self._to_say:
                        await self._say(connection)
            case "error" if event["code"] in ("storage", "not-joined"):
                await asyncio.sleep(0.2)
                if "key" not in event or event["code"] == "not-joined":
                    await self._join(connection)
                if "key" in event:
                    await self._say(connection)
            case "error":
                self.problems.append(str(event))

    async def _send(self, connection: ClientConnection, **command: Any) -> None:
        await connection.send(json.dumps(command))
