from inspect import signature

import pytest

from fujita import iostream
from fujita.iostream.transport import TransportIOStream

# As Tornado 6.6.1 has them.
SIGNATURES = {
    "BaseIOStream": "(max_buffer_size, read_chunk_size, max_write_buffer_size)",
    "BaseIOStream.close": "(self, exc_info)",
    "BaseIOStream.read_bytes": "(self, num_bytes, partial)",
    "BaseIOStream.read_into": "(self, buf, partial)",
    "BaseIOStream.read_until": "(self, delimiter, max_bytes)",
    "BaseIOStream.read_until_close": "(self)",
    "BaseIOStream.read_until_regex": "(self, regex, max_bytes)",
    "BaseIOStream.set_close_callback": "(self, callback)",
    "BaseIOStream.set_nodelay": "(self, value)",
    "BaseIOStream.write": "(self, data)",
    "IOStream": "(socket, args, kwargs)",
    "IOStream.connect": "(self, address, server_hostname)",
    "IOStream.start_tls": "(self, server_side, ssl_options, server_hostname)",
    "PipeIOStream": "(fd, args, kwargs)",
    "SSLIOStream.wait_for_handshake": "(self)",
    "StreamClosedError": "(real_error)",
}


@pytest.mark.parametrize(("name", "expected"), SIGNATURES.items())
def test_signatures(name: str, expected: str) -> None:
    thing = iostream
    for part in name.split("."):
        thing = getattr(thing, part)
    assert f"({', '.join(signature(thing).parameters)})" == expected  # type: ignore[arg-type]


def test_everything_is_exported() -> None:
    for name in iostream.__all__:
        assert hasattr(iostream, name), name
    assert iostream.doctests().countTestCases() == 0  # there are no examples
    assert iostream.gen_log.name == "tornado.general"
    assert issubclass(iostream.SSLIOStream, iostream.IOStream)
    assert issubclass(TransportIOStream, iostream.IOStream)
    assert issubclass(iostream.IOStream, iostream.BaseIOStream)
