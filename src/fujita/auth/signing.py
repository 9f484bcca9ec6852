"""Signatures of OAuth 1.0 requests, with HMAC-SHA1.

Source: RFC 5849, section 3.4; OAuth Core 1.0, section 9.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

DEFAULT_PORTS = {"http": ":80", "https": ":443"}


def percent_encode(value: Any) -> str:
    """Encodes a value for a signature.

    RFC 5849, 3.6: "Characters in the unreserved character set ... MUST NOT be encoded. All other
    characters MUST be encoded."
    """
    return quote(value if isinstance(value, bytes) else str(value), safe="~")


def base_string(method: str, url: str, parameters: Mapping[str, Any]) -> str:
    """Gives what is signed.

    Args:
        method: The HTTP method.
        url: The URL, whose query and fragment do not count.
        parameters: All parameters that the request has, in its query, its body and its OAuth
            parameters, but for the signature.
    """
    # RFC 5849, 3.4.1.3.2: "First, the name and value of each parameter are encoded", then they
    # are sorted "by name, using ascending byte value ordering".
    pairs = sorted(
        (percent_encode(name), percent_encode(value)) for name, value in parameters.items()
    )
    normalized = "&".join(f"{name}={value}" for name, value in pairs)
    return "&".join((method.upper(), percent_encode(_address(url)), percent_encode(normalized)))


def _address(url: str) -> str:
    """Gives a URL as the server knows it."""
    parts = urlsplit(url)
    # RFC 5849, 3.4.1.2: "The scheme and host MUST be in lowercase", and "the port MUST be included
    # if it is not the default port for the scheme, and MUST be excluded if it is the default."
    host = parts.netloc.rpartition("@")[2].lower()
    host = host.removesuffix(DEFAULT_PORTS.get(parts.scheme, ""))
    return f"{parts.scheme}://{host}{parts.path or '/'}"


def sign(base: str, consumer_secret: str, token_secret: str, encode_secrets: bool) -> str:
    """Signs a base string.

    Args:
        base: The base string.
        consumer_secret: The program's secret.
        token_secret: The secret of the token, empty if there is no token.
        encode_secrets: Whether the secrets are percent-encoded before they make a key, as
            OAuth 1.0a (RFC 5849, 3.4.2) has it and OAuth 1.0 was read not to.
    """
    secrets = [str(consumer_secret), str(token_secret)]
    if encode_secrets:
        secrets = [percent_encode(secret) for secret in secrets]
    key = "&".join(secrets)
    return b64encode(hmac.digest(key.encode(), base.encode(), "sha1")).decode("ascii")
