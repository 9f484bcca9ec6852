"""What a program may ask the socket of a TLS connection, where a transport has it."""

import socket
import ssl
from typing import Any


class TLSSocketView:
    """The socket of a TLS transport, with the questions that an ``ssl.SSLSocket`` answers.

    Args:
        plain: The transport's socket, which answers all the others.
        tls: The transport's ``ssl.SSLObject``.
    """

    def __init__(self, plain: socket.socket, tls: ssl.SSLObject) -> None:
        self._plain = plain
        self._tls = tls

    def __repr__(self) -> str:
        return f"<TLSSocketView of {self._plain!r}, {self._tls.version()}>"

    def __getattr__(self, name: str) -> Any:
        # Of the TLS object only what asks: its read() and write() are the transport's business.
        return getattr(self._tls if name in _TLS_QUESTIONS else self._plain, name)


_TLS_QUESTIONS = frozenset(
    {
        "cipher",
        "compression",
        "context",
        "get_channel_binding",
        "get_unverified_chain",
        "get_verified_chain",
        "getpeercert",
        "pending",
        "selected_alpn_protocol",
        "selected_npn_protocol",
        "server_hostname",
        "server_side",
        "session",
        "session_reused",
        "shared_ciphers",
        "version",
    }
)
