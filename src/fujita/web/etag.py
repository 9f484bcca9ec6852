"""The part of a handler that spares a client what it has already (RFC 9110 section 13.1.2)."""

import re
from hashlib import sha1

from fujita.escape import utf8
from fujita.httputil.request_state import find_header
from fujita.web.response import ResponsePart

_TAG = re.compile(rb'\*|(?:W/)?"[^"]*"')


REMEMBERED_BODY = 512
"""Up to this size, in bytes, a body's tag is remembered: what is small is often sent again, and
looking it up costs 0.1 µs where computing it costs 0.6."""


def tag_of(body: bytes) -> str:
    """Gives the entity tag of a body."""
    return f'"{sha1(body, usedforsecurity=False).hexdigest()}"'


class _Tags(dict[bytes, str]):
    """The tags of small bodies that were sent lately."""

    LIMIT = 512

    def __missing__(self, body: bytes) -> str:
        if len(self) >= self.LIMIT:
            self.clear()
        tag = self[body] = tag_of(body)
        return tag


_tags = _Tags()


class EtagPart(ResponsePart):
    """Entity tags."""

    def compute_etag(self) -> str | None:
        """Gives the ``Etag`` of the response: a hash of its body.

        Override it to base the tag on something else, or to return ``None`` for none.
        """
        buffer = self._write_buffer
        body = buffer[0] if len(buffer) == 1 else b"".join(buffer)
        return _tags[body] if len(body) <= REMEMBERED_BODY else tag_of(body)

    def set_etag_header(self) -> None:
        """Sets ``Etag`` to what ``compute_etag`` gives, if it gives one."""
        etag = self.compute_etag()
        if etag is None:
            return
        if type(self).compute_etag is EtagPart.compute_etag:
            # Known to be a valid value under a name in its normal form.
            self._fields["Etag"] = etag
        else:
            self.set_header("Etag", etag)

    def check_etag_header(self) -> bool:
        """Tells whether the client has this very response already.

        Compares the ``Etag`` set with the request's ``If-None-Match``; weak tags match, as
        section 8.8.3.2 asks of this comparison.
        """
        claimed = find_header(self.request, "If-None-Match")
        if not claimed:
            return False
        own = utf8(self._headers.get("Etag", ""))
        if not own:
            return False
        tags = _TAG.findall(utf8(claimed))
        if tags[:1] == [b"*"]:
            return True
        return own.removeprefix(b"W/") in [tag.removeprefix(b"W/") for tag in tags]
