"""Three fields and a file of 10 KB, or a file of 10 MB.

usage: micro_multipart.py LIBRARY SECONDS [large]
"""

import random
import sys

from timing import own_module, peer, report

BOUNDARY = b"----WebKitFormBoundary7MA4YWxkTrZu0gW"


def body_of(*parts: tuple[bytes, bytes]) -> bytes:
    lines = [b"--%s\r\n%s\r\n\r\n%s\r\n" % (BOUNDARY, head, content) for head, content in parts]
    return b"".join(lines) + b"--%s--\r\n" % BOUNDARY


def field(number: int) -> tuple[bytes, bytes]:
    return b'Content-Disposition: form-data; name="field%d"' % number, b"value %d" % number


def file(size: int) -> tuple[bytes, bytes]:
    head = b'Content-Disposition: form-data; name="photo"; filename="fuji.jpg"'
    return head + b"\r\nContent-Type: image/jpeg", random.Random(3776).randbytes(size)


def with_tornado(body: bytes):
    module = own_module("httputil")

    def parse() -> None:
        arguments, files = {}, {}
        module.parse_multipart_form_data(BOUNDARY, body, arguments, files)
        assert files["photo"]

    return parse


def with_python_multipart(body: bytes):
    """Through its event callbacks, as Starlette uses it."""
    from python_multipart.multipart import MultipartParser, parse_options_header

    def parse() -> None:
        form = []
        contents, fields, name_parts, value_parts = [], {}, [], []

        def on_part_begin() -> None:
            contents.clear()
            fields.clear()

        def on_header_end() -> None:
            fields[b"".join(name_parts).lower()] = b"".join(value_parts)
            name_parts.clear()
            value_parts.clear()

        def on_part_end() -> None:
            _, options = parse_options_header(fields[b"content-disposition"])
            form.append((options[b"name"].decode(), b"".join(contents)))

        callbacks = {
            "on_part_begin": on_part_begin,
            "on_header_field": lambda data, start, end: name_parts.append(data[start:end]),
            "on_header_value": lambda data, start, end: value_parts.append(data[start:end]),
            "on_header_end": on_header_end,
            "on_part_data": lambda data, start, end: contents.append(data[start:end]),
            "on_part_end": on_part_end,
        }
        parser = MultipartParser(BOUNDARY, callbacks)
        parser.write(body)
        parser.finalize()
        assert form

    return parse


if "large" in sys.argv:
    body = body_of(file(10 << 20))
else:
    body = body_of(*map(field, range(3)), file(10 << 10))
report(with_python_multipart(body) if peer() == "python-multipart" else with_tornado(body))
