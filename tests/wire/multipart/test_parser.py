import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fujita.wire.multipart import (
    Event,
    MultipartError,
    MultipartParser,
    PartBegin,
    PartData,
    PartEnd,
)

FIELD = b'Content-Disposition: form-data; name="hut"\r\n'
FILE = (
    b'Content-Disposition: form-data; name="photo"; filename="fuji.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n"
)
UNUSUAL = b"X-Hut: 8\r\ncontent-disposition:form-data;name=hut\r\n"

Summary = list[tuple[str, str | None, bytes]] | str


def events_of(pieces: list[bytes], boundary: bytes = b"B", **limits: int) -> list[Event]:
    parser = MultipartParser(boundary, **limits)
    events = [event for piece in pieces for event in parser.feed(piece)]
    parser.finish()
    return events


def summary(pieces: list[bytes], boundary: bytes = b"B", **limits: int) -> Summary:
    """The parts with their content in one piece, or the error's text."""
    try:
        events = events_of(pieces, boundary, **limits)
    except MultipartError as error:
        return str(error)
    parts: list[tuple[str, str | None, bytes]] = []
    inside = False
    for event in events:
        if isinstance(event, PartBegin):
            assert not inside
            parts.append((event.name, event.filename, b""))
        elif isinstance(event, PartData):
            assert inside
            assert event.data
            name, filename, content = parts[-1]
            parts[-1] = name, filename, content + event.data
        else:
            assert inside
        inside = not isinstance(event, PartEnd)
    assert not inside
    return parts


def part(content: bytes, header: bytes = FIELD) -> bytes:
    return b"--B\r\n" + header + b"\r\n" + content + b"\r\n"


def pieces_of_one_byte(body: bytes) -> list[bytes]:
    return [body[i : i + 1] for i in range(len(body))]


def test_events_of_one_part() -> None:
    assert events_of([part(b"8th") + b"--B--\r\n"]) == [
        PartBegin("hut", None, None, FIELD),
        PartData(b"8th"),
        PartEnd(),
    ]


def test_file() -> None:
    begin = events_of([part(b"\xff\xd8", FILE) + b"--B--"])[0]
    assert isinstance(begin, PartBegin)
    assert (begin.name, begin.filename, begin.content_type) == ("photo", "fuji.jpg", "image/jpeg")
    assert begin.headers == {
        "content-disposition": 'form-data; name="photo"; filename="fuji.jpg"',
        "content-type": "image/jpeg",
    }


def test_content_is_given_out_before_the_part_is_complete() -> None:
    parser = MultipartParser(b"B")
    assert parser.feed(b"--B\r\n" + FIELD + b"\r\nabc")[1:] == [PartData(b"abc")]
    assert parser.feed(b"def\r") == [PartData(b"def")]
    assert parser.feed(b"\n--B") == []
    assert parser.feed(b"x") == [PartData(b"\r\n--Bx")]
    assert parser.feed(b"\r\n--B--") == [PartEnd()]
    parser.finish()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r",
        b"\r\n",
        b"\r\n\r\n",
        b"-",
        b"--",
        b"--Bx",
        b"x--B--",
        b"\r\n--",
        b"\r\n--Bx",
        b"\r\n--B -",
        b"\n--B\n",
        b"\n--B--",
        b"\r\r\n--B \r\n",
        b"\r\n-\r\n--\r\n--A",
    ],
)
def test_content_that_resembles_a_delimiter(content: bytes) -> None:
    body = part(content) + part(content, UNUSUAL) + b"--B--\r\n"
    expected = [("hut", None, content)] * 2
    assert summary([body]) == expected
    assert summary(pieces_of_one_byte(body)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"--B--", []),
        (b"--B\r\n--B\r\n--B--", []),
        (b"--B\r\n" + FIELD + b"\r\n--B--", [("hut", None, b"")]),
        (part(b"8") + b"--B--\r\n--B\r\nwhat follows is passed over", [("hut", None, b"8")]),
        (
            part(b"8") + b"--B\r\n" + part(b"8") + b"--B--",
            [("hut", None, b"8")] * 2,
        ),
        (part(b"8", FIELD.replace(b"\r\n", b"\nX: y\r\n")) + b"--B--", [("hut", None, b"8")]),
    ],
)
def test_unusual_but_readable(body: bytes, expected: Summary) -> None:
    assert summary([body]) == expected
    assert summary(pieces_of_one_byte(body)) == expected


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "no final boundary found"),
        (b"--", "no final boundary found"),
        (b"--B", "no final boundary found"),
        (b"--B-", "no final boundary found"),
        (part(b"8"), "no final boundary found"),
        (part(b"8") + b"--B\r\n", "no final boundary found"),
        (b"--B\r\n" + FIELD + b"\r\n8--B--", "no final boundary found"),
        (b"preamble\r\n" + part(b"8") + b"--B--", "does not begin with its boundary"),
        (b"\r\n" + part(b"8") + b"--B--", "does not begin with its boundary"),
        (b"--C\r\n" + FIELD + b"\r\n8\r\n--C--", "does not begin with its boundary"),
        (b"--B \r\n" + FIELD + b"\r\n8\r\n--B--", "does not begin with its boundary"),
        (b"--B\r\n\r\n8\r\n--B--", "missing headers"),
        (b"--B\r\n\r\n\r\n8\r\n--B--", "missing headers"),
        (b"--B\r\n8\r\n--B--", "missing headers"),
        (b"--B\r\n" + FIELD + b"--B--", "missing headers"),
        (b"--B\r\n" + FIELD + part(b"8") + b"--B--", "missing headers"),
        (part(b"8", b"X: y\r\n") + b"--B--", "expected a part with the disposition form-data"),
        (part(b"8", b"Content-Disposition: form-data\r\n") + b"--B--", "missing name"),
        (part(b"8", FIELD + b" folded\r\n") + b"--B--", "folding not supported"),
        (part(b"8", FIELD.replace(b"hut", b"\xff")) + b"--B--", "not valid UTF-8"),
    ],
)
def test_malformed(body: bytes, message: str) -> None:
    whole = summary([body])
    assert isinstance(whole, str)
    assert message in whole
    assert summary(pieces_of_one_byte(body)) == whole


def test_a_failed_parser_stays_failed() -> None:
    parser = MultipartParser(b"B")
    with pytest.raises(MultipartError, match="boundary"):
        parser.feed(b"--C\r\n")
    with pytest.raises(MultipartError, match="boundary"):
        parser.feed(b"--B--")
    with pytest.raises(MultipartError, match="boundary"):
        parser.finish()


@pytest.mark.parametrize("boundary", [b"a\rb", b"a\nb"])
def test_boundary_with_a_line_end(boundary: bytes) -> None:
    with pytest.raises(MultipartError, match="line end"):
        MultipartParser(boundary)


@pytest.mark.parametrize("boundary", [b"", b"-", b"--", b"B--", b"x" * 200, b"\xff"])
def test_any_other_boundary(boundary: bytes) -> None:
    delimiter = b"--" + boundary
    body = delimiter + b"\r\n" + FIELD + b"\r\n8\r\n" + delimiter + b"--"
    assert summary([body], boundary) == [("hut", None, b"8")]
    assert summary(pieces_of_one_byte(body), boundary) == [("hut", None, b"8")]


def test_limit_of_parts() -> None:
    assert len(summary([part(b"8") * 3 + b"--B--"], max_parts=3)) == 3
    expected = "multipart/form-data has too many parts"
    assert summary([part(b"8") * 4 + b"--B--"], max_parts=3) == expected
    assert summary([b"--B\r\n" * 4 + b"--B--"], max_parts=3) == expected


@pytest.mark.parametrize("header", [FIELD, UNUSUAL])
def test_limit_of_the_header(header: bytes) -> None:
    body = part(b"8", header) + b"--B--"
    size = len(header.removesuffix(b"\r\n"))
    expected = "multipart/form-data part header too large"
    for pieces in [body], pieces_of_one_byte(body):
        assert summary(pieces, max_header_size=size) == [("hut", None, b"8")]
        assert summary(pieces, max_header_size=size - 1) == expected


def test_header_without_an_end_is_refused_early() -> None:
    parser = MultipartParser(b"B", max_header_size=100)
    parser.feed(b"--B\r\n")
    for _ in range(103):
        assert parser.feed(b"x") == []
    with pytest.raises(MultipartError, match="too large"):
        parser.feed(b"x")


def test_memory_does_not_grow_with_the_part() -> None:
    chunk = b"\r\n--A" * 1000
    parser = MultipartParser(b"B")
    parser.feed(b"--B\r\n" + FIELD + b"\r\n")
    tracemalloc.start()
    try:
        size = sum(
            len(event.data)
            for _ in range(200)
            for event in parser.feed(chunk)
            if isinstance(event, PartData)
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == 200 * len(chunk)
    assert peak < 10 * len(chunk)


FRAGMENTS = [
    b"--B\r\n",
    b"--B--",
    b"\r\n--B\r\n",
    b"\r\n--B--",
    b"\r\n--B",
    b"\r\n",
    b"\r",
    b"\n",
    b"-",
    b"--",
    b"B",
    b":",
    b" ",
    b"x",
    FIELD,
    FIELD + b"\r\n",
    FILE + b"\r\n",
    UNUSUAL + b"\r\n",
    b"X: y\r\n",
    b'Content-Disposition: form-data; name="--B"\r\n',
]


@st.composite
def split_bodies(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    fragments = draw(st.lists(st.sampled_from(FRAGMENTS), max_size=12))
    body = draw(st.sampled_from([b"", b"--B\r\n", b"--B\r\n" + FIELD + b"\r\n"]))
    body += b"".join(fragments)
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=10)))
    return body, [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]


@given(split_bodies(), st.sampled_from([10, 43, 100]), st.sampled_from([1, 3, 100]))
@example((b"--B\r\n\r", [b"--B\r\n\r", b""]), 10, 3)
def test_any_split_gives_the_same(
    split_body: tuple[bytes, list[bytes]], max_header_size: int, max_parts: int
) -> None:
    body, pieces = split_body
    whole = summary([body], max_parts=max_parts, max_header_size=max_header_size)
    for other in pieces, pieces_of_one_byte(body):
        assert whole == summary(other, max_parts=max_parts, max_header_size=max_header_size)


names = st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs"], exclude_characters='"\\\x7f'),
    min_size=1,
)


@given(
    st.lists(st.tuples(names, st.none() | names, st.binary()), max_size=5),
    st.integers(1, 20),
)
def test_what_was_encoded_is_parsed(
    parts: list[tuple[str, str | None, bytes]], piece_size: int
) -> None:
    boundary = b"----a boundary that no content has"
    body = b""
    for name, filename, content in parts:
        header = f'Content-Disposition: form-data; name="{name}"'
        if filename is not None:
            header += f'; filename="{filename}"'
        body += b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary, header.encode(), content)
    body += b"--%s--\r\n" % boundary
    pieces = [body[i : i + piece_size] for i in range(0, len(body), piece_size)]
    assert summary(pieces, boundary) == parts
