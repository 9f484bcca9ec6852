"""Non-blocking streams over sockets and pipes.

`IOStream` is the one to use; it becomes an `SSLIOStream` by its `start_tls`.
`PipeIOStream` is for pipes, and `BaseIOStream` the class to derive other kinds from.
"""

from fujita.iostream.base import BaseIOStream
from fujita.iostream.chunk_queue import ChunkQueue as _StreamBuffer
from fujita.iostream.errors import (
    StreamBufferFullError,
    StreamClosedError,
    UnsatisfiableReadError,
)
from fujita.iostream.examples import doctests
from fujita.iostream.pipe_stream import PipeIOStream
from fujita.iostream.socket_stream import IOStream
from fujita.iostream.tls_stream import SSLIOStream
from fujita.log import gen_log

__all__ = [
    "BaseIOStream",
    "IOStream",
    "PipeIOStream",
    "SSLIOStream",
    "StreamBufferFullError",
    "StreamClosedError",
    "UnsatisfiableReadError",
    "_StreamBuffer",
    "doctests",
    "gen_log",
]
