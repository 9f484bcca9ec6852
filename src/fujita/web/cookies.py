"""The part of a handler that reads and sets cookies, plain and signed (RFC 6265)."""

import datetime
import re
import warnings
from http.cookies import CookieError, Morsel, SimpleCookie
from typing import Any

from fujita import httputil
from fujita.escape import native_str
from fujita.web.response import ResponsePart
from fujita.web.signing import (
    CookieSecret,
    create_signed_value,
    decode_signed_value,
    get_signature_key_version,
)

_CONTROL = re.compile(r"[\x00-\x20]")
_FORBIDDEN_IN_ATTRIBUTE = re.compile(r"[\x00-\x1f\x3b\x7f]")


class CookiesPart(ResponsePart):
    """Cookies."""

    @property
    def cookies(self) -> dict[str, Morsel[str]]:
        """The cookies of the request."""
        return self.request.cookies

    def get_cookie(self, name: str, default: str | None = None) -> str | None:
        """Gives the value of a cookie of the request.

        Args:
            name: The cookie's name.
            default: What to give if there is none.
        """
        morsel = self.request.cookies.get(name)
        return default if morsel is None else morsel.value

    def set_cookie(
        self,
        name: str,
        value: str | bytes,
        domain: str | None = None,
        expires: float | tuple[Any, ...] | datetime.datetime | None = None,
        path: str = "/",
        expires_days: float | None = None,
        *,
        max_age: int | None = None,
        httponly: bool = False,
        secure: bool = False,
        samesite: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Sets a cookie; ``get_cookie`` gives it from the next request on.

        Args:
            name: The cookie's name.
            value: Its value.
            domain: The domain to which it is sent, with all below; else only to this host.
            expires: When it ends: seconds since the epoch, a time tuple, or a ``datetime``.
            path: The path below which it is sent.
            expires_days: In how many days it ends, unless ``expires`` says.
            max_age: In how many seconds it ends.
            httponly: Hide it from scripts.
            secure: Send it over TLS only.
            samesite: ``Lax``, ``Strict`` or ``None``, for requests from other sites.
            **kwargs: Other attributes that ``http.cookies.Morsel`` knows.

        Raises:
            ValueError: Name or value hold a control character or blank where none may be.
            http.cookies.CookieError: A name or attribute that no cookie may have.
        """
        name, value = native_str(name), native_str(value)
        if _CONTROL.search(name + value):
            self._refuse_cookie(name, value)
        if _FORBIDDEN_IN_ATTRIBUTE.search(name):
            raise CookieError(f"Invalid cookie attribute name={name!r}")
        attributes = self._attributes(domain, expires, path, expires_days, max_age, samesite)
        for key, flag in (("httponly", httponly), ("secure", secure)):
            if flag:
                attributes[key] = True
        deprecated = {key for key in kwargs if key.lower() != key}
        if deprecated:
            text = f"Deprecated arguments to set_cookie: {deprecated} (should be lowercase)"
            warnings.warn(text, DeprecationWarning, stacklevel=2)
        for key, given in kwargs.items():
            if given or key.lower() not in ("httponly", "secure"):
                _check_attribute(key, given)
                attributes[key.lower()] = given
        if self._new_cookies is None:
            self._new_cookies = SimpleCookie()
        # What was set before under this name is forgotten with its attributes.
        self._new_cookies.pop(name, None)
        self._new_cookies[name] = value
        self._new_cookies[name].update(attributes)

    def _refuse_cookie(self, name: str, value: str) -> None:
        if _FORBIDDEN_IN_ATTRIBUTE.search(name):
            raise CookieError(f"Invalid cookie attribute name={name!r}")
        raise ValueError(f"Invalid cookie {name!r}: {value!r}")

    def _attributes(
        self,
        domain: str | None,
        expires: float | tuple[Any, ...] | datetime.datetime | None,
        path: str,
        expires_days: float | None,
        max_age: int | None,
        samesite: str | None,
    ) -> dict[str, Any]:
        """Gives the attributes that have been given, checked."""
        attributes: dict[str, Any] = {}
        for key, given in (("domain", domain), ("path", path), ("samesite", samesite)):
            if given:
                _check_attribute(key, given)
                attributes[key] = given
        if expires is None and expires_days is not None:
            expires = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=expires_days)
        if expires:
            attributes["expires"] = httputil.format_timestamp(expires)
        if max_age is not None:
            # Only a number: text could bring attributes of its own.
            attributes["max-age"] = str(int(max_age))
        return attributes

    def clear_cookie(self, name: str, **kwargs: Any) -> None:
        """Deletes a cookie.

        Args:
            name: The cookie's name.
            **kwargs: As for ``set_cookie``; ``domain`` and ``path`` have to be those it was
                set with. ``expires`` and ``max_age`` are not taken.

        Raises:
            TypeError: One of these two was given.
        """
        for excluded in ("expires", "max_age"):
            if excluded in kwargs:
                raise TypeError(f"clear_cookie() got an unexpected keyword argument '{excluded}'")
        # Browsers whose clocks are wrong understand this, too.
        expires = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=365)
        self.set_cookie(name, value="", expires=expires, **kwargs)

    def clear_all_cookies(self, **kwargs: Any) -> None:
        """Deletes all cookies of the request, as ``clear_cookie`` does each of them."""
        for name in self.request.cookies:
            self.clear_cookie(name, **kwargs)

    def set_signed_cookie(
        self,
        name: str,
        value: str | bytes,
        expires_days: float | None = 30,
        version: int | None = None,
        **kwargs: Any,
    ) -> None:
        """Sets a cookie that the client cannot forge; needs the setting ``cookie_secret``.

        Args:
            name: The cookie's name.
            value: Its value, any bytes.
            expires_days: In how many days it ends in the browser; ``None`` with the session.
            version: The format of the signature, 2 by default.
            **kwargs: As for ``set_cookie``.
        """
        signed = self.create_signed_value(name, value, version=version)
        self.set_cookie(name, signed, expires_days=expires_days, **kwargs)

    set_secure_cookie = set_signed_cookie

    def create_signed_value(
        self, name: str, value: str | bytes, version: int | None = None
    ) -> bytes:
        """Signs a value with the ``cookie_secret``, for what is no cookie."""
        secret = self._cookie_secret()
        key_version = self.settings.get("key_version") if isinstance(secret, dict) else None
        if isinstance(secret, dict) and key_version is None:
            raise Exception("key_version setting must be used for secret_key dicts")
        return create_signed_value(secret, name, value, version=version, key_version=key_version)

    def _cookie_secret(self) -> CookieSecret:
        self.require_setting("cookie_secret", "secure cookies")
        secret: CookieSecret = self.settings["cookie_secret"]
        return secret

    def get_signed_cookie(
        self,
        name: str,
        value: str | None = None,
        max_age_days: float = 31,
        min_version: int | None = None,
    ) -> bytes | None:
        """Gives the value of a signed cookie.

        Args:
            name: The cookie's name.
            value: A signed value to take in the place of the cookie's.
            max_age_days: The age in days from which on it is invalid.
            min_version: The oldest format of signature taken.

        Returns:
            The value, ``None`` if it is missing, forged or too old.
        """
        return decode_signed_value(
            self._cookie_secret(),
            name,
            self.get_cookie(name) if value is None else value,
            max_age_days=max_age_days,
            min_version=min_version,
        )

    get_secure_cookie = get_signed_cookie

    def get_signed_cookie_key_version(self, name: str, value: str | None = None) -> int | None:
        """Gives the version of the key that a cookie was signed with."""
        self._cookie_secret()
        value = self.get_cookie(name) if value is None else value
        return None if value is None else get_signature_key_version(value)

    get_secure_cookie_key_version = get_signed_cookie_key_version


def _check_attribute(name: str, value: Any) -> None:
    if isinstance(value, str) and _FORBIDDEN_IN_ATTRIBUTE.search(value):
        raise CookieError(f"Invalid cookie attribute {name}={value!r}")
