"""What a multipart body consists of."""

from dataclasses import dataclass, field

from fujita.wire.multipart.fields import parse_fields


@dataclass(slots=True)
class PartBegin:
    """A part begins.

    Attributes:
        name: The name of the form's field.
        filename: The name of the user's file, if the part is one; empty where a browser had
            no file to send.
        content_type: The value of the part's ``Content-Type``, if it has one.
        lines: The part's header as it was received.
    """

    name: str
    filename: str | None
    content_type: str | None
    lines: bytes = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """All header fields by name in lower case; repeated ones are joined with commas."""
        return parse_fields(self.lines)


@dataclass(slots=True)
class PartData:
    """Some of a part's content.

    Attributes:
        data: The bytes, at least one.
    """

    data: bytes


@dataclass(slots=True)
class PartEnd:
    """A part is complete."""


Event = PartBegin | PartData | PartEnd
