import codecs
import html
import json
import tracemalloc
import urllib.parse
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fujita import escape

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def test_utf8() -> None:
    assert escape.utf8("é") == b"\xc3\xa9"
    assert escape.utf8(b"\xff") == b"\xff"
    assert escape.utf8(None) is None
    with pytest.raises(TypeError, match="int"):
        escape.utf8(3)  # type: ignore[call-overload]


def test_to_unicode() -> None:
    assert escape.to_unicode(b"\xc3\xa9") == "é"
    assert escape.to_unicode("é") == "é"
    assert escape.to_unicode(None) is None
    with pytest.raises(UnicodeDecodeError):
        escape.to_unicode(b"\xff")
    with pytest.raises(TypeError, match="bytearray"):
        escape.to_unicode(bytearray())  # type: ignore[call-overload]


def test_old_names_of_to_unicode() -> None:
    assert escape.native_str is escape.to_unicode
    assert escape.to_basestring is escape.to_unicode
    assert escape._unicode is escape.to_unicode


def test_recursive_unicode() -> None:
    value = {b"a": [b"b", (b"c", 1)], "d": {2: b"e"}}
    assert escape.recursive_unicode(value) == {"a": ["b", ("c", 1)], "d": {2: "e"}}
    assert escape.recursive_unicode(None) is None


def test_squeeze() -> None:
    assert escape.squeeze("  a \t\r\n b\x00c  ") == "a b c"


@given(st.text())
def test_xhtml_escape_is_html_escape(text: str) -> None:
    assert escape.xhtml_escape(text) == html.escape(text)
    assert escape.xhtml_unescape(escape.xhtml_escape(text)) == text


def test_xhtml_escape_of_every_character_and_of_bytes() -> None:
    assert escape.xhtml_escape("<&>\"'") == "&lt;&amp;&gt;&quot;&#x27;"
    assert escape.xhtml_escape(b"\xc3\xa9&") == "é&amp;"
    assert escape.xhtml_unescape(b"&lt;&eacute;&#x20;&#32;&nope") == "<é  &nope"


@given(json_values)
def test_json_encode_is_json_dumps(value: Any) -> None:
    assert escape.json_encode(value) == json.dumps(value).replace("</", "<\\/")


@given(json_values, st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-8-sig", "utf-16-le"]))
def test_json_decode_is_json_loads(value: Any, encoding: str) -> None:
    text = json.dumps(value)
    for blanks in ("", " \n"):
        source = blanks + text + blanks
        assert repr(escape.json_decode(source)) == repr(json.loads(source))
        encoded = source.encode(encoding)
        assert repr(escape.json_decode(encoded)) == repr(json.loads(encoded))


@pytest.mark.parametrize(
    "source", ["", "{", "[1,]", "1 2", "a", '{"a":1}x', "\ufeff1", b"\xff\xff", "1\0", '"\n"']
)
def test_json_decode_refuses_what_json_loads_refuses(source: str | bytes) -> None:
    with pytest.raises(ValueError) as expected:
        json.loads(source)
    with pytest.raises(ValueError) as got:
        escape.json_decode(source)
    assert (type(got.value), str(got.value)) == (type(expected.value), str(expected.value))


def test_json_encode_cannot_end_a_script() -> None:
    assert escape.json_encode({"a": "</script>"}) == '{"a": "<\\/script>"}'


def test_json_encode_refuses_what_json_dumps_refuses() -> None:
    with pytest.raises(TypeError, match="Object of type bytes is not JSON serializable"):
        escape.json_encode([b"a"])
    circular: list[Any] = []
    circular.append(circular)
    with pytest.raises(ValueError, match="Circular reference"):
        escape.json_encode(circular)


def test_json_encode_sees_a_replaced_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json.JSONEncoder, "default", lambda self, value: repr(value))
    assert escape.json_encode({"a": b"b"}) == '{"a": "b\'b\'"}'


@pytest.mark.parametrize("accelerator", [None, lambda *arguments: lambda value, level: ("?",)])
def test_json_encode_without_the_accelerator(
    accelerator: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(json.encoder, "c_make_encoder", accelerator)
        encoder = escape._chunk_encoder()
    assert encoder({"a": [1]}, 0) == ('{"a": [1]}',)


@given(st.text() | st.binary())
def test_url_escape_is_quote(value: str | bytes) -> None:
    assert escape.url_escape(value) == urllib.parse.quote_plus(value)
    assert escape.url_escape(value, plus=False) == urllib.parse.quote(value)


def test_url_escape() -> None:
    assert escape.url_escape("+ #/é") == "%2B+%23%2F%C3%A9"
    assert escape.url_escape("+ #/é", plus=False) == "%2B%20%23/%C3%A9"
    assert escape.url_escape(bytearray(b"\xe9")) == "%E9"  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="NoneType"):
        escape.url_escape(None)  # type: ignore[arg-type]


quoted_text = st.lists(
    st.sampled_from(["%", "+", "a", "/", "%41", "%c3%A9", "%e9", "%zz", "é", "\\", " ", "4", "\n"]),
    max_size=20,
).map("".join)


@given(quoted_text, st.sampled_from(["utf-8", "latin-1", "ascii"]))
def test_url_unescape_is_unquote(text: str, encoding: str) -> None:
    for value in (text, text.encode()):
        assert escape.url_unescape(value, encoding) == urllib.parse.unquote_plus(text, encoding)
        assert escape.url_unescape(value, encoding, plus=False) == urllib.parse.unquote(
            text, encoding
        )
        octets = urllib.parse.unquote_to_bytes(text)
        assert escape.url_unescape(value, None, plus=False) == octets
        octets = urllib.parse.unquote_to_bytes(text.replace("+", " "))
        assert escape.url_unescape(value, None) == octets


def test_url_unescape_of_octets_that_are_not_text() -> None:
    assert escape.url_unescape(b"\xff+%fe", None) == b"\xff \xfe"


quoted_bytes = st.lists(
    st.sampled_from(
        [b"%", b"a", b"4", b"\\", b"=", b"_", b" ", b"%41", b"%0a", b"\r\n", b"%zz", b"%4", b"\xe9"]
    )
).map(b"".join)


@given(quoted_bytes)
def test_unquote_to_bytes_is_that_of_urllib(data: bytes) -> None:
    for repeated in (data, data * 8, data * 1000):
        assert escape._unquote_to_bytes(repeated) == urllib.parse.unquote_to_bytes(repeated)


@pytest.mark.parametrize("data", [b"%41" * 100_000, b"%" * 300_000, b"%a" * 150_000])
def test_unquote_needs_memory_of_a_few_copies(data: bytes) -> None:
    escape.parse_qs_bytes(b"a=" + data[:100])
    tracemalloc.start()
    try:
        escape.parse_qs_bytes(b"a=" + data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12 * len(data)


@given(
    st.lists(
        st.sampled_from([b"a", b"=", b"&", b"+", b"%41", b"%26", b"\xe9", b";", b"%"]), max_size=20
    ).map(b"".join),
    st.booleans(),
    st.booleans(),
)
def test_parse_qs_bytes_is_parse_qs(query: bytes, keep_blank: bool, strict: bool) -> None:
    def outcome(parse: Callable[[], dict[str, list[Any]]]) -> Any:
        try:
            return parse()
        except ValueError:
            return ValueError

    text = query.decode("latin-1")
    expected = outcome(lambda: urllib.parse.parse_qs(text, keep_blank, strict, encoding="latin-1"))
    for value in (query, text):
        got = outcome(lambda value=value: escape.parse_qs_bytes(value, keep_blank, strict))  # type: ignore[misc]
        if got is not ValueError:
            got = {
                name: [codecs.decode(item, "latin-1") for item in items]
                for name, items in got.items()
            }
        assert got == expected


def test_parse_qs_bytes() -> None:
    assert escape.parse_qs_bytes("%E9=%E9+%2B&a=1&a=2") == {"é": [b"\xe9 +"], "a": [b"1", b"2"]}
    assert escape.parse_qs_bytes("") == {}


def test_parse_qs_bytes_limits_the_fields() -> None:
    assert len(escape.parse_qs_bytes(b"a=1&b=2", max_num_fields=2)) == 2
    with pytest.raises(ValueError, match="Max number of fields exceeded"):
        escape.parse_qs_bytes(b"a=1&b=2&", max_num_fields=2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see http://a.b/c.", 'see <a href="http://a.b/c">http://a.b/c</a>.'),
        ("www.a.b!", '<a href="http://www.a.b">www.a.b</a>!'),
        ("(https://a.b/c_(d))", '(<a href="https://a.b/c_(d)">https://a.b/c_(d)</a>)'),
        ("http://a.b/.(c)", '<a href="http://a.b/">http://a.b/</a>.(c)'),
        ("http://a.b/(c", '<a href="http://a.b/">http://a.b/</a>(c'),
        ("<http://a.b/?c&d>", '&lt;<a href="http://a.b/?c&amp;d">http://a.b/?c&amp;d</a>&gt;'),
        ('"http://a.b/"', '&quot;<a href="http://a.b/">http://a.b/</a>&quot;'),
        ("--http://a.b", '--<a href="http://a.b">http://a.b</a>'),
        ("http://é.jp/ü", '<a href="http://é.jp/ü">http://é.jp/ü</a>'),
        ("javascript:/alert(1) x-http://a", "javascript:/alert(1) x-http://a"),
        (b"http://a.b", '<a href="http://a.b">http://a.b</a>'),
        ("no link at all", "no link at all"),
    ],
)
def test_linkify(text: str | bytes, expected: str) -> None:
    assert escape.linkify(text) == expected


def test_linkify_protocols() -> None:
    assert escape.linkify("www.a.b", require_protocol=True) == "www.a.b"
    link = escape.linkify("http://a ftp://b", permitted_protocols={"ftp"})
    assert link == 'http://a <a href="ftp://b">ftp://b</a>'


def test_linkify_extra_params() -> None:
    assert escape.linkify("www.a", extra_params=' rel="x" ') == (
        '<a href="http://www.a" rel="x">www.a</a>'
    )
    assert escape.linkify("www.a", extra_params=lambda url: f' id="{url}" ') == (
        '<a href="http://www.a" id="http://www.a">www.a</a>'
    )


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://exactly30characters.com/ab", "http://exactly30characters.com/ab"),
        ("http://example.com/folder/page.html", "http://example.com/folder..."),
        ("http://example.com/longfolder/page", "http://example.com/longfold..."),
        ("http://example.com/page.html?question", "http://example.com/page..."),
        ("http://example.com/?q=123456789012345", "http://example.com/..."),
        ("www.a-very-long-name-of-a-host.com/a/b/c", "www.a-very-long-name-of-a-host.com/a..."),
        ("http://" + "h" * 39, "http://" + "h" * 23 + "..."),
        ("http://" + "h" * 38, "http://" + "h" * 38),
        ("http://example.com/abcdef&ghijklmnopq", "http://example.com/abcdef..."),
        ("http://example.com/ab&ghijklmnopqrstu", "http://example.com/ab&amp;g..."),
    ],
)
def test_linkify_shortens(url: str, shown: str) -> None:
    href = escape.xhtml_escape(url if "://" in url else "http://" + url)
    title = f' title="{href}"' if shown.endswith("...") else ""
    assert escape.linkify(url, shorten=True) == f'<a href="{href}"{title}>{shown}</a>'


def test_all_names_exist() -> None:
    for name in escape.__all__:
        assert hasattr(escape, name)
