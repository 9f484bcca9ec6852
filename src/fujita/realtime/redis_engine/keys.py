"""What rooms are called in Redis."""


class Keys:
    """Names keys and channels; those of one room are in one slot of a cluster.

    Args:
        prefix: What all of them begin with.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._channel = f"{prefix}:{{"

    def _key(self, room: str, what: str) -> str:
        return f"{self.channel(room)}:{what}"

    def channel(self, room: str) -> str:
        """Gives the channel of a room."""
        # In the braces is what a cluster finds the slot by, up to the first that closes.
        quoted = room.replace("%", "%25").replace("{", "%7B").replace("}", "%7D")
        return f"{self._channel}{quoted}}}"

    @property
    def everyone(self) -> str:
        """The channel of broadcasts, which is no room's."""
        return f"{self._prefix}:everyone"

    def room(self, channel: str) -> str:
        """Gives the room of a channel."""
        quoted = channel[len(self._channel) : -1]
        return quoted.replace("%7B", "{").replace("%7D", "}").replace("%25", "%")

    def stream(self, room: str) -> list[str]:
        """Gives the keys of epoch and offset, and of the stream."""
        return [self._key(room, "meta"), self._key(room, "stream")]

    def idempotency(self, room: str, key: str) -> str:
        """Gives the key that remembers an idempotency key."""
        return self._key(room, f"key:{key}")

    def presence(self, room: str) -> list[str]:
        """Gives the keys of connections, users and their data."""
        return [self._key(room, what) for what in ("connections", "users", "data")]
