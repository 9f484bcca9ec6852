"""Header fields: their normal form, and what they say about the message that carries them."""

import re

from fujita.wire.http1.errors import ProtocolError
from fujita.wire.http1.grammar import DIGITS, HOST

Fields = dict[str, str | list[str]]
"""Field values by normalized name, in the order received; a list where a name came repeatedly."""


class _NormalizedNames(dict[str, str]):
    """Remembers the normal form of names seen before; bounded, since peers choose names."""

    LIMIT = 1000

    def __missing__(self, name: str) -> str:
        normalized = "-".join([part.capitalize() for part in name.split("-")])
        if len(self) < self.LIMIT:
            self[name] = normalized
        return normalized


_normalized_names = _NormalizedNames()

normalize_name = _normalized_names.__getitem__
"""Gives a field name its usual form: ``content-type`` becomes ``Content-Type``."""


def combined(value: str | list[str]) -> str:
    """Joins the values of a repeated field (RFC 9110 section 5.2)."""
    return value if isinstance(value, str) else ",".join(value)


def list_members(value: str) -> list[str]:
    """Gives the members of a comma-separated list, empty ones left out (RFC 9110 section 5.6.1)."""
    return [member for part in value.split(",") if (member := part.strip(" \t"))]


def parse_field_lines(lines: bytes) -> Fields:
    """Splits field lines that the grammar has already found valid."""
    fields: Fields = {}
    for line in lines.decode("latin-1").split("\n"):
        name, colon, value = line.partition(":")
        if not colon:
            continue
        name = normalize_name(name)
        # RFC 9112 section 5: the value excludes the blanks around it. The strip takes the
        # carriage return along; it can stand nowhere else in a valid line.
        value = value.strip(" \t\r")
        previous = fields.get(name)
        if previous is None:
            fields[name] = value
        elif isinstance(previous, list):
            previous.append(value)
        else:
            fields[name] = [previous, value]
    return fields


class FieldSection:
    """The header fields of one head and what they say about its framing.

    A connection's later messages often repeat its first one's fields byte for byte; they
    then share this object, which is therefore never changed.

    Attributes:
        fields: The values by name.
        host: The value of ``Host``, ``None`` where there is none.
        content_length: The body's length in bytes, ``None`` where no field tells.
        chunked: Whether the body comes in chunks.
        close: Whether ``Connection`` has the option ``close``.
        keep_alive: Whether ``Connection`` has the option ``keep-alive``.
        upgrade: Whether ``Connection`` has the option ``upgrade``.
        expect_continue: Whether the sender waits for ``100 (Continue)``.
    """

    __slots__ = (
        "chunked",
        "close",
        "content_length",
        "expect_continue",
        "fields",
        "host",
        "keep_alive",
        "upgrade",
    )

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.chunked = False
        self.content_length: int | None = None
        self.close = self.keep_alive = self.upgrade = self.expect_continue = False
        connection = fields.get("Connection")
        if connection is not None:
            options = {option.strip(" \t") for option in combined(connection).lower().split(",")}
            self.close = "close" in options
            self.keep_alive = "keep-alive" in options
            self.upgrade = "upgrade" in options
        host = fields.get("Host")
        self.host = None if host is None else parse_host(combined(host))
        transfer_encoding = fields.get("Transfer-Encoding")
        content_length = fields.get("Content-Length")
        if transfer_encoding is not None:
            self._read_transfer_encoding(combined(transfer_encoding), content_length)
        elif content_length is not None:
            self.content_length = parse_content_length(combined(content_length))
        expect = fields.get("Expect")
        if expect is not None:
            # RFC 9110 section 10.1.1: "The Expect field value is case-insensitive."
            self.expect_continue = "100-continue" in list_members(combined(expect).lower())

    def _read_transfer_encoding(self, value: str, content_length: str | list[str] | None) -> None:
        # RFC 9112 section 6.3: a message with both "ought to be handled as an error", as it
        # may be an attempt at request smuggling.
        if content_length is not None:
            raise ProtocolError("Message with both Transfer-Encoding and Content-Length")
        # RFC 9112 section 7: "Transfer coding names are case-insensitive"; section 6.1: "A
        # sender MUST NOT apply the chunked transfer coding more than once".
        if value.lower() != "chunked":
            raise ProtocolError(f"Unsupported Transfer-Encoding {value}")
        self.chunked = True


def parse_host(value: str) -> str:
    """Checks a ``Host`` field.

    RFC 9112 section 3.2: "A server MUST respond with a 400 (Bad Request) status code to any
    HTTP/1.1 request message that lacks a Host header field and to any request message that
    contains more than one Host header field line or a Host header field with an invalid field
    value."

    Raises:
        ProtocolError: There is more than one value, or it is no host.
    """
    if HOST.fullmatch(value) is None:
        if "," in value:
            raise ProtocolError(f"Multiple host headers not allowed: {value!r}")
        raise ProtocolError(f"Invalid Host header: {value!r}")
    return value


_LIST_SEPARATOR = re.compile(r",[ \t]*")


def parse_content_length(value: str) -> int:
    """Reads a Content-Length.

    RFC 9110 section 8.6: a list of identical values may be taken as one; anything else but
    decimal digits is invalid, and must not be guessed at.

    Raises:
        ProtocolError: The value is not one decimal number.
    """
    if "," in value:
        values = _LIST_SEPARATOR.split(value)
        if any(other != values[0] for other in values):
            raise ProtocolError(f"Multiple unequal Content-Lengths: {value!r}")
        value = values[0]
    # int() would also take signs, underscores, blanks and the digits of other scripts. Beyond
    # 19 digits the number no longer fits 64 bits, and no such body exists.
    if DIGITS.fullmatch(value) is None or len(value) > 19:
        raise ProtocolError(f"Only integer Content-Length is allowed: {value!r}")
    return int(value)
