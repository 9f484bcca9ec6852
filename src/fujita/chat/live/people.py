"""Who is connected to this node: a person, however many tabs and rooms they have open."""

from dataclasses import dataclass, field, replace
from typing import Protocol

from fujita.chat.figures import Figures
from fujita.chat.storage import Person


class Connection(Protocol):
    """One open tab."""

    guest: "Guest"

    def send(self, event: bytes) -> None:
        """Sends an event, or drops it if the connection is gone."""
        ...


@dataclass(slots=True, eq=False)
class Guest:
    """A person with at least one open connection."""

    person: Person
    connections: set[Connection] = field(default_factory=set)

    @property
    def id(self) -> str:
        """The person's id."""
        return self.person.id


class Guests:
    """Everybody with an open connection to this node.

    Args:
        figures: Where they are counted.
    """

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._guests: dict[str, Guest] = {}

    def get(self, id: str) -> Guest | None:
        """Returns the person of that id if they are connected."""
        return self._guests.get(id)

    def attach(self, connection: Connection, who: Person) -> Guest:
        """Notes a connection of a person.

        The name under which they are here already wins: a page that was loaded while the name was
        being changed still has the former one.
        """
        guest = self._guests.get(who.id)
        if guest is None:
            guest = self._guests[who.id] = Guest(who)
            self._figures.people = len(self._guests)
        elif who.kind != guest.person.kind:
            # They have taken an account meanwhile.
            guest.person = replace(who, name=guest.person.name)
        guest.connections.add(connection)
        return guest

    def detach(self, connection: Connection) -> None:
        """Forgets a connection, and with the last one its person."""
        guest = connection.guest
        guest.connections.discard(connection)
        if not guest.connections:
            self._guests.pop(guest.id, None)
            self._figures.people = len(self._guests)

    def is_taken(self, name: str, *, by_another_than: str) -> bool:
        """Says whether somebody else who is here goes by that name, whatever its case."""
        folded = name.casefold()
        return any(
            guest.person.name.casefold() == folded
            for guest in self._guests.values()
            if guest.id != by_another_than
        )

    def names(self) -> set[str]:
        """Returns everybody's name."""
        return {guest.person.name for guest in self._guests.values()}
