"""The WebSocket of an open tab."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from fujita import web, websocket
from fujita.chat.accounts.tokens import InvalidToken, Pass
from fujita.chat.errors import StoreError
from fujita.chat.limits import TokenBucket
from fujita.chat.live import commands, events
from fujita.chat.live.outbox import Outbox
from fujita.chat.requests import ChatRequest, Services
from fujita.chat.storage import Message, Person, Refused, delete, edit, react
from fujita.log import app_log

if TYPE_CHECKING:
    from fujita.chat.live.people import Guest

POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013
TOKEN_ENDED = 4401
TOO_MANY = 4429

# A page that gets its token a little late is not thrown out for that.
_TOKEN_GRACE_SECONDS = 25.0


class ChatSocket(ChatRequest, websocket.WebSocketHandler):
    """Reads commands, and sends events as fast as its tab takes them.

    Who comes without the cookie that the page sets (a program, most likely) is a guest for as long
    as the connection lasts.
    """

    guest: "Guest"

    def initialize(self, services: Services) -> None:
        """Takes what the application hands to every connection."""
        super().initialize(services)
        limits = services.limits
        self._rooms = services.rooms
        self._outbox = Outbox(self._write, limits.outgoing_bytes, self._read_too_slowly)
        self._commands = TokenBucket(limits.commands, time.monotonic())
        self._who: Person | None = None
        self._welcome = b""
        self._is_in = False
        self._is_counted = False
        self._timer: asyncio.TimerHandle | None = None
        self._token: Pass | None = None

    async def prepare(self) -> None:
        """Finds out who comes, before there is a connection."""
        if self.services.connections.is_full(self.address()):
            raise web.HTTPError(429)
        if self.get_query_argument("auth", "") == "token":
            return
        try:
            self._who = await self.person_or_newcomer()
            self._welcome = await self._rooms.welcome(self._who)
        except StoreError as error:
            self._tell_of(error)
            raise web.HTTPError(503) from None
        except InvalidToken:
            raise web.HTTPError(401) from None

    def open(self, *args: str, **kwargs: str) -> None:
        """Greets the person, or waits for a token."""
        self.set_nodelay(True)
        self._is_counted = True
        self.services.connections.add(self.address())
        if self._who is None:
            self._later(self.services.limits.hello_seconds, self._no_hello)
        else:
            self._enter(self._who)

    async def on_message(self, message: str | bytes) -> None:
        """Does what a command asks for; the next one is read after that."""
        if self._commands.take(time.monotonic()):
            self.close(POLICY_VIOLATION, "too many commands")
            return
        try:
            command = commands.parse_command(message, self.services.limits)
        except commands.BadCommand as problem:
            self.send(
                events.error(
                    problem.code,
                    problem.detail,
                    room=problem.room,
                    key=problem.key,
                    ref=problem.ref,
                )
            )
            return
        if isinstance(command, commands.Hello):
            await self._hello(command)
        elif not self._is_in:
            self.close(POLICY_VIOLATION, "expected a hello")
        else:
            await self._obey(command)

    def on_close(self) -> None:
        """Leaves all rooms."""
        if self._timer is not None:
            self._timer.cancel()
        self._outbox.close()
        if self._is_counted:
            self.services.connections.remove(self.address())
        self._rooms.disconnect(self)

    def send(self, event: bytes) -> None:
        """Sends an event, or drops it if the connection is gone."""
        self._outbox.send(event)

    # Coming in

    def _enter(self, who: Person) -> None:
        known = self._rooms.guests.get(who.id)
        most = self.services.limits.connections_per_person
        if known is not None and len(known.connections) >= most:
            self.close(TOO_MANY, "too many connections of this person")
            return
        self.guest = self._rooms.connect(self, who)
        self._is_in = True
        self.send(self._welcome)
        if self.guest.person.name != who.name:
            self.send(events.named(self.guest.person))

    async def _hello(self, command: commands.Hello) -> None:
        tokens = self.services.tokens
        if tokens is None:
            self.close(TOKEN_ENDED, "tokens are not taken here")
            return
        try:
            found = tokens.read(command.token)
        except InvalidToken as error:
            self.close(TOKEN_ENDED, str(error)[:100])
            return
        if self._is_in and found.person.id != self.guest.id:
            self.close(POLICY_VIOLATION, "the token is somebody else's")
            return
        self._token = found
        self._later(found.expires + _TOKEN_GRACE_SECONDS - time.time(), self._token_ended)
        if self._is_in:
            if command.ref is not None:
                self.send(events.done(command.ref))
            return
        try:
            self._welcome = await self._rooms.welcome(found.person)
        except StoreError as error:
            self._tell_of(error)
            self.close(TRY_AGAIN_LATER, "the history cannot be reached")
            return
        if self.ws_connection is not None:
            self._enter(found.person)

    def _later(self, seconds: float, work: Callable[[], None]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(seconds, 0.0), work)

    def _no_hello(self) -> None:
        self.close(POLICY_VIOLATION, "expected a hello")

    def _token_ended(self) -> None:
        self.close(TOKEN_ENDED, "the token has ended")

    # Commands

    async def _obey(self, command: commands.Command) -> None:
        try:
            work = self._work(command)
            if work is not None:
                await work
        except StoreError as error:
            self._tell_of(error)
            self.send(
                events.error(
                    "storage",
                    "the history cannot be reached",
                    room=getattr(command, "room", None),
                    key=getattr(command, "key", None),
                    ref=command.ref,
                )
            )

    def _work(self, command: commands.Command) -> Coroutine[Any, Any, None] | None:
        rooms = self._rooms
        match command:
            case commands.Say():
                return rooms.say(self, command, self.address())
            case commands.Join():
                return rooms.join(self, command, self.address(), self._token)
            case commands.History():
                return rooms.history(self, command.room, command.before, command.ref)
            case commands.Leave():
                return rooms.leave(self, command.room, command.ref)
            case commands.Edit() | commands.Delete() | commands.React():
                return self._change(command)
            case commands.Typing():
                rooms.typing(self, command.room)
                self._done(command)
            case commands.Read():
                rooms.read(self, command.room, command.number)
                self._done(command)
            case commands.Ping():
                self.send(events.pong(command.ref))
        return None

    async def _change(self, command: commands.Edit | commands.Delete | commands.React) -> None:
        wait = self._rooms.throttle.changes.take(self.guest.id)
        result: Message | Refused
        match command:
            case _ if wait:
                result = Refused("too-fast", wait)
            case _ if not self._rooms.is_in(self, command.room):
                result = Refused("not-joined")
            case commands.Edit():
                what = edit(command.text, command.mentions, self.services.limits.edit_seconds)
                result = await self._rooms.change(command.room, command.id, self.guest.id, what)
            case commands.Delete():
                result = await self._rooms.change(command.room, command.id, self.guest.id, delete())
            case commands.React():
                what = react(command.emoji, command.on)
                result = await self._rooms.change(command.room, command.id, self.guest.id, what)
        if isinstance(result, Refused):
            self.send(
                events.error(
                    result.code,
                    room=command.room,
                    ref=command.ref,
                    retry_after=result.retry_after,
                )
            )
        else:
            self._done(command)

    def _done(self, command: commands.Command) -> None:
        if command.ref is not None:
            self.send(events.done(command.ref))

    def _tell_of(self, error: StoreError) -> None:
        self.services.store_failed()
        app_log.debug("%s", error)

    def _write(self, frame: bytes) -> Any:
        # As bytes that go out as text: UTF-8 was made once for all readers.
        return self.write_message(frame)

    def _read_too_slowly(self) -> None:
        self.services.figures.slow_readers += 1
        self._rooms.disconnect(self)
        self.close(TRY_AGAIN_LATER, "too much was waiting to be read")
