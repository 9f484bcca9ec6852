"""The part of a handler that refuses what other sites make the user's browser send."""

import binascii
import hmac
import os
import time
from typing import Any, cast
from urllib.parse import urlsplit

from fujita.escape import native_str, utf8, xhtml_escape
from fujita.log import gen_log
from fujita.util import _websocket_mask_python
from fujita.web.arguments import ArgumentsPart
from fujita.web.cookies import CookiesPart
from fujita.web.errors import HTTPError

Token = tuple[int | None, bytes | None, float | None]
"""The cookie's version, the secret, and when it was made."""


class XsrfPart(CookiesPart, ArgumentsPart):
    """Tokens in forms, and a look at where a request comes from."""

    _xsrf_token: bytes
    _raw_xsrf_token: Token

    @property
    def xsrf_token(self) -> bytes:
        """The token that forms of this user have to send back as ``_xsrf``.

        Reading it sets the cookie that the token is compared with. With the setting
        ``xsrf_cookies``, all requests but GET, HEAD and OPTIONS have to bring one. A token
        looks different each time, so that compressed pages do not give it away (BREACH).
        """
        if not hasattr(self, "_xsrf_token"):
            version, token, timestamp = self._get_raw_xsrf_token()
            output_version = self.settings.get("xsrf_cookie_version", 2)
            if output_version == 1:
                self._xsrf_token = binascii.b2a_hex(token)
            elif output_version == 2:
                mask = os.urandom(4)
                fields = [
                    binascii.b2a_hex(mask),
                    binascii.b2a_hex(_websocket_mask_python(mask, token)),
                ]
                self._xsrf_token = b"|".join([b"2", *fields, b"%d" % int(timestamp)])
            else:
                raise ValueError(f"unknown xsrf cookie version {output_version}")
            if version is None:
                self._set_xsrf_cookie(self._xsrf_token)
        return self._xsrf_token

    def _set_xsrf_cookie(self, token: bytes) -> None:
        options = dict(self.settings.get("xsrf_cookie_kwargs", {}))
        if self.current_user:
            options.setdefault("expires_days", 30)
        self.set_cookie(self.settings.get("xsrf_cookie_name", "_xsrf"), token, **options)

    current_user: Any

    def _get_raw_xsrf_token(self) -> tuple[int | None, bytes, float]:
        """Gives the secret of the request's cookie, or a new one with no version."""
        if not hasattr(self, "_raw_xsrf_token"):
            cookie = self.get_cookie(self.settings.get("xsrf_cookie_name", "_xsrf"))
            version, token, timestamp = (
                self._decode_xsrf_token(cookie) if cookie else (None, None, None)
            )
            if token is None:
                version, token, timestamp = None, os.urandom(16), time.time()
            self._raw_xsrf_token = (version, token, timestamp)
        return cast("tuple[int | None, bytes, float]", self._raw_xsrf_token)

    def _decode_xsrf_token(self, cookie: str) -> Token:
        """Reads a token; its secret is ``None`` if it is malformed."""
        try:
            version, bar, rest = cookie.partition("|")
            if not (bar and version.isdecimal()):
                # Version 1, or one that somebody else has set: whatever it is.
                try:
                    token = binascii.a2b_hex(utf8(cookie))
                except (binascii.Error, TypeError):
                    token = utf8(cookie)
                return 1, token, int(time.time())
            if version != "2":
                return None, None, None
            mask, masked, timestamp = rest.split("|")
            token = _websocket_mask_python(binascii.a2b_hex(mask), binascii.a2b_hex(masked))
            return 2, token, int(timestamp)
        except Exception:
            gen_log.debug("Uncaught exception in _decode_xsrf_token", exc_info=True)
            return None, None, None

    def check_xsrf_cookie(self) -> None:
        """Checks that the request brings the token that its cookie asks for.

        As the argument ``_xsrf``, or in the header ``X-Xsrftoken`` or ``X-Csrftoken``.

        Raises:
            HTTPError: It does not; status 403.
        """
        # The argument has to be read before the cookie: it can come from anywhere, and
        # without it nothing is compared.
        headers = self.request.headers
        given = (
            self.get_argument("_xsrf", None)
            or headers.get("X-Xsrftoken")
            or headers.get("X-Csrftoken")
        )
        if not given:
            raise HTTPError(403, "'_xsrf' argument missing from POST")
        _, token, _ = self._decode_xsrf_token(given)
        _, expected, _ = self._get_raw_xsrf_token()
        if not token:
            raise HTTPError(403, "'_xsrf' argument has invalid format")
        if not hmac.compare_digest(utf8(token), utf8(expected)):
            raise HTTPError(403, "XSRF cookie does not match POST argument")

    def xsrf_form_html(self) -> str:
        """Gives the hidden form field with the token: ``{% module xsrf_form_html() %}``."""
        token = xhtml_escape(native_str(self.xsrf_token))
        return f'<input type="hidden" name="_xsrf" value="{token}"/>'

    def _check_cross_site(self) -> None:
        """Refuses a request from another site, as far as the settings ask for it."""
        if self.settings.get("cross_origin_protection"):
            self._cross_origin_protection()
        if self.settings.get("xsrf_cookies"):
            self.check_xsrf_cookie()

    def _cross_origin_protection(self) -> None:
        problem = self._check_cross_origin(self.check_trusted_origin)
        if problem is not None:
            raise HTTPError(403, "%s", problem)

    def _check_cross_origin(self, check: Any) -> str | None:
        """Says why a request is not allowed, ``None`` if it is.

        Args:
            check: Called with the origin where the request seems to come from another one.
        """
        headers = self.request.headers
        origin = headers.get("Origin")
        site = headers.get("Sec-Fetch-Site")
        if site is not None:
            # Browsers say themselves what the request is; "none" is the user's own doing.
            if site in ("same-origin", "none"):
                return None
            if origin is not None and check(origin):
                return None
            return f"Sec-Fetch-Site {site} with Origin {origin!r} not allowed"
        # Without Origin it is no browser's request, and nobody is being abused.
        if origin is None or self._origin_matches_host(origin) or check(origin):
            return None
        return f"Origin {origin!r} not allowed"

    def _origin_matches_host(self, origin: str) -> bool:
        own: str = self.request.headers.get("Host", "")
        return urlsplit(origin).netloc.lower() == own.lower()

    def check_trusted_origin(self, origin: str) -> bool:
        """Tells whether another site may send requests that change something.

        Called before ``prepare``, with the setting ``cross_origin_protection``. By default the
        setting ``trusted_origins`` decides.

        Args:
            origin: Such as ``https://example.com``.
        """
        return origin in self.settings.get("trusted_origins", ())
