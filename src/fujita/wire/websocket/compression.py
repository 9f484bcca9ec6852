"""Compressing and decompressing of messages (RFC 7692, section 7.2)."""

import zlib
from dataclasses import dataclass

from fujita.wire.websocket.close import CloseCode
from fujita.wire.websocket.errors import ProtocolError

_TAIL = b"\x00\x00\xff\xff"
"""What a sync flush ends in, and a message goes without (section 7.2.1)."""

_MAX_FINAL_BLOCKS = 16
"""Final blocks taken in one message: each costs a decompressor and a copy of the rest."""


@dataclass(frozen=True, slots=True)
class Compression:
    """How a side compresses what it sends.

    Memory for each compressor is ``2 ** (window_bits + 2) + 2 ** (mem_level + 9)`` bytes.

    Attributes:
        window_bits: Base-2 logarithm of the LZ77 window, 9-15.
        level: zlib's compression level, -1 to 9.
        mem_level: zlib's memory level, 1-9.
    """

    window_bits: int
    level: int
    mem_level: int

    def compressor(self) -> "zlib._Compress":
        """Returns a new raw DEFLATE compressor."""
        return zlib.compressobj(self.level, zlib.DEFLATED, -self.window_bits, self.mem_level)


def compress(stream: "zlib._Compress", payload: bytes) -> bytes:
    """Returns a message's compressed payload (section 7.2.1).

    Args:
        stream: The compressor; it remembers the message for the next one.
        payload: The message.
    """
    # Steps 1 and 2: compress, then "remove 4 octets (that are 0x00 0x00 0xff 0xff) from the
    # tail end".
    return stream.compress(payload) + stream.flush(zlib.Z_SYNC_FLUSH)[:-4]


class Decompressor:
    """Decompresses the messages of one connection, never further than it is told.

    Args:
        window_bits: Base-2 logarithm of the peer's LZ77 window, 8-15.
        no_context_takeover: Whether the peer forgets its window after each message, so that no
            memory is held between messages.
    """

    __slots__ = ("_final_blocks", "_forgets", "_stream", "_touched", "_window_bits")

    def __init__(self, window_bits: int, no_context_takeover: bool) -> None:
        # zlib writes no raw stream with a window of 8 bits; it reads one with 9.
        self._window_bits = -max(9, window_bits)
        self._forgets = no_context_takeover
        self._stream: zlib._Decompress | None = None
        self._touched = False
        self._final_blocks = 0

    def message(self, payload: bytes, room: int) -> bytes:
        """Decompresses a whole message.

        Args:
            payload: The compressed payload.
            room: Bytes that the message may have.

        Raises:
            ProtocolError: It is larger (1009), or not DEFLATE (1007).
        """
        result = self.feed(payload + _TAIL, room) if payload else b""
        self._reset()
        return result

    def feed(self, data: bytes, room: int) -> bytes:
        """Decompresses the next piece of a message.

        Args:
            data: Compressed bytes.
            room: Bytes that may come out.

        Raises:
            ProtocolError: More would come out (1009), or it is not DEFLATE (1007).
        """
        if not data:
            return b""
        stream = self._stream
        if stream is None:
            stream = self._stream = zlib.decompressobj(self._window_bits)
        self._touched = True
        try:
            # One byte more than there is room for tells "full" from "too much".
            result = stream.decompress(data, room + 1)
            if stream.eof:
                result = self._read_on(result, room)
        except zlib.error:
            reason = "invalid compressed data"
            raise ProtocolError(CloseCode.INVALID_PAYLOAD, reason) from None
        if len(result) > room:
            raise ProtocolError(CloseCode.MESSAGE_TOO_BIG, "message too big")
        return result

    def finish(self, room: int) -> bytes:
        """Returns what the end of the message lets out of a message taken piece by piece.

        Args:
            room: Bytes that may come out.

        Raises:
            ProtocolError: As `feed`.
        """
        # 7.2.2: "Append 4 octets of 0x00 0x00 0xff 0xff to the tail end of the payload of the
        # message." To nothing at all they would not be a block of their own.
        result = self.feed(_TAIL, room) if self._touched else b""
        self._reset()
        return result

    def _reset(self) -> None:
        self._touched = False
        self._final_blocks = 0
        if self._forgets:
            self._stream = None

    def _read_on(self, result: bytes, room: int) -> bytes:
        # 7.2.3.4: a sender may end a message in a block with BFINAL set, which ends the stream
        # for zlib; what follows, an empty block at least, starts another.
        stream = self._stream
        while stream is not None and stream.eof and len(result) <= room:
            self._final_blocks += 1
            if self._final_blocks > _MAX_FINAL_BLOCKS:
                raise zlib.error("too many final blocks")
            rest = stream.unused_data
            stream = self._stream = zlib.decompressobj(self._window_bits)
            result += stream.decompress(rest, room + 1 - len(result))
        return result
