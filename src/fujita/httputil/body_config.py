"""How much of a form is parsed: limits against bodies made to exhaust a server."""

from dataclasses import dataclass, field


@dataclass
class ParseMultipartConfig:
    """Limits for bodies of the type ``multipart/form-data``."""

    enabled: bool = True
    """Whether such bodies are parsed at all; if not, they are an error."""

    max_parts: int = 100
    """A body is refused if it has this number of parts or more."""

    max_part_header_size: int = 10240
    """The size in bytes up to which the header of one part is taken."""


@dataclass
class ParseUrlEncodedConfig:
    """Limits for query strings and bodies of the type ``application/x-www-form-urlencoded``."""

    max_arguments: int = 1000
    """The number of arguments up to which they are taken."""


@dataclass
class ParseBodyConfig:
    """Limits for all bodies that are forms."""

    multipart: ParseMultipartConfig = field(default_factory=ParseMultipartConfig)
    """Those for forms with files."""

    urlencoded: ParseUrlEncodedConfig = field(default_factory=ParseUrlEncodedConfig)
    """Those for other forms, and for query strings."""


_DEFAULT_PARSE_BODY_CONFIG = ParseBodyConfig()


def parse_body_config() -> ParseBodyConfig:
    """Gives the limits for callers that name none."""
    return _DEFAULT_PARSE_BODY_CONFIG


def set_parse_body_config(config: ParseBodyConfig) -> None:
    """Sets the limits for the whole process.

    Args:
        config: The limits for all callers of `parse_body_arguments` and
            `parse_multipart_form_data` that name none, and for query strings.

    >>> set_parse_body_config(ParseBodyConfig(multipart=ParseMultipartConfig(max_parts=500)))
    >>> parse_body_config().multipart.max_parts
    500
    >>> set_parse_body_config(ParseBodyConfig())
    """
    global _DEFAULT_PARSE_BODY_CONFIG
    _DEFAULT_PARSE_BODY_CONFIG = config
