import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita.wire.multipart import MultipartError, PartBegin
from fujita.wire.multipart.fields import parse_fields
from fujita.wire.multipart.header import match_usual_header, parse_part_header


def parse(*lines: str) -> PartBegin:
    return parse_part_header("".join(line + "\r\n" for line in lines).encode())


def test_fields_are_joined_and_their_names_lowered() -> None:
    lines = b"X-Hut: 7 \r\nx-hut:\t8\r\nContent-Type:\r\n"
    assert parse_fields(lines) == {"x-hut": "7,8", "content-type": ""}


@pytest.mark.parametrize(
    ("disposition", "name", "filename"),
    [
        ('form-data; name="a"', "a", None),
        ("form-data; name=a; filename=b", "a", "b"),
        ('Form-Data; filename="b"; NAME="a"', "a", "b"),
        ('form-data; name="a"; filename=""', "a", ""),
        (r'form-data; name="a\"b"; filename="c;d.txt"', 'a"b', "c;d.txt"),
        (r'form-data; name="a"; filename="C:\photos\fuji.jpg"', "a", r"C:\photos\fuji.jpg"),
        ('form-data; name="a"; filename="x"; filename*=UTF-8\'\'%E5%AF%8C', "a", "富"),
        ('form-data; name="富士"; filename="山.jpg"', "富士", "山.jpg"),
    ],
)
def test_disposition(disposition: str, name: str, filename: str | None) -> None:
    begin = parse(f"Content-Disposition: {disposition}")
    assert (begin.name, begin.filename, begin.content_type) == (name, filename, None)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["X: y"], "disposition form-data"),
        (["Content-Disposition: attachment; name=a"], "'attachment'"),
        (["Content-Disposition: form-data; filename=a"], "missing name"),
        (['Content-Disposition: form-data; name=""'], "missing name"),
        (["Content-Disposition: form-data; name=a"] * 2, "several Content-Disposition"),
        (["no colon"], "no colon"),
        ([" X: y"], "folding"),
        (["X : y"], "Invalid header name 'X '"),
        ([": y"], "Invalid header name ''"),
        (["X: a\rb"], r"Invalid header value 'a\\rb'"),
        (["X: a\x00"], r"Invalid header value 'a\\x00'"),
        (["X: a\x7f"], r"Invalid header value 'a\\x7f'"),
    ],
)
def test_refused(lines: list[str], message: str) -> None:
    with pytest.raises(MultipartError, match=message):
        parse(*lines)


def test_a_long_disposition_is_not_repeated_in_full() -> None:
    with pytest.raises(MultipartError) as raised:
        parse("Content-Disposition: " + "x" * 9000)
    assert len(str(raised.value)) < 200


def test_an_incomplete_or_unusual_header_is_left_to_the_other_parser() -> None:
    assert match_usual_header(b'Content-Disposition: form-data; name="a"\r\n', 0) is None
    assert match_usual_header(b'Content-Disposition: form-data; name="\xff"\r\n\r\n', 0) is None
    assert match_usual_header(b'Content-Disposition: form-data; name=""\r\n\r\n', 0) is None
    assert match_usual_header(b"X: y\r\n\r\n", 0) is None


quoted = st.text(st.sampled_from("aZ ;=*%4'é富\x85\xa0\t\\"))


@given(quoted, st.none() | quoted, st.none() | st.sampled_from(["text/plain", "a/b; c=d", "x"]))
def test_both_parsers_agree(name: str, filename: str | None, content_type: str | None) -> None:
    lines = f'Content-Disposition: form-data; name="{name}"'
    if filename is not None:
        lines += f'; filename="{filename}"'
    lines += "\r\n"
    if content_type is not None:
        lines += f"Content-Type: {content_type}\r\n"
    usual = match_usual_header(b"--B\r\n" + lines.encode() + b"\r\n...", len(b"--B\r\n"))
    if usual is not None:
        assert usual == parse_part_header(lines.encode())
