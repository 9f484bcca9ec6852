"""HTTP/1.1 without I/O (RFC 9110 and RFC 9112).

``RequestParser`` and ``ResponseParser`` are pulled: give them bytes with ``receive_data``,
then take events with ``next_event`` until it says ``NEED_DATA``. What is sent is made by
the functions of ``serialize``.
"""

from fujita.wire.http1.errors import ProtocolError
from fujita.wire.http1.events import END_OF_MESSAGE, NEED_DATA, Event
from fujita.wire.http1.fields import Fields, FieldSection, normalize_name
from fujita.wire.http1.limits import Limits
from fujita.wire.http1.request import RequestHead, RequestParser
from fujita.wire.http1.response import ResponseHead, ResponseParser

__all__ = [
    "END_OF_MESSAGE",
    "NEED_DATA",
    "Event",
    "FieldSection",
    "Fields",
    "Limits",
    "ProtocolError",
    "RequestHead",
    "RequestParser",
    "ResponseHead",
    "ResponseParser",
    "normalize_name",
]
