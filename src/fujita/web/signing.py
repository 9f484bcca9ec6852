"""Signed values: cookies that a client can read but not forge.

Version 2, the default: ``2|1:0|10:1300000000|3:key|8:dmFsdWU=|`` and an HMAC-SHA256 over it
in hexadecimal. The fields are key version, time stamp, name and value in base 64, each with
its length in front. Version 1, for old cookies: value in base 64, time stamp and HMAC-SHA1.
"""

import base64
import binascii
import hashlib
import hmac
import re
import time
from collections.abc import Callable
from typing import NamedTuple

from fujita.escape import utf8
from fujita.log import gen_log

CookieSecret = str | bytes | dict[int, str] | dict[int, bytes]

MIN_SUPPORTED_SIGNED_VALUE_VERSION = 1
MAX_SUPPORTED_SIGNED_VALUE_VERSION = 2
DEFAULT_SIGNED_VALUE_VERSION = 2
DEFAULT_SIGNED_VALUE_MIN_VERSION = 1

DAY = 86400
"""Seconds."""

_VERSION = re.compile(rb"([1-9][0-9]*)\|")
_NUMBER = re.compile(rb"[0-9]+")


class _Fields(NamedTuple):
    """The parts of a version 2 value."""

    key_version: int
    timestamp: bytes
    name: bytes
    value: bytes
    signature: bytes
    signed: bytes


def create_signed_value(
    secret: CookieSecret,
    name: str,
    value: str | bytes,
    version: int | None = None,
    clock: Callable[[], float] | None = None,
    key_version: int | None = None,
) -> bytes:
    """Signs a value.

    Args:
        secret: The key, or a dictionary of keys by version.
        name: What the value is for; a value signed for one name is invalid for others.
        value: The value.
        version: The format's version, 2 by default.
        clock: Gives the time stamp, ``time.time`` by default.
        key_version: Which of the keys to use.

    Returns:
        The signed value, in characters that a cookie may have.

    Raises:
        ValueError: There is no such version.
    """
    version = DEFAULT_SIGNED_VALUE_VERSION if version is None else version
    timestamp = utf8(str(int((clock or time.time)())))
    encoded = base64.b64encode(utf8(value))
    if version == 1:
        assert not isinstance(secret, dict), "version 1 has no key versions"
        return b"|".join(
            [encoded, timestamp, _create_signature_v1(secret, name, encoded, timestamp)]
        )
    if version != 2:
        raise ValueError(f"Unsupported version {version}: expected 1 or 2")
    if isinstance(secret, dict):
        assert key_version is not None, "Key version must be set when sign key dict is used"
        secret = secret[key_version]
    fields = [utf8(str(key_version or 0)), timestamp, utf8(name), encoded]
    signed = b"2|" + b"".join([b"%d:%b|" % (len(field), field) for field in fields])
    return signed + _create_signature_v2(secret, signed)


def decode_signed_value(
    secret: CookieSecret,
    name: str,
    value: str | bytes | None,
    max_age_days: float = 31,
    clock: Callable[[], float] | None = None,
    min_version: int | None = None,
) -> bytes | None:
    """Checks a signed value and gives what was signed.

    Args:
        secret: The key, or a dictionary of keys by version.
        name: What the value was signed for.
        value: The signed value.
        max_age_days: The age in days from which on it is invalid.
        clock: Gives the time, ``time.time`` by default.
        min_version: The oldest format taken, 1 by default.

    Returns:
        The value, ``None`` for one that is missing, forged, malformed or too old.

    Raises:
        ValueError: There is no such version.
    """
    oldest = DEFAULT_SIGNED_VALUE_MIN_VERSION if min_version is None else min_version
    if oldest > MAX_SUPPORTED_SIGNED_VALUE_VERSION:
        raise ValueError(f"Unsupported min_version {oldest}: expected 1 or 2")
    signed = utf8(value) if value else b""
    version = _get_version(signed) if signed else 0
    if version not in (1, 2) or version < oldest:
        return None
    if version == 2:
        return _decode_signed_value_v2(secret, name, signed, max_age_days, clock or time.time)
    if isinstance(secret, dict):
        # Version 1 has no key versions; anybody can send something that looks like it.
        return None
    return _decode_signed_value_v1(secret, name, signed, max_age_days, clock or time.time)


def get_signature_key_version(value: str | bytes) -> int | None:
    """Gives the version of the key that a value was signed with, ``None`` for version 1."""
    value = utf8(value)
    if _get_version(value) < 2:
        return None
    try:
        return _decode_fields_v2(value).key_version
    except ValueError:
        return None


def _get_version(value: bytes) -> int:
    # Version 1 has no number in front. Its base 64 may look like one, but a version has at
    # most three digits, and no payload is that short.
    match = _VERSION.match(value)
    if match is None or len(match.group(1)) > 3:
        return 1
    return int(match.group(1))


def _decode_signed_value_v1(
    secret: str | bytes, name: str, value: bytes, max_age_days: float, clock: Callable[[], float]
) -> bytes | None:
    parts = value.split(b"|")
    if len(parts) != 3:
        return None
    encoded, timestamp, signature = parts
    if not hmac.compare_digest(signature, _create_signature_v1(secret, name, encoded, timestamp)):
        gen_log.warning("Invalid cookie signature %r", value)
        return None
    if _NUMBER.fullmatch(timestamp) is None:
        return None
    now = clock()
    if int(timestamp) < now - max_age_days * DAY:
        gen_log.warning("Expired cookie %r", value)
        return None
    # The signature of version 1 does not tell where the value ends and the time begins: digits
    # moved from one to the other give a time far ahead.
    if int(timestamp) > now + 31 * DAY:
        gen_log.warning("Cookie timestamp in future; possible tampering %r", value)
        return None
    if timestamp.startswith(b"0"):
        gen_log.warning("Tampered cookie %r", value)
        return None
    return _decoded(encoded)


def _decode_fields_v2(value: bytes) -> _Fields:
    """Takes a version 2 value apart.

    Raises:
        ValueError: It is malformed.
    """
    rest = value[2:]
    fields = []
    for _ in range(4):
        length, colon, rest = rest.partition(b":")
        if not colon or _NUMBER.fullmatch(length) is None or len(length) > 9:
            raise ValueError("malformed v2 signed value: no length")
        size = int(length)
        field, bar, rest = rest[:size], rest[size : size + 1], rest[size + 1 :]
        if bar != b"|":
            raise ValueError("malformed v2 signed value: a field of another length")
        fields.append(field)
    key_version, timestamp, name, encoded = fields
    if _NUMBER.fullmatch(key_version) is None or _NUMBER.fullmatch(timestamp) is None:
        raise ValueError("malformed v2 signed value: no number")
    signed = value[: len(value) - len(rest)]
    return _Fields(int(key_version), timestamp, name, encoded, rest, signed)


def _decode_signed_value_v2(
    secret: CookieSecret, name: str, value: bytes, max_age_days: float, clock: Callable[[], float]
) -> bytes | None:
    try:
        fields = _decode_fields_v2(value)
    except ValueError:
        return None
    if isinstance(secret, dict):
        if fields.key_version not in secret:
            return None
        secret = secret[fields.key_version]
    if not hmac.compare_digest(fields.signature, _create_signature_v2(secret, fields.signed)):
        return None
    if fields.name != utf8(name):
        return None
    if int(fields.timestamp) < clock() - max_age_days * DAY:
        return None
    return _decoded(fields.value)


def _decoded(encoded: bytes) -> bytes | None:
    try:
        return base64.b64decode(encoded)
    except binascii.Error:
        return None


def _create_signature_v1(secret: str | bytes, *parts: str | bytes) -> bytes:
    signature = hmac.new(utf8(secret), digestmod=hashlib.sha1)
    for part in parts:
        signature.update(utf8(part))
    return utf8(signature.hexdigest())


def _create_signature_v2(secret: str | bytes, s: bytes) -> bytes:
    return utf8(hmac.new(utf8(secret), utf8(s), hashlib.sha256).hexdigest())
