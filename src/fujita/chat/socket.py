"""The WebSocket of an open tab."""

import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

from fujita import websocket
from fujita.chat import events
from fujita.chat.errors import StoreError
from fujita.chat.identification import GuestCookie
from fujita.chat.limits import TokenBucket
from fujita.chat.outbox import Outbox
from fujita.chat.protocol import (
    BadCommand,
    Command,
    History,
    Join,
    Leave,
    Ping,
    Say,
    parse_command,
)
from fujita.chat.rooms import Rooms
from fujita.log import app_log

if TYPE_CHECKING:
    from fujita.chat.guests import Guest

POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013


class ChatSocket(GuestCookie, websocket.WebSocketHandler):
    """Reads commands, and sends events as fast as its tab takes them.

    Who comes without the cookie that the page sets (a program, most likely) is a guest for as long
    as the connection lasts.
    """

    guest: "Guest"

    def initialize(self, rooms: Rooms) -> None:
        """Takes what the application hands to every connection."""
        limits = rooms.limits
        now = time.monotonic()
        self._rooms = rooms
        self._outbox = Outbox(self._write, limits.outgoing_bytes, self._read_too_slowly)
        self._commands = TokenBucket(limits.command_burst, limits.commands_per_second, now)
        self._messages = TokenBucket(limits.message_burst, limits.messages_per_second, now)

    def open(self, *args: str, **kwargs: str) -> None:
        """Greets the guest."""
        self.set_nodelay(True)
        identity = self.identity() or self._rooms.guests.newcomer(self.language())
        self.guest = self._rooms.connect(self, identity)
        self.send(self._rooms.welcome(self.guest))

    async def on_message(self, message: str | bytes) -> None:
        """Does what a command asks for; the next one is read after that."""
        if self._commands.take(time.monotonic()):
            self.close(POLICY_VIOLATION, "too many commands")
            return
        try:
            command = parse_command(message, self._rooms.limits)
        except BadCommand as problem:
            self.send(events.bad_command(problem))
            return
        try:
            work = self._obey(command)
            if work is not None:
                await work
        except StoreError as error:
            app_log.error("%s", error)
            self.send(
                events.error(
                    "storage",
                    "the history cannot be reached",
                    room=getattr(command, "room", None),
                    key=getattr(command, "key", None),
                )
            )

    def on_close(self) -> None:
        """Leaves all rooms."""
        self._outbox.close()
        self._rooms.disconnect(self)

    def send(self, event: bytes) -> None:
        """Sends an event, or drops it if the connection is gone."""
        self._outbox.send(event)

    def _obey(self, command: Command) -> Awaitable[None] | None:
        match command:
            case Say():
                return self._say(command)
            case Join(room, after):
                return self._rooms.join(self, room, after)
            case History(room, before):
                return self._rooms.history(self, room, before)
            case Leave(room):
                self._rooms.leave(self, room)
            case Ping():
                self.send(events.pong())
        return None

    async def _say(self, command: Say) -> None:
        if not self._rooms.is_in(self, command.room):
            self.send(
                events.error(
                    "not-joined", "join the room first", room=command.room, key=command.key
                )
            )
            return
        wait = self._messages.take(time.monotonic())
        if wait:
            self.send(
                events.error(
                    "too-fast",
                    "wait before the next message",
                    room=command.room,
                    key=command.key,
                    retry_after=wait,
                )
            )
            return
        await self._rooms.say(self, command.room, command.text, command.key)

    def _write(self, frame: bytes) -> Any:
        # As bytes that go out as text: UTF-8 was made once for all readers.
        return self.write_message(frame)

    def _read_too_slowly(self) -> None:
        self._rooms.disconnect(self)
        self.close(TRY_AGAIN_LATER, "too much was waiting to be read")
