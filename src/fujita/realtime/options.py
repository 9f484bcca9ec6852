"""What can be set for rooms."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import translate
from re import compile as compile_pattern
from typing import Literal

SlowPolicy = Literal["disconnect", "drop_oldest", "keep_latest"]


@dataclass(frozen=True, slots=True)
class RoomOptions:
    """How the rooms of a kind behave.

    Attributes:
        history_size: Publications that are kept for those who come back; 0 for none, which
            makes every recovery fail that has missed anything.
        history_age: Seconds that they are kept.
        position_age: Seconds after its last publication that a room's epoch and offset are
            remembered; at least as long as ``history_age``.
        key_age: Seconds that an idempotency key is remembered.
        presence: Whether members are told who is there.
        presence_cap: Users up to which every coming and going is told; above it, counts are.
        presence_interval: Seconds between two counts.
        slow: What happens when too much waits for a consumer: it is disconnected (WebSocket
            code 1013); the room's oldest publications are dropped; or only the room's latest is
            ever kept for a consumer that does not keep up.
        queue_bytes: What "too much" is: bytes that wait for the consumer, of all its rooms
            together, when another publication of this room comes.
    """

    history_size: int = 100
    history_age: float = 3600.0
    position_age: float = 86400.0
    key_age: float = 300.0
    presence: bool = False
    presence_cap: int = 100
    presence_interval: float = 5.0
    slow: SlowPolicy = "disconnect"
    queue_bytes: int = 1 << 20

    def __post_init__(self) -> None:
        for name in ("history_size", "presence_cap", "queue_bytes"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 0:
                raise ValueError(f"{name} is a number of at least 0, not {value!r}")
        for name in ("history_age", "position_age", "key_age", "presence_interval"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is a number of seconds, not {getattr(self, name)!r}")
        if self.position_age < self.history_age:
            raise ValueError(
                f"position_age ({self.position_age} s) is shorter than history_age "
                f"({self.history_age} s): what is kept could not be told apart"
            )
        if self.slow not in ("disconnect", "drop_oldest", "keep_latest"):
            raise ValueError(
                f"slow is 'disconnect', 'drop_oldest' or 'keep_latest', not {self.slow!r}"
            )


class Namespaces:
    """Finds the options of a room by its name.

    Args:
        rooms: Options by pattern, as of a shell: ``{"chat:*": …, "ticker:??": …}``. The first
            pattern that fits decides.
        default: The options of all other rooms.
    """

    def __init__(self, rooms: Mapping[str, RoomOptions], default: RoomOptions) -> None:
        self._patterns = [
            (compile_pattern(translate(pattern)), options) for pattern, options in rooms.items()
        ]
        self.default = default

    def options(self, room: str) -> RoomOptions:
        """Gives the options of a room."""
        for pattern, options in self._patterns:
            if pattern.match(room) is not None:
                return options
        return self.default
