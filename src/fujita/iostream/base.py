"""A stream over a file descriptor that the loop watches."""

from typing import Any

from fujita.ioloop import IOLoop
from fujita.ioloop.loop import Selectable
from fujita.iostream import spare_memory
from fujita.iostream.errors import peer_is_gone
from fujita.iostream.reading import StreamReading
from fujita.iostream.writing import StreamWriting
from fujita.log import gen_log

# A source that never runs dry gets this many reads before the loop's other callbacks have
# their turn.
CHUNKS_PER_TURN = 16

# What is offered to the file at once. OpenSSL takes a chunk whole or not at all: one without
# bounds would show no progress until all of it had been sent.
WRITE_SIZE = 256 * 1024


class BaseIOStream(StreamReading, StreamWriting):
    """Buffered, non-blocking reading and writing of a file, socket or pipe.

    A subclass says what it reads and writes by `fileno`, `close_fd`, `read_from_fd`,
    `write_to_fd` and perhaps `get_fd_error`. The descriptor must not block.

    Args:
        max_buffer_size: The most bytes that may wait to be read; 100 MiB unless given. More
            close the stream.
        read_chunk_size: The most bytes to take from the source at once; 64 KiB unless given.
        max_write_buffer_size: The most bytes that may wait to be sent; no limit unless given.
    """

    # Whether a read that comes back with less than it could have had has emptied the source. A
    # subclass that keeps something back itself must not say so.
    _short_read_means_dry = False

    def __init__(
        self,
        max_buffer_size: int | None = None,
        read_chunk_size: int | None = None,
        max_write_buffer_size: int | None = None,
    ) -> None:
        self._init_lifecycle()
        self._init_reading(max_buffer_size, read_chunk_size)
        self._init_writing(max_write_buffer_size)
        # False while something has to happen first (to connect, to shake hands) for which
        # the loop watches `_establishing_events`.
        self._established = True
        self._establishing_events = IOLoop.WRITE
        self._source_was_dry = False
        # What the loop watches, and which descriptor, if any.
        self._interest = IOLoop.NONE
        self._watched_fd: int | None = None

    def fileno(self) -> int | Selectable:
        """Returns the file descriptor, or an object that has one."""
        raise NotImplementedError

    def close_fd(self) -> None:
        """Closes the file; called once, by `close`, and by nobody else."""
        raise NotImplementedError

    def write_to_fd(self, data: memoryview) -> int:
        """Writes to the file without blocking.

        Returns:
            How many of the bytes it took. It may also raise `BlockingIOError` for none.
        """
        raise NotImplementedError

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Reads from the file without blocking, at most ``len(buf)`` bytes.

        Returns:
            How many bytes it has written to ``buf``; 0 at the end of the file, None if there is
            nothing to read now.
        """
        raise NotImplementedError

    def get_fd_error(self) -> Exception | None:
        """Returns the error that the file is in, if it can tell, when the loop reports one."""
        return None

    def set_nodelay(self, value: bool) -> None:
        """Has small writes sent at once; for streams over TCP, without effect on others.

        TCP else holds back data for a while in the hope of more (Nagle's algorithm).
        """

    # Events

    def _handle_events(self, fd: Any, events: int) -> None:
        if self._closed:
            return
        try:
            if self._established:
                self._transfer(events)
            elif self._establish():
                self._start_transfers()
            if events & IOLoop.ERROR and not self._closed:
                self.close(exc_info=self.get_fd_error())
            if not self._closed:
                self._update_interest()
        except Exception as error:
            gen_log.error("Uncaught exception, closing connection.", exc_info=True)
            self.close(exc_info=error)

    def _establish(self) -> bool:
        """Goes a step further on the way to where the stream can be used.

        Returns:
            Whether it has arrived there.
        """
        raise NotImplementedError

    def _start_transfers(self) -> None:
        """Begins with what has been asked for while the stream was not ready."""
        if self._has_reader():
            self._handle_read()
        if self._write_futures:
            self._flush()

    def _transfer(self, events: int) -> None:
        if events & (IOLoop.READ | IOLoop.ERROR):
            waited_for = self._has_reader()
            if not waited_for:
                # There may be a read that has been cancelled.
                self._abandon_read()
            if waited_for or not self._incoming.size:
                # Without a reader this is how the end of the stream gets noticed.
                self._handle_read()
            else:
                # Not before: most often the next read comes in time, and to change what the
                # loop watches is a system call.
                self._watch(self._interest & ~IOLoop.READ)
        if events & (IOLoop.WRITE | IOLoop.ERROR) and self._write_buffer:
            self._flush()

    def _handle_read(self) -> None:
        try:
            self._pull()
        except Exception as error:
            gen_log.warning("error on read: %s", error)
            self.close(exc_info=error)

    def _update_interest(self) -> None:
        if self._established:
            wanted = self._wanted_events() | (self._interest & IOLoop.READ)
        else:
            wanted = self._establishing_events
        if wanted != self._interest:
            self._watch(wanted)

    def _wanted_events(self) -> int:
        events = IOLoop.WRITE if self._write_buffer else IOLoop.NONE
        if self._has_reader():
            events |= IOLoop.READ
        elif not self._incoming.size and (self._close_callback or self._watched_fd is not None):
            # To learn of the other end's closing. Not while data waits to be read: what comes
            # after it is the reader's to find, and the source's to hold back.
            events |= IOLoop.READ
        return events

    def _watch(self, events: int) -> None:
        self._interest = events
        fd = self.fileno()
        if self._watched_fd is not None:
            self.io_loop.update_handler(self._watched_fd, events | IOLoop.ERROR)
        elif events:
            self._watched_fd = fd if isinstance(fd, int) else fd.fileno()
            self.io_loop.add_handler(fd, self._handle_events, events | IOLoop.ERROR)

    def _unwatch(self) -> None:
        self._interest = IOLoop.NONE
        # By number: the object may have been closed behind the stream's back.
        number, self._watched_fd = self._watched_fd, None
        if number is not None:
            self.io_loop.remove_handler(number)

    def _disconnect(self) -> None:
        self._unwatch()
        self.close_fd()

    # Reading

    def _pull(self) -> None:
        if not self._established:
            return
        for _ in range(CHUNKS_PER_TURN):
            try:
                count = self._read_chunk()
            except OSError as error:
                # What arrived before the error may be all that the reader needs.
                satisfied = self._read is not None and self._settle_read()
                self.close(exc_info=error)
                if satisfied or peer_is_gone(error):
                    return
                raise
            if not count:
                self._settle_read()
                if count == 0:
                    self.close()
                return
            if self._settle_read(more_at_hand=True):
                return
        self.io_loop.add_callback(self._go_on_pulling)

    def _would_find_nothing(self) -> bool:
        # The answer to a request is seldom there when the requester begins to wait for it. To try
        # costs a system call and an exception; if it is there, the loop says so at once.
        return self._source_was_dry and bool(self._interest & IOLoop.READ)

    def _go_on_pulling(self) -> None:
        if self._has_reader():
            self._handle_events(None, IOLoop.READ)

    def _read_chunk(self) -> int | None:
        read = self._read
        if read is not None and not self._incoming.size:
            room = read.room()
            if room is not None:
                with room:
                    count = self.read_from_fd(room)
                read.fill(count or 0)
                return count
        return self._read_to_buffer()

    def _read_to_buffer(self) -> int | None:
        incoming = self._incoming
        # One byte more than fits tells an overflow from the end of the stream.
        size = max(1, min(self.read_chunk_size, self.max_buffer_size - incoming.size))
        memory = spare_memory.borrow(size)
        try:
            with memoryview(memory)[:size] as view:
                count = self.read_from_fd(view)
                if count:
                    with view[:count] as arrived:
                        incoming.append(arrived)
        finally:
            spare_memory.give_back(memory)
        self._source_was_dry = self._short_read_means_dry and (count or 0) < size
        if incoming.size > self.max_buffer_size:
            raise self._close_overfull()
        return count

    # Writing

    def _flush(self) -> None:
        buffer = self._write_buffer
        if buffer is None or not self._established:
            return
        try:
            while buffer:
                with buffer.peek(WRITE_SIZE) as view:
                    offered = len(view)
                    count = self.write_to_fd(view)
                buffer.advance(count)
                self._total_write_done_index += count
                if count < offered:
                    break
        except BlockingIOError:
            pass
        except OSError as error:
            if not peer_is_gone(error):
                gen_log.warning("Write error on %s: %s", self._fd_for_log(), error)
            self.close(exc_info=error)
            return
        self._settle_writes()

    def _fd_for_log(self) -> object:
        fd = self.fileno()
        return fd if isinstance(fd, int) or fd is None else fd.fileno()
