"""Which TLS a request asks for, and the contexts for it."""

import ssl
from typing import Any, NamedTuple

from fujita.netutil import _client_ssl_defaults, ssl_options_to_context
from fujita.simple_httpclient.options import Options


class TLSFiles(NamedTuple):
    """The TLS options of an `HTTPRequest`, but for ``ssl_options``."""

    validate_cert: bool
    ca_certs: str | None
    client_cert: str | None
    client_key: str | None


class TLSOptions(NamedTuple):
    """The items of a dictionary of ``ssl_options``, in an order of their own."""

    items: tuple[tuple[str, Any], ...]


TLSChoice = ssl.SSLContext | TLSFiles | TLSOptions
"""What a request says about TLS; equal choices make equal connections."""

VERIFY = TLSFiles(True, None, None, None)


def choose_tls(options: Options) -> TLSChoice:
    """Gives what a request says about TLS."""
    chosen = options.ssl_options
    if chosen is None:
        return TLSFiles(
            options.validate_cert, options.ca_certs, options.client_cert, options.client_key
        )
    if isinstance(chosen, ssl.SSLContext):
        return chosen
    return TLSOptions(tuple(sorted(chosen.items(), key=lambda item: str(item[0]))))


def make_context(choice: TLSChoice) -> ssl.SSLContext:
    """Makes the context of a choice, reading its files anew.

    Raises:
        OSError: A file cannot be read.
        ssl.SSLError: A file's contents are not usable.
        ValueError: An option is unknown.
    """
    if isinstance(choice, ssl.SSLContext):
        return choice
    if isinstance(choice, TLSOptions):
        return ssl_options_to_context(dict(choice.items), server_side=False)
    if choice == VERIFY:
        return _client_ssl_defaults()
    context = ssl.create_default_context(cafile=choice.ca_certs)
    # Compressing before encrypting gives plaintext away by its length (CRIME, CVE-2012-4929).
    context.options |= ssl.OP_NO_COMPRESSION
    if not choice.validate_cert:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if choice.client_cert is not None:
        context.load_cert_chain(choice.client_cert, choice.client_key)
    return context
