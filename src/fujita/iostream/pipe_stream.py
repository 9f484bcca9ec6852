"""The stream over one end of a pipe."""

import errno
import os
import sys
from typing import Any

from fujita.iostream.base import BaseIOStream


class PipeIOStream(BaseIOStream):
    """A stream over one end of a pipe, to read from or to write to; not on Windows.

    Args:
        fd: A file descriptor, such as ``os.pipe()`` returns. It becomes non-blocking, and the
            stream closes it.
        *args: As for `BaseIOStream`.
        **kwargs: As for `BaseIOStream`.

    Attributes:
        fd: The file descriptor.
    """

    _short_read_means_dry = True

    def __init__(self, fd: int, *args: Any, **kwargs: Any) -> None:
        if sys.platform == "win32":
            raise AssertionError("PipeIOStream is not supported on Windows")
        self.fd = fd
        os.set_blocking(fd, False)
        super().__init__(*args, **kwargs)

    def fileno(self) -> int:
        """Returns the file descriptor."""
        return self.fd

    def close_fd(self) -> None:
        """Closes the file descriptor."""
        os.close(self.fd)

    def write_to_fd(self, data: memoryview) -> int:
        """Writes to the pipe; see `BaseIOStream.write_to_fd`."""
        return os.write(self.fd, data)

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Reads from the pipe; see `BaseIOStream.read_from_fd`."""
        try:
            return os.readv(self.fd, [buf])
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            # An end that can only be written to: the loop calls it readable when the other end
            # has been closed.
            self.close(exc_info=error)
            return None
