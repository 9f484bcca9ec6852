"""What concerns all nodes: the list of rooms, and names."""

from collections.abc import Callable

from fujita.chat.live.bus import Bus, Channel, News
from fujita.chat.live.directory import Directory, listed
from fujita.chat.storage import Person, RoomRecord

# No room can have this name.
EVERYWHERE = "*"


class Everywhere:
    """Tells all nodes, and listens to what they tell.

    Args:
        bus: Connects the nodes.
        directory: This node's list of rooms.
        renamed: Called with id and name of somebody who has another name.
    """

    def __init__(self, bus: Bus, directory: Directory, renamed: Callable[[str, str], None]) -> None:
        self._bus = bus
        self._directory = directory
        self._renamed = renamed
        self._channel: Channel | None = None

    async def open(self) -> None:
        """Begins to listen."""
        self._channel = await self._bus.open(EVERYWHERE, self)

    async def close(self) -> None:
        """Ends."""
        if self._channel is not None:
            await self._channel.end()

    def list_room(self, record: RoomRecord, online: int, *, again: bool = False) -> None:
        """Tells how a room stands in the list, if it is public.

        Args:
            record: The room.
            online: How many are in it.
            again: Whether to tell it although it is the same as before: others forget what
                they have not heard of for long.
        """
        if record.private:
            return
        room = listed(record, online)
        if again or self._directory.get(record.name) != room:
            self._directory.note(room)
            self._tell({"listed": room})

    def unlist_room(self, name: str) -> None:
        """Tells that a room is gone."""
        self._directory.remove(name)
        self._tell({"unlisted": name})

    def rename(self, who: Person) -> None:
        """Tells that somebody has another name; this node hears of it at once."""
        self._renamed(who.id, who.name)
        self._tell({"renamed": who.to_json()})

    def _tell(self, news: News) -> None:
        if self._channel is not None:
            self._channel.announce(news, us_too=False)

    def on_news(self, news: News) -> None:
        """Takes what another node has told."""
        match news:
            case {"listed": {"name": str()} as room}:
                self._directory.note(room)
            case {"unlisted": str(name)}:
                self._directory.remove(name)
            case {"renamed": {"id": str(id), "name": str(name)}}:
                self._renamed(id, name)

    def on_arrival(self, who: Person, online: int | None, *, quietly: bool) -> None:
        """Nobody is everywhere."""

    def on_departure(self, id: str, online: int) -> None:
        """Nobody is everywhere."""

    def on_count(self, online: int) -> None:
        """Nobody is everywhere."""

    def on_everybody(self, present: list[Person]) -> None:
        """Nobody is everywhere."""
