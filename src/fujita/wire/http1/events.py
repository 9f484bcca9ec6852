"""The two events that carry nothing; heads are classes of their own, body data is ``bytes``."""

from enum import Enum


class Event(Enum):
    """Events without data."""

    NEED_DATA = "need data"
    """All that was received is used up: call ``receive_data`` or ``receive_eof`` next."""

    END_OF_MESSAGE = "end of message"
    """The message is complete, its body has been handed out."""


NEED_DATA = Event.NEED_DATA
END_OF_MESSAGE = Event.END_OF_MESSAGE
