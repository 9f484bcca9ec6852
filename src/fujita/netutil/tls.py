"""TLS settings: from a dictionary of options to an ``ssl.SSLContext``."""

import functools
import os
import ssl
from collections.abc import Callable
from socket import socket as Socket
from typing import Any

_OPTION_NAMES = frozenset(
    {"ssl_version", "certfile", "keyfile", "cert_reqs", "ca_certs", "ciphers"}
)
_PROTOCOLS = {
    None: ssl.PROTOCOL_TLS,
    True: ssl.PROTOCOL_TLS_SERVER,
    False: ssl.PROTOCOL_TLS_CLIENT,
}


def ssl_options_to_context(
    ssl_options: dict[str, Any] | ssl.SSLContext, server_side: bool | None = None
) -> ssl.SSLContext:
    """Makes a context from a dictionary of TLS options; a context is returned as it is.

    Args:
        ssl_options: The keys may be ``certfile``, ``keyfile``, ``ca_certs`` (paths),
            ``cert_reqs`` (such as ``ssl.CERT_REQUIRED``), ``ciphers`` and ``ssl_version``.
        server_side: Which end of the connection the context is for. Leave it out only for a
            context that has to serve both; Python then gives a DeprecationWarning.

    Raises:
        ValueError: An option is unknown.
        OSError: A file cannot be read; ``filename`` names it.
        ssl.SSLError: A file's contents, or the ciphers, are not usable.
    """
    if isinstance(ssl_options, ssl.SSLContext):
        return ssl_options
    if not isinstance(ssl_options, dict):
        raise TypeError(f"ssl_options must be a dict or an ssl.SSLContext, not {ssl_options!r}")
    unknown = sorted(map(str, ssl_options.keys() - _OPTION_NAMES))
    if unknown:
        expected = ", ".join(sorted(_OPTION_NAMES))
        raise ValueError(f"unknown ssl_options: {', '.join(unknown)}; expected {expected}")
    context = ssl.SSLContext(ssl_options.get("ssl_version", _PROTOCOLS[server_side]))
    # Compressing before encrypting gives plaintext away by its length (CRIME, CVE-2012-4929).
    context.options |= ssl.OP_NO_COMPRESSION
    for name, apply in _APPLIED_IN_ORDER.items():
        if name in ssl_options:
            apply(context, ssl_options)
    return context


def ssl_wrap_socket(
    socket: Socket,
    ssl_options: dict[str, Any] | ssl.SSLContext,
    server_hostname: str | None = None,
    server_side: bool | None = None,
    **kwargs: Any,
) -> ssl.SSLSocket:
    """Puts TLS on a socket.

    Args:
        socket: A stream socket; use what is returned in its place.
        ssl_options: As for `ssl_options_to_context`.
        server_hostname: The name that the server was called by, for SNI and the check of its
            certificate.
        server_side: Which end of the connection this is.
        **kwargs: More for ``ssl.SSLContext.wrap_socket()``.
    """
    context = ssl_options_to_context(ssl_options, server_side=server_side)
    return context.wrap_socket(
        socket,
        server_side=bool(server_side),
        # OpenSSL itself may lack it; a server has no use for it.
        server_hostname=server_hostname if ssl.HAS_SNI else None,
        **kwargs,
    )


@functools.cache
def _client_ssl_defaults() -> ssl.SSLContext:
    """The context of clients that were given no options; made when first needed."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    context.options |= ssl.OP_NO_COMPRESSION
    return context


@functools.cache
def _server_ssl_defaults() -> ssl.SSLContext:
    """The context of servers that were given no options; made when first needed."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.options |= ssl.OP_NO_COMPRESSION
    return context


def _load_certificate(context: ssl.SSLContext, options: dict[str, Any]) -> None:
    certificate, key = options["certfile"], options.get("keyfile")
    try:
        context.load_cert_chain(certificate, key)
    except ssl.SSLError as error:
        files = f"certificate {certificate!r}, key {key or certificate!r}"
        raise _explained(error, f"cannot use {files}") from error
    except OSError as error:
        raise _with_filename(error, certificate, key) from error


def _set_requirement(context: ssl.SSLContext, options: dict[str, Any]) -> None:
    requirement = options["cert_reqs"]
    if requirement == ssl.CERT_NONE:
        # A name cannot be checked against a certificate that is not.
        context.check_hostname = False
    context.verify_mode = requirement


def _load_authorities(context: ssl.SSLContext, options: dict[str, Any]) -> None:
    file = options["ca_certs"]
    try:
        context.load_verify_locations(file)
    except ssl.SSLError as error:
        raise _explained(error, f"cannot use certificate authorities {file!r}") from error
    except OSError as error:
        raise _with_filename(error, file) from error


def _set_ciphers(context: ssl.SSLContext, options: dict[str, Any]) -> None:
    context.set_ciphers(options["ciphers"])


def _explained(error: ssl.SSLError, what: str) -> ssl.SSLError:
    explained = ssl.SSLError(error.errno, f"{what}: {error.strerror or error}")
    explained.library, explained.reason = error.library, error.reason
    return explained


def _with_filename(error: OSError, *candidates: str | None) -> OSError:
    """OpenSSL does not say which file it could not read; this finds out."""
    for path in candidates:
        if path is not None:
            try:
                os.close(os.open(path, os.O_RDONLY))
            except OSError as cause:
                return OSError(cause.errno, f"cannot read TLS file: {cause.strerror}", path)
    return error


_APPLIED_IN_ORDER: dict[str, Callable[[ssl.SSLContext, dict[str, Any]], None]] = {
    "certfile": _load_certificate,
    "cert_reqs": _set_requirement,
    "ca_certs": _load_authorities,
    "ciphers": _set_ciphers,
}
