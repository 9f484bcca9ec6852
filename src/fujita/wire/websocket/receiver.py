"""The receiving half of a connection: bytes in, messages and control frames out."""

from codecs import utf_8_decode

from fujita.wire.websocket.close import ABNORMAL, CloseCode, parse_close_payload
from fujita.wire.websocket.compression import Decompressor
from fujita.wire.websocket.deflate import PerMessageDeflate
from fujita.wire.websocket.errors import ProtocolError
from fujita.wire.websocket.events import CloseFrame, Event, Failure, Ping, Pong
from fujita.wire.websocket.frames import (
    CLOSE,
    FIN,
    FIN_BINARY,
    FIN_TEXT,
    MASKED,
    MAX_CONTROL_SIZE,
    OPCODE,
    PING,
    RSV1,
    TEXT,
    Role,
    check_header,
    read_length,
)
from fujita.wire.websocket.mask import apply_mask, rotate_key, unmask

MAX_FRAGMENTS = 1_000_000
"""Frames that a message may come in, unless told otherwise."""

_LARGEST = 1 << 62
"""A limit over this, infinity even, is none."""

# Integers of C where this is compiled.
_WHOLE_TEXT = FIN_TEXT
_WHOLE_BINARY = FIN_BINARY


class MessageReceiver:
    """Turns received bytes into events; `WebSocketConnection` adds the sending half.

    What arrives is kept in one of two forms: ``_held``, the start of a frame whose header (or,
    of a control frame, payload) is not complete, at most 130 bytes; and ``_message``, the
    unmasked and decompressed part of a message that came in more than one piece, at most
    ``max_message_size`` bytes however many frames or reads those were.
    """

    __slots__ = (
        "_at_rest",
        "_decompressor",
        "_ended",
        "_final",
        "_fragments",
        "_held",
        "_key",
        "_left",
        "_mask_bit",
        "_message",
        "_opcode",
        "_overhead",
        "_partial_character",
        "_short",
        "_squeezed",
        "_whole",
        "deflate",
        "max_fragments",
        "max_frame_size",
        "max_message_size",
        "role",
    )

    def __init__(
        self,
        role: Role,
        *,
        max_message_size: int,
        max_frame_size: int | None = None,
        max_fragments: int = MAX_FRAGMENTS,
        deflate: PerMessageDeflate | None = None,
    ) -> None:
        self.role = role
        self.max_message_size = max_message_size
        # A compressed frame may be larger than its message, but not by much: zlib stores what
        # does not shrink at a cost of five bytes for every 127, with as little memory as can be.
        self.max_frame_size = (
            max_message_size + (max_message_size >> 4) + 1024
            if max_frame_size is None
            else max_frame_size
        )
        self.max_fragments = max_fragments
        self.deflate = deflate
        # What a short frame has beside its payload: a server receives masked frames.
        self._mask_bit = MASKED if role is Role.SERVER else 0
        self._overhead = 6 if role is Role.SERVER else 2
        self._whole = int(min(max_message_size, self.max_frame_size, _LARGEST))
        self._short = min(MAX_CONTROL_SIZE, self._whole)
        self._at_rest = True  # between messages, with nothing held: the fast path is open
        self._ended = False
        self._held = b""
        self._opcode = 0  # of the message under way, 0 between messages
        self._fragments = 0  # frames of it so far
        self._message: bytearray | None = None
        self._squeezed = False  # the message under way is compressed
        self._partial_character = b""  # end of the text so far that is not a whole character
        self._final = False  # the frame under way is the last of its message
        self._left = 0  # bytes missing of the frame under way
        self._key = b""  # its masking key, rotated to the next byte
        self._decompressor: Decompressor | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will be received: after a Close frame, a failure or the end."""
        return self._ended

    def receive_data(self, data: bytes) -> list[Event]:
        """Takes bytes from the peer; never raises on what they are.

        Args:
            data: Received bytes, cut anywhere.

        Returns:
            The events in the order of the wire. After a `CloseFrame` or `Failure` comes none
            ever again: RFC 6455, section 1.4, has "any further data received" discarded.
        """
        # What a chat room receives: one text, whole, in one unfragmented frame.
        start = self._overhead
        size = len(data) - start
        if not self._at_rest or size < 0 or data[0] != _WHOLE_TEXT:
            return self._receive(data)
        length = data[1] ^ self._mask_bit  # over 127 with the wrong mask bit
        if length == 126 <= size:
            start += 2
            size -= 2
            if data[2] << 8 | data[3] != size or size > self._whole:
                return self._receive(data)
        elif length != size or size > self._short:
            return self._receive(data)
        payload = unmask(data, start, start + size) if self._mask_bit else data[start:]
        try:
            return [payload.decode()]
        except UnicodeDecodeError:
            return [self._fail(CloseCode.INVALID_PAYLOAD, "invalid UTF-8")]

    def receive_eof(self) -> list[Event]:
        """Takes notice of the end of the peer's bytes.

        Returns:
            A `Failure` with code 1006 if there was no Close frame (RFC 6455, section 7.1.5),
            otherwise nothing.
        """
        if self._ended:
            return []
        return [self._fail(ABNORMAL, "connection closed without a Close frame")]

    def _receive(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        if self._ended:
            return events
        try:
            self._parse(data, events)
        except ProtocolError as error:
            events.append(self._fail(error.code, error.reason))
        except UnicodeDecodeError:
            # 8.1: "When an endpoint is to interpret a byte stream as UTF-8 but finds that the
            # byte stream is not, in fact, a valid UTF-8 stream, that endpoint MUST _Fail the
            # WebSocket Connection_."
            events.append(self._fail(CloseCode.INVALID_PAYLOAD, "invalid UTF-8"))
        else:
            self._at_rest = not (self._opcode or self._held or self._ended)
        return events

    def _parse(self, data: bytes, events: list[Event]) -> None:
        position = 0
        if self._left:
            position = self._read_payload(data, 0, events)
        elif self._held:
            data = self._held + data
            self._held = b""
        end = len(data)
        overhead = self._overhead
        mask_bit = self._mask_bit
        limit = self._whole
        while end - position >= 2:
            first = data[position]
            size = data[position + 1] ^ mask_bit  # over 127 with the wrong mask bit
            start = position + overhead
            if size == 126 and start + 2 <= end:
                size = data[position + 2] << 8 | data[position + 3]
                start += 2
            elif size > 125:
                size = end  # more than there is: leaves the frame to the careful way
            stop = start + size
            if (
                stop <= end
                and _WHOLE_TEXT <= first <= _WHOLE_BINARY
                and size <= limit
                and not self._opcode
            ):
                payload = unmask(data, start, stop) if mask_bit else data[start:stop]
                events.append(payload.decode() if first == _WHOLE_TEXT else payload)
                position = stop
            else:
                stop = self._read_frame(data, position, events)
                if stop < 0:
                    break
                position = stop
        if position < end and not self._ended:
            self._held = data[position:]

    def _read_frame(self, data: bytes, position: int, events: list[Event]) -> int:
        """Reads a frame of any kind; returns where the next one starts, -1 if data ends before."""
        first = data[position]
        second = data[position + 1]
        check_header(
            first,
            second,
            mask_bit=self._mask_bit,
            deflate=self.deflate is not None,
            in_message=self._opcode != 0,
        )
        size, start = read_length(data, position, second)
        key = b""
        if self._mask_bit:
            key = data[start : start + 4]
            start += 4
        if start > len(data):
            return -1
        if first & OPCODE >= CLOSE:
            return self._read_control(first & OPCODE, key, data, start, start + size, events)
        self._check_size(first, size)
        if first & OPCODE and first & FIN and start + size <= len(data):
            return self._read_whole(first, key, data, start, start + size, events)
        if first & OPCODE:
            self._opcode = first & OPCODE
            self._squeezed = first & RSV1 != 0
            self._message = bytearray()
            self._partial_character = b""
            self._fragments = 0
        # Fragments may be empty, so that the size alone would never end a message.
        self._fragments += 1
        if self._fragments > self.max_fragments:
            raise ProtocolError(CloseCode.MESSAGE_TOO_BIG, "too many fragments")
        self._final = first & FIN != 0
        self._left = size
        self._key = key
        return self._read_payload(data, start, events)

    def _check_size(self, first: int, size: int) -> None:
        # 7.4.1: 1009 is for "a message that is too big for it to process".
        # The decompressor counts what comes out of a compressed message. Of any other it is
        # known before a byte of the frame is kept.
        squeezed = first & RSV1 if first & OPCODE else self._squeezed
        have = 0 if self._message is None else len(self._message)
        if not squeezed and size > self.max_message_size - have:
            raise ProtocolError(CloseCode.MESSAGE_TOO_BIG, "message too big")
        if size > self.max_frame_size:
            raise ProtocolError(CloseCode.MESSAGE_TOO_BIG, "frame too big")

    def _read_control(
        self, opcode: int, key: bytes, data: bytes, start: int, stop: int, events: list[Event]
    ) -> int:
        # 5.4: control frames "MAY be injected in the middle of a fragmented message", which
        # they leave as it is.
        if stop > len(data):
            return -1
        payload = data[start:stop]
        if key:
            payload = apply_mask(key, payload)
        if opcode == PING:
            events.append(Ping(payload))
        elif opcode == CLOSE:
            code, reason = parse_close_payload(payload)
            events.append(CloseFrame(code, reason))
            self._end()
            return -1
        else:
            events.append(Pong(payload))
        return stop

    def _read_whole(
        self, first: int, key: bytes, data: bytes, start: int, stop: int, events: list[Event]
    ) -> int:
        """Reads a message that is all in one frame, and the frame all in ``data``."""
        payload = data[start:stop]
        if key:
            payload = apply_mask(key, payload)
        if first & RSV1:
            payload = self._ready_decompressor().message(payload, self.max_message_size)
        events.append(payload.decode() if first & OPCODE == TEXT else payload)
        return stop

    def _read_payload(self, data: bytes, start: int, events: list[Event]) -> int:
        """Reads what there is of the payload under way; returns where it stops."""
        stop = min(start + self._left, len(data))
        taken = stop - start
        piece = data[start:stop]
        if self._key:
            piece = apply_mask(self._key, piece)
            self._key = rotate_key(self._key, taken)
        self._left -= taken
        message = self._message
        assert message is not None
        self._add(message, piece)
        if not self._left and self._final:
            self._finish(message, events)
        return stop

    def _add(self, message: bytearray, piece: bytes) -> None:
        if self._squeezed:
            room = self.max_message_size - len(message)
            piece = self._ready_decompressor().feed(piece, room)
        if self._opcode == TEXT:
            # Text that cannot become valid any more fails at once, not at the message's end.
            # Only the end of a character is kept: the text as pieces would take many times the
            # memory of its bytes when the pieces are small.
            piece_and_before = self._partial_character + piece
            used = utf_8_decode(piece_and_before, "strict", False)[1]
            self._partial_character = piece_and_before[used:]
        message += piece

    def _finish(self, message: bytearray, events: list[Event]) -> None:
        if self._squeezed:
            message += self._ready_decompressor().finish(self.max_message_size - len(message))
        events.append(message.decode() if self._opcode == TEXT else bytes(message))
        self._opcode = 0
        self._message = None

    def _ready_decompressor(self) -> Decompressor:
        decompressor = self._decompressor
        if decompressor is None:
            deflate = self.deflate
            assert deflate is not None
            decompressor = self._decompressor = Decompressor(
                deflate.receive_window_bits, deflate.receive_no_context_takeover
            )
        return decompressor

    def _fail(self, code: int, reason: str) -> Failure:
        self._end()
        return Failure(int(code), reason)

    def _end(self) -> None:
        self._ended = True
        self._at_rest = False
        self._held = self._partial_character = b""
        self._message = None
        self._left = 0
        self._decompressor = None
