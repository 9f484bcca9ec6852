"""How many opening handshakes an application has under way."""

from weakref import WeakKeyDictionary

from fujita.web import Application


class Handshakes:
    """Counts the clients whose WebSocket is being opened, until ``open`` has come to its end.

    Attributes:
        under_way: How many they are.
    """

    __slots__ = ("under_way",)

    def __init__(self) -> None:
        self.under_way = 0

    def __enter__(self) -> None:
        self.under_way += 1

    def __exit__(self, *exc_info: object) -> None:
        self.under_way -= 1


_of: WeakKeyDictionary[Application, Handshakes] = WeakKeyDictionary()


def handshakes_of(application: Application) -> Handshakes:
    """Gives the count of an application."""
    handshakes = _of.get(application)
    if handshakes is None:
        handshakes = _of[application] = Handshakes()
    return handshakes
