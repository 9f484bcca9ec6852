"""Forms with files: an incremental parser of ``multipart/form-data`` (RFC 7578, RFC 2046)."""

from fujita.wire.multipart.errors import MultipartError
from fujita.wire.multipart.events import Event, PartBegin, PartData, PartEnd
from fujita.wire.multipart.parser import MultipartParser

__all__ = ["Event", "MultipartError", "MultipartParser", "PartBegin", "PartData", "PartEnd"]
