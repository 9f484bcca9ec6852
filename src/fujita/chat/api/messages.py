"""``/api/rooms/ROOM/messages`` and ``/api/search``: what was said."""

import re
import secrets

from fujita.chat.api.base import ApiHandler, Refusal, checked, text_member
from fujita.chat.names import InvalidText, message_text
from fujita.chat.storage import Draft, Stored, milliseconds

_MOST = 100
_WORDS_LONGEST = 200
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class MessagesHandler(ApiHandler):
    """``/api/rooms/ROOM/messages``."""

    async def get(self, typed: str) -> None:
        """Sends a page of messages."""
        name = self.room(typed)
        limit = self.number("limit", self.services.limits.page, _MOST) or 1
        before, around = self.number("before"), self.number("around")
        await self.readable(name, await self.person())
        history = self.services.store.history
        if around is None:
            page = await history.latest(name, limit + 1, before)
            more = len(page) > limit
            self.finish({"messages": [each.to_json() for each in page[-limit:]], "more": more})
            return
        half = limit // 2
        older = await history.latest(name, half + 1, around + 1)
        newer = await history.after(name, around, half + 1)
        messages = older[-half:] + newer[:half]
        self.finish(
            {
                "messages": [each.to_json() for each in messages],
                "more": len(older) > half,
                "newer": len(newer) > half,
            }
        )

    async def post(self, typed: str) -> None:
        """Says something: for programs."""
        members = self.body()
        name = self.room(typed)
        key = members.get("key") or secrets.token_urlsafe(12)
        files, mentions = members.get("files", []), members.get("mentions", [])
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise Refusal("bad-command")
        if not _are_ids(files) or not _are_ids(mentions):
            raise Refusal("bad-command")
        limits = self.services.limits
        try:
            text = message_text(text_member(members, "text"), limits.text_length)
        except InvalidText as error:
            if error.code != "empty" or not files:
                raise Refusal(f"text-{error.code}") from None
            text = ""
        who = await self.somebody()
        token = self.bearer()
        if token is not None and not token.allows(name):
            raise Refusal("not-allowed")
        wait = self.services.throttle.say(who.id, self.address())
        if wait:
            raise Refusal("too-fast", wait)
        stored: Stored = checked(
            await self.services.rooms.store_message(
                Draft(
                    name,
                    milliseconds(),
                    who.id,
                    who.name,
                    text,
                    key,
                    tuple(files[: limits.files_per_message]),
                    tuple(mentions[: limits.mentions]),
                )
            )
        )
        self.set_status(201 if stored.fresh else 200)
        self.finish(dict(stored.message.to_json()))


class SearchHandler(ApiHandler):
    """``/api/search``."""

    async def get(self) -> None:
        """Sends messages in which words occur, the newest first."""
        words = (self.get_query_argument("q", "") or "")[:_WORDS_LONGEST]
        typed = self.get_query_argument("room", "")
        name = self.room(typed) if typed else None
        before = self.number("before")
        who = await self.somebody()
        token = self.bearer()
        if token is not None and token.rooms is not None and name not in token.rooms:
            raise Refusal("not-allowed")
        wait = self.services.throttle.searches.take(who.id)
        if wait:
            raise Refusal("too-often", wait)
        limit = self.services.limits.page
        found = await self.services.store.history.search(
            words, who.id, name=name, before=before, limit=limit + 1
        )
        messages = [{**each.to_json(), "room": each.room} for each in found[:limit]]
        self.finish({"messages": messages, "more": len(found) > limit})


def _are_ids(values: object) -> bool:
    return isinstance(values, list) and all(
        isinstance(value, str) and len(value) <= 80 for value in values
    )
