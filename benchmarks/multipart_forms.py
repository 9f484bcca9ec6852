"""Parses the same forms with Fujita, Tornado and two other parsers, and compares the times.

usage: python benchmarks/multipart_forms.py [--rounds N]

The peers (tornado, python-multipart, multipart) take part if they can be imported. What each
finds in a form is checked against Fujita first. The parsers take turns in each round, and of all
rounds the best time counts, so that other work on the machine disturbs them alike. "in 64 KB"
feeds a body in pieces, as it comes off a socket; Tornado can only parse whole bodies and sits
that out.
"""

import argparse
import random
import timeit
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any

from fujita.wire.multipart import MultipartParser, PartBegin, PartData

BOUNDARY = b"----WebKitFormBoundary7MA4YWxkTrZu0gW"
PIECE_SIZE = 65536
ENOUGH_SECONDS = 0.02  # what one measurement of one parser lasts at least

Form = list[tuple[str, bytes]]
Parse = Callable[[list[bytes]], Form]


def body_of(*parts: tuple[bytes, bytes]) -> bytes:
    lines = [b"--%s\r\n%s\r\n\r\n%s\r\n" % (BOUNDARY, header, content) for header, content in parts]
    return b"".join(lines) + b"--%s--\r\n" % BOUNDARY


def field(number: int) -> tuple[bytes, bytes]:
    return b'Content-Disposition: form-data; name="field%d"' % number, b"value %d" % number


def file(content: bytes) -> tuple[bytes, bytes]:
    disposition = b'Content-Disposition: form-data; name="photo"; filename="fuji.jpg"'
    return disposition + b"\r\nContent-Type: image/jpeg", content


def bodies() -> dict[str, bytes]:
    noise = random.Random(3776).randbytes(10 << 20)
    return {
        "10 fields": body_of(*map(field, range(10))),
        "3 fields, file of 10 KB": body_of(*map(field, range(3)), file(noise[:10240])),
        "99 empty files": body_of(*[file(b"")] * 99),
        "file of 10 MB": body_of(file(noise)),
        "file of 10 MB, all CRLF": body_of(file(b"\r\n" * (5 << 20))),
        "file of 1 MB, all delimiters' starts": body_of(file(b"\r\n--" * (1 << 18))),
    }


def fujita(pieces: list[bytes]) -> Form:
    parser = MultipartParser(BOUNDARY)
    form: Form = []
    for piece in pieces:
        for event in parser.feed(piece):
            if isinstance(event, PartBegin):
                name, contents = event.name, []
            elif isinstance(event, PartData):
                contents.append(event.data)
            else:
                form.append((name, b"".join(contents)))
    parser.finish()
    return form


def tornado(module: Any) -> Parse:
    def parse(pieces: list[bytes]) -> Form:
        arguments: dict[str, list[bytes]] = {}
        files: dict[str, list[Any]] = {}
        module.parse_multipart_form_data(BOUNDARY, pieces[0], arguments, files)
        form = [(name, value) for name, values in arguments.items() for value in values]
        return form + [(name, file.body) for name, values in files.items() for file in values]

    return parse


def python_multipart(module: Any) -> Parse:
    """Through its event callbacks, as Starlette uses it."""

    def parse(pieces: list[bytes]) -> Form:
        form: Form = []
        contents: list[bytes] = []
        fields: dict[bytes, bytes] = {}
        name_parts: list[bytes] = []
        value_parts: list[bytes] = []

        def on_part_begin() -> None:
            contents.clear()
            fields.clear()

        def on_header_end() -> None:
            fields[b"".join(name_parts).lower()] = b"".join(value_parts)
            name_parts.clear()
            value_parts.clear()

        def on_part_end() -> None:
            _, options = module.parse_options_header(fields[b"content-disposition"])
            form.append((options[b"name"].decode(), b"".join(contents)))

        callbacks = {
            "on_part_begin": on_part_begin,
            "on_header_field": lambda data, start, end: name_parts.append(data[start:end]),
            "on_header_value": lambda data, start, end: value_parts.append(data[start:end]),
            "on_header_end": on_header_end,
            "on_part_data": lambda data, start, end: contents.append(data[start:end]),
            "on_part_end": on_part_end,
        }
        parser = module.MultipartParser(BOUNDARY, callbacks)
        for piece in pieces:
            parser.write(piece)
        parser.finalize()
        return form

    return parse


def multipart(module: Any) -> Parse:
    def parse(pieces: list[bytes]) -> Form:
        form: Form = []
        contents: list[bytes] = []
        with module.PushMultipartParser(BOUNDARY) as parser:
            for piece in pieces:
                for event in parser.parse(piece):
                    if isinstance(event, module.MultipartSegment):
                        name = event.name
                        contents = []
                    elif event:
                        contents.append(bytes(event))
                    else:
                        form.append((name, b"".join(contents)))
        return form

    return parse


def parsers() -> Iterator[tuple[str, Parse]]:
    yield "fujita", fujita
    peers = [
        ("tornado", "tornado.httputil", tornado),
        ("python-multipart", "python_multipart.multipart", python_multipart),
        ("multipart", "multipart", multipart),
    ]
    for name, module_name, adapt in peers:
        try:
            yield name, adapt(import_module(module_name))
        except ImportError:
            print(f"{name}: not installed")


def compare(case: str, pieces: list[bytes], contenders: dict[str, Parse], rounds: int) -> None:
    expected = fujita(pieces)
    timers = {}
    for name, parse in contenders.items():
        if sorted(parse(pieces)) != sorted(expected):
            print(f"{case}: {name} finds another form")
            continue
        timers[name] = timeit.Timer(partial(parse, pieces))
    best = dict.fromkeys(timers, float("inf"))
    loops = {
        name: max(1, round(ENOUGH_SECONDS / max(timer.timeit(1), 1e-6)))
        for name, timer in timers.items()
    }
    for _ in range(rounds):
        for name, timer in timers.items():
            best[name] = min(best[name], timer.timeit(loops[name]) / loops[name])
    shown = "  ".join(
        f"{name} {seconds * 1e6:9.1f} us ({seconds / best['fujita']:4.1f}x)"
        for name, seconds in best.items()
    )
    print(f"{case:46} {shown}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    contenders = dict(parsers())
    for case, body in bodies().items():
        compare(case, [body], contenders, rounds)
        if len(body) > PIECE_SIZE:
            pieces = [body[i : i + PIECE_SIZE] for i in range(0, len(body), PIECE_SIZE)]
            incremental = {name: parse for name, parse in contenders.items() if name != "tornado"}
            compare(f"{case}, in 64 KB", pieces, incremental, rounds)


if __name__ == "__main__":
    main()
