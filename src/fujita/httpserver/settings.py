"""What a server's connections have in common."""

from dataclasses import dataclass, field

from fujita.wire.http1 import Limits

DEFAULT_MAX_SIZE = 104857600
"""Tornado's default for what is buffered of one message, in bytes."""


@dataclass(slots=True)
class ConnectionSettings:
    """Limits and options of a server's connections; times in seconds.

    Tornado closes no slow client unless told to. Here each phase of a connection has a
    default, so that a client which sends nothing, or too slowly, gives its place up.

    Attributes:
        limits: Sizes beyond which a request is refused.
        first_request_timeout: How long a new connection may wait for a request's first byte.
        idle_timeout: How long a connection may wait for the first byte of its next request.
        header_timeout: How long a request's head may take from its first byte.
        body_timeout: How long a body may take in all; ``None`` measures its pace instead.
        body_grace: Without ``body_timeout``: how long a body may take whatever its size.
        body_rate: Without ``body_timeout``: the bytes per second that a body must bring
            beyond ``body_grace``.
        write_timeout: How long a client may take nothing of what is sent to it.
        deserted_timeout: How long a handler may go on answering a client that has shut its
            sending side down: nearly always it has gone for good.
        handshake_timeout: How long a TLS handshake may take.
        max_handshakes: How many TLS handshakes may be under way; one more, and the oldest is
            given up.
        max_write_buffer_size: The bytes waiting to be taken by a client beyond which a handler
            that writes all the same loses the connection. A single write may be of any size.
        chunk_size: The largest piece of a body that a delegate is given.
        no_keep_alive: Close each connection after one request.
        decompress_request: Decode request bodies with ``Content-Encoding: gzip``.
        protocol: What ``request.protocol`` is to be, whatever the connection is.
        xheaders: Believe a proxy's ``X-Real-Ip``, ``X-Forwarded-For`` and the like.
        trusted_downstream: The addresses of proxies to skip in ``X-Forwarded-For``.
        tornado_refusals: Refuse a body that is too large with Tornado's bare 400 instead of 413,
            what is malformed with the same bytes, and chunks in HTTP/1.0 not at all. For suites
            that compare them.
    """

    limits: Limits = field(default_factory=lambda: Limits(body=DEFAULT_MAX_SIZE))
    first_request_timeout: float = 60.0
    idle_timeout: float = 75.0
    header_timeout: float = 30.0
    body_timeout: float | None = None
    body_grace: float = 60.0
    body_rate: float = 500.0
    write_timeout: float = 60.0
    deserted_timeout: float = 60.0
    handshake_timeout: float = 30.0
    max_handshakes: int = 1000
    max_write_buffer_size: int = 256 * 1024 * 1024
    chunk_size: int = 65536
    no_keep_alive: bool = False
    decompress_request: bool = False
    protocol: str | None = None
    xheaders: bool = False
    trusted_downstream: frozenset[str] = frozenset()
    tornado_refusals: bool = False

    def set_given(self, **values: float | None) -> None:
        """Sets the values that are not ``None``."""
        for name, value in values.items():
            if value is not None:
                setattr(self, name, value)


@dataclass(slots=True)
class Defaults:
    """What ``fujita run`` sets for servers whose program says nothing; ``None`` leaves it ours.

    Attributes:
        max_body_size: The largest body, in bytes.
        idle_timeout: See `ConnectionSettings`.
        header_timeout: See `ConnectionSettings`.
        max_connections: The most connections of a server.
        max_connections_per_address: The most connections from one address.
    """

    max_body_size: int | None = None
    idle_timeout: float | None = None
    header_timeout: float | None = None
    max_connections: int | None = None
    max_connections_per_address: int | None = None


defaults = Defaults()
