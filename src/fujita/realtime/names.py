"""What rooms may be called."""

from fujita.realtime.errors import RoomNameError

MAX_NAME = 255
"""Characters that a room's name may have."""


def check_name(room: str) -> None:
    """Refuses what cannot be the name of a room.

    Raises:
        RoomNameError: It is empty, too long, or holds control characters.
    """
    if not isinstance(room, str):
        raise RoomNameError(f"a room's name is a string, not {type(room).__name__}")
    if not 0 < len(room) <= MAX_NAME or not room.isprintable():
        raise RoomNameError(
            f"a room's name has 1 to {MAX_NAME} printable characters, unlike {room[:80]!r}"
        )
