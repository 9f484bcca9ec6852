import errno
import os
import sys

import pytest

from fujita.iostream import PipeIOStream, StreamClosedError
from tests.iostream.streams import Run, closed, pipe_pair


def test_fileno(run_async: Run) -> None:
    async def main() -> None:
        reader, writer = await pipe_pair()
        assert isinstance(reader.fileno(), int)
        assert reader.fileno() == reader.fd
        assert not os.get_blocking(writer.fd)

    run_async(main)


def test_the_writing_end_notices_that_nobody_reads(run_async: Run) -> None:
    async def main() -> None:
        reader, writer = await pipe_pair()
        reader.close()
        await closed(writer)
        assert isinstance(writer.error, OSError)
        assert writer.error.errno == errno.EBADF

    run_async(main)


def test_an_end_goes_one_way(run_async: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        reader, writer = await pipe_pair()
        with pytest.raises(StreamClosedError):
            await reader.write(b"x")
        assert "Write error on" in caplog.text
        with pytest.raises(StreamClosedError):
            await writer.read_bytes(1)

    run_async(main)


def test_an_error_of_the_system(run_async: Run) -> None:
    async def main() -> None:
        folder = os.open("/", os.O_RDONLY)
        stream = PipeIOStream(folder)
        with pytest.raises(IsADirectoryError):
            stream.read_bytes(1)
        assert stream.closed()

    run_async(main)


def test_windows_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(AssertionError, match="Windows"):
        PipeIOStream(0)
