"""Which types of files are taken, and how their first bytes must look."""

from typing import Final

_ZIP = b"PK\x03\x04"

# What must be found at which place. Types without an entry are text, or have no fixed beginning.
_SIGNATURES: Final[dict[str, tuple[tuple[int, bytes], ...]]] = {
    "image/png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "image/jpeg": ((0, b"\xff\xd8\xff"),),
    "image/gif": ((0, b"GIF8"),),
    "image/webp": ((0, b"RIFF"), (8, b"WEBP")),
    "application/pdf": ((0, b"%PDF-"),),
    "application/zip": ((0, _ZIP),),
    "application/gzip": ((0, b"\x1f\x8b"),),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ((0, _ZIP),),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ((0, _ZIP),),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ((0, _ZIP),),
    "application/vnd.oasis.opendocument.text": ((0, _ZIP),),
    "audio/mpeg": (),
    "audio/ogg": ((0, b"OggS"),),
    "audio/wav": ((0, b"RIFF"), (8, b"WAVE")),
    "video/mp4": ((4, b"ftyp"),),
    "video/webm": ((0, b"\x1aE\xdf\xa3"),),
}

_TEXTS: Final = frozenset({"text/plain", "text/csv", "text/markdown", "application/json"})

FILE_TYPES: Final = tuple(sorted([*_SIGNATURES, *_TEXTS]))
"""The types that are taken. None of them is one in which a browser runs anything."""

SHOWN_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""The types that a page may show; all others are downloads."""

SIGNATURE_SIZE: Final = 16
"""Bytes of which a type is recognized."""


def file_type(declared: str, beginning: bytes) -> str | None:
    """Returns the type of a file; None if it is not taken, or is not what it says.

    Args:
        declared: The ``Content-Type`` with which it came.
        beginning: Its first `SIGNATURE_SIZE` bytes.
    """
    kind = declared.partition(";")[0].strip().lower()
    if kind in _TEXTS:
        return kind if b"\0" not in beginning else None
    signature = _SIGNATURES.get(kind)
    if signature is None:
        return None
    fits = all(beginning[at : at + len(what)] == what for at, what in signature)
    return kind if fits else None
