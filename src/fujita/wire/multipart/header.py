"""The header of a part: what RFC 7578 section 4 makes of its fields."""

import re

from fujita.wire.multipart.errors import MultipartError
from fujita.wire.multipart.events import PartBegin
from fujita.wire.multipart.fields import parse_fields
from fujita.wire.parameters import parse_parameters

_USUAL_HEADER = re.compile(
    rb'(Content-Disposition: form-data; name="([^"\\\x00-\x1f\x7f]++)"'
    rb'(?:; filename="([^"\\\x00-\x1f\x7f]*+)")?+\r\n'
    rb"(?:Content-Type: ([!-~]++(?: [!-~]++)*+)\r\n)?+)\r\n"
)
"""A header as nearly all clients write it, up to the content.

Groups: the field lines, the name, the file name, the content type.
"""


def match_usual_header(data: bytes, position: int) -> PartBegin | None:
    """Reads a header that begins at a position, if it is complete and of the usual form.

    One match does then what takes `parse_part_header` twenty steps; both give the same.
    """
    match = _USUAL_HEADER.match(data, position)
    if match is None:
        return None
    lines, name, filename, content_type = match.groups()
    try:
        return PartBegin(
            name.decode(),
            None if filename is None else filename.decode(),
            None if content_type is None else content_type.decode(),
            lines,
        )
    except UnicodeDecodeError:
        return None


def parse_part_header(lines: bytes) -> PartBegin:
    """Reads the header of a part.

    Args:
        lines: The field lines, each with its line end.

    Returns:
        The event with which the part begins.

    Raises:
        MultipartError: A line is malformed, or the fields do not say what the part is.
    """
    fields = parse_fields(lines)
    # RFC 7578 section 4.2: "Each part MUST contain a Content-Disposition header field where the
    # disposition type is 'form-data'. The Content-Disposition header field MUST also contain an
    # additional parameter of 'name'". RFC 2183 section 2 lets the type come in any case.
    disposition, parameters = parse_parameters(fields.get("content-disposition", ""))
    if disposition.lower() != "form-data":
        raise MultipartError(
            "Invalid multipart/form-data: expected a part with the disposition form-data,"
            f" got {disposition[:40]!r}"
        )
    name = parameters.get("name")
    if not name:
        raise MultipartError("multipart/form-data missing name")
    return PartBegin(name, parameters.get("filename"), fields.get("content-type"), lines)
