"""What a hub counts."""

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Counters:
    """What has happened in a room, or in all rooms of a hub, on this node.

    Attributes:
        published: Publications that this node has sent to the engine, and had acknowledged.
        received: Publications that the engine has handed to this node.
        deliveries: Publications handed to consumers: one to 500 members counts 500.
        dropped: Publications left out because a consumer was too slow.
        disconnected: Consumers disconnected because they were too slow.
        recovered: Subscriptions that got everything they had missed.
        unrecovered: Subscriptions that could not.
        gaps: Times that the node itself found that it had missed something of a room.
        lost_gaps: Those of them that the history could not fill.
    """

    published: int = 0
    received: int = 0
    deliveries: int = 0
    dropped: int = 0
    disconnected: int = 0
    recovered: int = 0
    unrecovered: int = 0
    gaps: int = 0
    lost_gaps: int = 0

    def as_dict(self) -> dict[str, int]:
        """Gives the counts by name, for a page of metrics."""
        return asdict(self)

    def add(self, other: "Counters") -> None:
        """Adds what another has counted."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)
