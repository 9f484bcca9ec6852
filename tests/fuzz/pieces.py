"""Cuts what is fuzzed into pieces."""

import random
import zlib


def pieces(data: bytes) -> list[bytes]:
    """Cuts bytes into pieces, always the same ones."""
    source = random.Random(zlib.crc32(data))
    cuts = sorted(source.randrange(len(data) + 1) for _ in range(source.randrange(12)))
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
