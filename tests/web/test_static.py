import asyncio
import datetime
import hashlib
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from fujita.httputil import format_timestamp
from fujita.web import Application, HTTPError, RequestHandler, StaticFileHandler
from fujita.web.static_content import CHUNK_SIZE
from tests.sites import Serve, Site
from tests.web.static_files import MODIFIED, TAG, TEXT, serving


@pytest.fixture
def site(serve: Serve, root: Path) -> Site:
    return serve(serving(root))


def test_a_file(site: Site) -> None:
    response = site.get("/files/text.txt")
    assert (response.status, response.body) == (200, TEXT)
    assert dict(response.headers) == {
        "Accept-Ranges": "bytes",
        "Content-Length": "20",
        "Content-Type": "text/plain",
        "Date": response.headers["Date"],
        "Etag": TAG,
        "Last-Modified": format_timestamp(MODIFIED),
        "Server": response.headers["Server"],
    }


def test_head(site: Site) -> None:
    for path in ("text.txt", "empty.txt", "missing.txt"):
        got, headed = site.get(f"/files/{path}"), site.head(f"/files/{path}")
        assert headed.body == b""
        assert headed.status == got.status
        del got.headers["Date"], headed.headers["Date"]
        assert headed.headers.items() == got.headers.items()


def test_an_empty_file(site: Site) -> None:
    response = site.get("/files/empty.txt")
    assert (response.status, response.body) == (200, b"")
    assert response.headers["Content-Length"] == "0"


@pytest.mark.parametrize(
    ("value", "content_range", "body"),
    [
        ("bytes=0-4", "bytes 0-4/20", TEXT[:5]),
        ("bytes=5-5", "bytes 5-5/20", TEXT[5:6]),
        ("bytes=15-", "bytes 15-19/20", TEXT[15:]),
        ("bytes=1-1000", "bytes 1-19/20", TEXT[1:]),
        ("bytes=-3", "bytes 17-19/20", TEXT[-3:]),
        ("bytes=19-19", "bytes 19-19/20", TEXT[19:]),
    ],
)
def test_a_range(site: Site, value: str, content_range: str, body: bytes) -> None:
    response = site.get("/files/text.txt", Range=value)
    assert (response.status, response.body) == (206, body)
    assert response.headers["Content-Range"] == content_range
    assert response.headers["Content-Length"] == str(len(body))
    assert response.headers["Etag"] == TAG
    headed = site.head("/files/text.txt", Range=value)
    assert (headed.status, headed.body) == (206, b"")
    assert headed.headers["Content-Range"] == content_range


@pytest.mark.parametrize(
    "value",
    [
        *("bytes=0-", "bytes=0-19", "bytes=0-99", "bytes=-20", "bytes=-99"),
        *("bytes=", "bytes=-", "bytes=1-2,4-5", "bytes=x-y", "lines=1-2", "junk"),
    ],
)
def test_a_range_of_everything_or_of_nothing_sensible(site: Site, value: str) -> None:
    response = site.get("/files/text.txt", Range=value)
    assert (response.status, response.body) == (200, TEXT)
    assert "Content-Range" not in response.headers


@pytest.mark.parametrize("value", ["bytes=20-", "bytes=20-30", "bytes=5-2", "bytes=-0"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_range_beyond_the_end(site: Site, value: str, method: str) -> None:
    response = site.request(method, "/files/text.txt", {"Range": value})
    assert (response.status, response.body) == (416, b"")
    assert response.headers["Content-Range"] == "bytes */20"


def test_a_range_of_an_empty_file(site: Site) -> None:
    assert site.get("/files/empty.txt", Range="bytes=0-").status == 416


@pytest.mark.parametrize(
    ("validator", "status"),
    [
        (TAG, 206),
        (format_timestamp(MODIFIED), 206),
        ('"another"', 200),
        (f"W/{TAG}", 200),
        (format_timestamp(MODIFIED + 1), 200),
    ],
)
def test_a_range_of_the_same_file_only(site: Site, validator: str, status: int) -> None:
    response = site.get("/files/text.txt", Range="bytes=1-3", If_Range=validator)
    assert response.status == status


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": TAG},
        {"If-None-Match": f'"x", W/{TAG}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": format_timestamp(MODIFIED)},
        {"If-Modified-Since": format_timestamp(MODIFIED + 1)},
        {"If-None-Match": TAG, "If-Modified-Since": format_timestamp(MODIFIED - 1)},
        {"If-None-Match": TAG, "Range": "bytes=1-3"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_not_modified(site: Site, headers: dict[str, str], method: str) -> None:
    response = site.request(method, "/files/text.txt", headers)
    assert (response.status, response.body) == (304, b"")
    assert response.headers["Etag"] == TAG
    assert "Content-Length" not in response.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"x"'},
        {"If-None-Match": '"x"', "If-Modified-Since": format_timestamp(MODIFIED)},
        {"If-Modified-Since": format_timestamp(MODIFIED - 1)},
        {"If-Modified-Since": "no date"},
        {"If-Modified-Since": "Fri, 01 Jan 1960 00:00:00 GMT"},
        {"If-Modified-Since": "Fri, 01 Jan 99999999999999 00:00:00 GMT"},
    ],
)
def test_modified(site: Site, headers: dict[str, str]) -> None:
    response = site.request("GET", "/files/text.txt", headers)
    assert (response.status, response.body) == (200, TEXT)


def test_a_url_with_a_version_may_be_cached_for_years(site: Site) -> None:
    response = site.get("/files/text.txt?v=1")
    assert response.headers["Cache-Control"] == "max-age=315360000"
    assert int(response.headers["Expires"].split()[3]) >= datetime.date.today().year + 9
    plain = site.get("/files/text.txt")
    assert "Cache-Control" not in plain.headers
    assert "Expires" not in plain.headers


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.html", "text/html"),
        ("a.js", "text/javascript"),
        ("a.json", "application/json"),
        ("a.xml.gz", "application/gzip"),
        ("a.bz2", "application/octet-stream"),
        ("a.unheard-of", "application/octet-stream"),
        ("none", "application/octet-stream"),
    ],
)
def test_content_types(site: Site, root: Path, name: str, media_type: str) -> None:
    (root / name).write_bytes(b"x")
    assert site.get(f"/files/{name}").headers["Content-Type"] == media_type


def test_names_are_unescaped(site: Site, root: Path) -> None:
    (root / "ä b.txt").write_bytes(b"x")
    assert site.get("/files/%C3%A4%20b.txt").body == b"x"


def test_a_large_file_goes_out_in_pieces_and_lets_others_have_their_turn(
    serve: Serve, root: Path
) -> None:
    content = os.urandom(20 * CHUNK_SIZE + 5)
    (root / "large.bin").write_bytes(content)
    turns = []

    class Counting(StaticFileHandler):
        def on_finish(self) -> None:
            turns.append("sent")

        async def prepare(self) -> None:
            loop = asyncio.get_running_loop()

            def turn() -> None:
                turns.append("turn")
                # The client is a thread of this process, and a loop that never rests lets it
                # run for moments only: it took from 0.03 s to beyond 10 s to read the file.
                time.sleep(0.0001)
                if "sent" not in turns:
                    loop.call_soon(turn)

            loop.call_soon(turn)

    assert serve(serving(root, Counting)).get("/files/large.bin").body == content
    assert turns.index("sent") >= 20


def test_a_large_file_is_hashed_off_the_loop(serve: Serve, root: Path) -> None:
    (root / "large.bin").write_bytes(bytes(1024 * 1024 + 1))
    threads = []

    class Noting(StaticFileHandler):
        @classmethod
        def get_content_version(cls, abspath: str) -> str:
            threads.append(threading.current_thread().name)
            return super().get_content_version(abspath)

    site = serve(serving(root, Noting))
    for _ in range(2):
        assert site.head("/files/large.bin").headers["Etag"]
        assert site.head("/files/text.txt").headers["Etag"] == TAG
    hashed, small = threads
    assert hashed != "server"
    assert small == "server"


def test_a_client_that_goes_away_in_the_middle(
    serve: Serve, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (root / "large.bin").write_bytes(bytes(30_000_000))
    finished = asyncio.Event()

    class Noting(StaticFileHandler):
        def on_finish(self) -> None:
            finished.set()

    site = serve(serving(root, Noting))
    with site.connect() as connection:
        connection.sendall(b"GET /files/large.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(100)
    site.run(finished.wait)
    assert "StreamClosedError" not in caplog.text


def test_the_setting_static_path(serve: Serve, root: Path) -> None:
    (root / "robots.txt").write_text("robots")
    (root / "favicon.ico").write_text("icon")

    class Url(RequestHandler):
        def get(self, path: str) -> None:
            self.write(self.static_url(path, include_version=not self.get_argument("bare", None)))

    class Absolute(Url):
        include_host = True

    handlers = [("/url/(.*)", Url), ("/absolute/(.*)", Absolute)]
    site = serve(Application(handlers, static_path=str(root)))
    assert site.get("/static/text.txt").body == TEXT
    assert site.get("/robots.txt").text == "robots"
    assert site.get("/favicon.ico").text == "icon"
    url = "/static/text.txt?v=" + TAG.strip('"')
    assert site.get("/url/text.txt").text == url
    assert site.get("/absolute/text.txt").text == site.url + url
    assert site.get("/url/text.txt?bare=1").text == "/static/text.txt"
    assert site.get("/url/missing.txt").text == "/static/missing.txt"
    assert site.get(url).headers["Cache-Control"]


def test_the_settings_beside_it(serve: Serve, root: Path) -> None:
    class Marked(StaticFileHandler):
        def set_extra_headers(self, path: str) -> None:
            self.set_header("X-Path", path)

    site = serve(
        Application(
            static_path=str(root),
            static_url_prefix="/s/",
            static_handler_class=Marked,
            static_handler_args={"default_filename": "index.html"},
        )
    )
    response = site.get("/s/folder/")
    assert response.text == "index"
    assert response.headers["X-Path"] == "folder/"


def test_cache_times_of_one_s_own(serve: Serve, root: Path) -> None:
    asked = []

    class Cached(StaticFileHandler):
        def get_cache_time(
            self, path: str, modified: datetime.datetime | None, mime_type: str
        ) -> int:
            asked.append((path, modified, mime_type))
            return 60

    response = serve(serving(root, Cached)).get("/files/text.txt")
    assert response.headers["Cache-Control"] == "max-age=60"
    modified = datetime.datetime.fromtimestamp(MODIFIED, datetime.UTC)
    assert asked == [("text.txt", modified, "text/plain")]


class Stored(StaticFileHandler):
    """Serves what is no file, as a program with a database may."""

    contents = {"memory:a.txt": b"from memory"}  # noqa: RUF012 - fixed for the test

    @classmethod
    def make_static_url(
        cls, settings: dict[str, Any], path: str, include_version: bool = True
    ) -> str:
        return f"/files/{cls.get_version(settings, path)}/{path}"

    @classmethod
    def get_version(cls, settings: dict[str, Any], path: str) -> str:
        return "7"

    def parse_url_path(self, url_path: str) -> str:
        return url_path.partition("/")[2]

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        return "memory:" + path

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        if absolute_path not in self.contents:
            raise HTTPError(404)
        return absolute_path

    @classmethod
    def get_content(  # type: ignore[override] # Tornado takes bytes, too.
        cls, abspath: str, start: int | None = None, end: int | None = None
    ) -> bytes:
        return cls.contents[abspath][start:end]

    def get_content_size(self) -> int:
        return len(self.contents[self.absolute_path])

    def get_modified_time(self) -> datetime.datetime | None:
        return datetime.datetime(2020, 1, 1)


def test_serving_what_is_no_file(serve: Serve, tmp_path: Path) -> None:
    class Url(RequestHandler):
        def get(self) -> None:
            self.write(self.static_url("a.txt"))

    site = serve(
        Application(
            [("/", Url)],
            static_path=str(tmp_path),
            static_url_prefix="/files/",
            static_handler_class=Stored,
        )
    )
    url = site.get("/").text
    assert url == "/files/7/a.txt"
    response = site.get(url)
    assert response.body == b"from memory"
    assert response.headers["Last-Modified"] == "Wed, 01 Jan 2020 00:00:00 GMT"
    assert response.headers["Etag"] == f'"{hashlib.sha512(b"from memory").hexdigest()}"'
    assert site.get(url, Range="bytes=5-").body == b"memory"
    since = "Wed, 01 Jan 2020 00:00:00 GMT"
    assert site.get(url, If_Modified_Since=since).status == 304
    assert site.get("/files/7/b.txt").status == 404


def test_a_subclass_may_search_several_folders(serve: Serve, root: Path) -> None:
    """As Jupyter's FileFindHandler does, without calling ``initialize`` of the base class."""

    class Searching(StaticFileHandler):
        def initialize(self, path: list[str]) -> None:  # type: ignore[override]
            self.root = path  # type: ignore[assignment]
            self.default_filename = None

        @classmethod
        def get_absolute_path(cls, roots: Any, path: str) -> str:
            candidates = [os.path.abspath(os.path.join(root, path)) for root in roots]
            return next(filter(os.path.exists, candidates), candidates[0])

        def validate_absolute_path(self, roots: Any, absolute_path: str) -> str | None:
            for candidate in roots:
                if absolute_path.startswith(candidate + os.sep):
                    return super().validate_absolute_path(candidate, absolute_path)
            return super().validate_absolute_path(roots[0], absolute_path)

    second = root.parent / "second"
    second.mkdir()
    (second / "two.txt").write_text("two")
    arguments = {"path": [str(root), str(second)]}
    site = serve(Application([("/files/(.*)", Searching, arguments)]))
    assert site.get("/files/text.txt").body == TEXT
    assert site.get("/files/two.txt").text == "two"
    assert site.get("/files/../root-secret.txt").status == 403


def test_every_step_of_serving_a_file_may_be_overridden(serve: Serve, root: Path) -> None:
    """As Jupyter's, bokeh's, panel's and voila's handlers of files do it."""

    class Own(StaticFileHandler):
        def set_headers(self) -> None:
            super().set_headers()
            self.set_header("X-Own", "yes")

        def compute_etag(self) -> str | None:
            return None

        async def get(self, path: str, include_body: bool = True) -> None:
            if path == "other":
                self.write("from elsewhere")
                return
            await super().get(path, include_body)

        async def head(self, path: str) -> None:
            self.set_header("X-Head", path)
            await self.get(path, include_body=False)

    site = serve(serving(root, Own))
    response = site.get("/files/text.txt")
    assert (response.body, response.headers["X-Own"]) == (TEXT, "yes")
    assert "Etag" not in response.headers
    assert site.get("/files/other").text == "from elsewhere"
    response = site.head("/files/text.txt")
    assert response.headers["X-Head"] == "text.txt"
    assert (response.body, response.headers["Content-Length"]) == (b"", str(len(TEXT)))
