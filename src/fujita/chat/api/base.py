"""What the answers of the API have in common: JSON, and one way to refuse."""

import json
import math
from collections.abc import Mapping
from http.client import responses
from typing import Any, Final, TypeVar

from fujita.chat.accounts.tokens import InvalidToken
from fujita.chat.errors import StoreError
from fujita.chat.names import InvalidText, room_name
from fujita.chat.requests import ChatRequest
from fujita.chat.storage import Membership, Person, Refused, RoomRecord, milliseconds

Value = TypeVar("Value")

STATUS: Final = {
    "banned": 403,
    "login-taken": 409,
    "muted": 403,
    "no-cookie": 403,
    "no-invitation": 403,
    "no-message": 404,
    "no-room": 404,
    "not-allowed": 403,
    "not-joined": 403,
    "not-yours": 403,
    "private": 403,
    "room-taken": 409,
    "slow-mode": 429,
    "storage": 503,
    "too-fast": 429,
    "too-often": 429,
    "wrong-password": 403,
}


class Refusal(Exception):
    """Ends a request with an error that the page has a sentence for.

    Args:
        code: Why, in one word.
        retry_after: Seconds after which it may be tried again; 0 if time does not help.
        status: The status; by default the one that fits the code.
    """

    def __init__(self, code: str, retry_after: float = 0.0, status: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after
        self.status = status or STATUS.get(code, 400)


class ApiHandler(ChatRequest):
    """Answers with JSON."""

    async def prepare(self) -> None:
        """Limits the requests of an address."""
        wait = self.services.throttle.requests.take(self.address())
        if wait:
            raise Refusal("too-often", wait)

    def set_default_headers(self) -> None:
        """Sets the security headers; answers are for who asked alone."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Says what went wrong as JSON."""
        error = kwargs.get("exc_info", (None, None))[1]
        answer: dict[str, Any] = {"error": responses.get(status_code, "error").lower()}
        match error:
            case Refusal():
                self.set_status(error.status)
                answer = {"error": error.code}
                if error.retry_after:
                    answer["retry_after"] = round(error.retry_after, 3)
                    self.set_header("Retry-After", str(math.ceil(error.retry_after)))
            case StoreError():
                self.set_status(503)
                answer = {"error": "storage"}
            case InvalidToken():
                self.set_status(401)
                self.set_header("WWW-Authenticate", 'Bearer error="invalid_token"')
                answer = {"error": "token", "detail": str(error)}
        self.finish(answer)

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        """Logs what nobody expects; a refusal is an answer like others."""
        if isinstance(value, StoreError):
            self.services.store_failed()
        elif not isinstance(value, Refusal | InvalidToken):
            super().log_exception(typ, value, tb)

    # What is asked for

    def body(self) -> dict[str, Any]:
        """Returns the members of the JSON object in the body.

        Raises:
            Refusal: There is none, or it was not declared as JSON, which no foreign form can do.
        """
        content_type = self.request.headers.get("Content-Type", "").partition(";")[0]
        if content_type.strip().lower() != "application/json":
            raise Refusal("bad-command", status=415)
        try:
            members = json.loads(self.request.body)
        except (ValueError, RecursionError):
            members = None
        if not isinstance(members, dict):
            raise Refusal("bad-command")
        return members

    async def somebody(self) -> Person:
        """Returns who asks.

        Raises:
            Refusal: They have shown nothing that says it.
        """
        who = await self.person()
        if who is None:
            raise Refusal("no-cookie")
        return who

    def room(self, typed: str) -> str:
        """Returns a room's name.

        Raises:
            Refusal: No room has such a name.
        """
        try:
            return room_name(typed)
        except InvalidText:
            raise Refusal("no-room") from None

    async def record(self, name: str) -> RoomRecord:
        """Returns a room.

        Raises:
            Refusal: There is none.
        """
        record = await self.services.store.rooms.find(name)
        if record is None:
            raise Refusal("no-room")
        return record

    async def readable(self, name: str, who: Person | None) -> tuple[RoomRecord, Membership]:
        """Returns a room that somebody may read, and what they are in it.

        Raises:
            Refusal: They may not, or there is no such room.
        """
        record = await self.record(name)
        token = self.bearer()
        if token is not None and not token.allows(name):
            raise Refusal("not-allowed")
        if who is None:
            if record.private:
                raise Refusal("private")
            return record, Membership(Person("", ""))
        membership = await self.services.store.rooms.membership(name, who)
        if membership.banned > milliseconds():
            raise Refusal("banned")
        if record.private and membership.role == "none":
            raise Refusal("private")
        return record, membership

    def number(
        self, name: str, default: int | None = None, most: int = (1 << 53) - 1
    ) -> int | None:
        """Returns a number in the query.

        Raises:
            Refusal: It is none.
        """
        text = self.get_query_argument(name, "")
        if not text:
            return default
        if not (text.isascii() and text.isdecimal() and len(text) < 17 and int(text) <= most):
            raise Refusal("bad-command")
        return int(text)


def checked(result: Value | Refused) -> Value:
    """Returns a result that is no refusal.

    Raises:
        Refusal: It is one.
    """
    if isinstance(result, Refused):
        raise Refusal(result.code, result.retry_after)
    return result


def text_member(members: Mapping[str, Any], name: str) -> str:
    """Returns a string of a body.

    Raises:
        Refusal: It is missing, or is none.
    """
    value = members.get(name)
    if not isinstance(value, str):
        raise Refusal("bad-command")
    return value


def number_member(
    members: Mapping[str, Any], name: str, least: int, most: int, default: int | None = None
) -> int:
    """Returns a whole number of a body.

    Raises:
        Refusal: It is missing, or is none, or too small or large.
    """
    value = members.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Refusal("bad-command")
    return value
