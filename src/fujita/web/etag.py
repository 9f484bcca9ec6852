"""The part of a handler that spares a client what it has already (RFC 9110 section 13.1.2)."""

import re
from hashlib import sha1

from fujita.escape import utf8
from fujita.web.response import ResponsePart

_TAG = re.compile(rb'\*|(?:W/)?"[^"]*"')


class EtagPart(ResponsePart):
    """Entity tags."""

    def compute_etag(self) -> str | None:
        """Gives the ``Etag`` of the response: a hash of its body.

        Override it to base the tag on something else, or to return ``None`` for none.
        """
        buffer = self._write_buffer
        body = buffer[0] if len(buffer) == 1 else b"".join(buffer)
        return f'"{sha1(body, usedforsecurity=False).hexdigest()}"'

    def set_etag_header(self) -> None:
        """Sets ``Etag`` to what ``compute_etag`` gives, if it gives one."""
        etag = self.compute_etag()
        if etag is not None:
            self.set_header("Etag", etag)

    def check_etag_header(self) -> bool:
        """Tells whether the client has this very response already.

        Compares the ``Etag`` set with the request's ``If-None-Match``; weak tags match, as
        section 8.8.3.2 asks of this comparison.
        """
        claimed = self.request.headers.get("If-None-Match")
        if not claimed:
            return False
        own = utf8(self._headers.get("Etag", ""))
        if not own:
            return False
        tags = _TAG.findall(utf8(claimed))
        if tags[:1] == [b"*"]:
            return True
        return own.removeprefix(b"W/") in [tag.removeprefix(b"W/") for tag in tags]
