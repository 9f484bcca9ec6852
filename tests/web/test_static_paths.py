import os
from pathlib import Path

import pytest

from fujita.web import Application, HTTPError, StaticFileHandler
from fujita.web.static_paths import resolve_symlink_target
from tests.sites import Serve, Site
from tests.web.static_files import TEXT, serving


@pytest.fixture
def site(serve: Serve, root: Path) -> Site:
    return serve(serving(root))


@pytest.mark.parametrize("path", ["missing.txt", "missing/text.txt", "text.txt/more", "a%00b"])
def test_what_is_not_there(site: Site, path: str, caplog: pytest.LogCaptureFixture) -> None:
    assert site.get(f"/files/{path}").status == 404
    assert "Uncaught" not in caplog.text


@pytest.mark.parametrize(
    "path",
    [
        "../root-secret.txt",
        "%2e%2e/root-secret.txt",
        "folder/../../root-secret.txt",
        "..%2froot-secret.txt",
        "/etc/passwd",
        "../root-secret.txt/",
        "..",
    ],
)
def test_nothing_outside_the_folder(
    site: Site, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = site.get(f"/files/{path}")
    assert response.status == 403
    assert b"secret" not in response.body
    assert "is not in root static directory" in caplog.text


def test_a_folder_is_no_file(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    assert site.get("/files/folder/").status == 403
    assert "folder/ is not a file" in caplog.text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_what_has_no_end_is_no_file(site: Site, root: Path) -> None:
    os.mkfifo(root / "fifo")
    assert site.get("/files/fifo").status == 403
    with pytest.raises(HTTPError, match="is not a file"):
        list(StaticFileHandler.get_content(str(root / "fifo")))


def test_the_default_file_of_a_folder(serve: Serve, root: Path) -> None:
    site = serve(serving(root, default_filename="index.html"))
    assert site.get("/files/folder/").text == "index"
    redirect = site.get("/files/folder")
    assert (redirect.status, redirect.headers["Location"]) == (301, "/files/folder/")
    assert site.get("/files/").status == 404


@pytest.mark.parametrize("beginning", ["//evil.example/..", "/\\evil.example/.."])
def test_the_redirect_to_a_folder_stays_here(
    serve: Serve, root: Path, beginning: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Anywhere(StaticFileHandler):
        def parse_url_path(self, url_path: str) -> str:
            return "folder"

    arguments = {"path": str(root), "default_filename": "index.html"}
    site = serve(Application([("/(.*)", Anywhere, arguments)]))
    request = f"GET {beginning}/folder HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert site.raw(request.encode()).startswith(b"HTTP/1.1 403 ")
    assert "cannot redirect path with two initial slashes" in caplog.text


@pytest.fixture
def linked(root: Path) -> Path:
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (root / "inner").symlink_to("text.txt")
    (root / "outer").symlink_to(outside / "secret.txt")
    (root / "outer-folder").symlink_to(outside)
    (root / "outer-missing").symlink_to(outside / "missing")
    (root / "folder" / "home.html").symlink_to(outside / "secret.txt")
    return root


def test_links_that_stay_inside(serve: Serve, linked: Path) -> None:
    assert serve(serving(linked)).get("/files/inner").body == TEXT


@pytest.mark.parametrize("path", ["outer", "outer-folder/secret.txt", "folder/"])
def test_links_that_lead_outside(serve: Serve, linked: Path, path: str) -> None:
    response = serve(serving(linked, default_filename="home.html")).get(f"/files/{path}")
    assert response.status == 403


def test_a_link_does_not_tell_whether_its_target_exists(serve: Serve, linked: Path) -> None:
    site = serve(serving(linked, default_filename="index.html"))
    assert site.get("/files/outer-folder").status == 403
    assert site.get("/files/outer-missing").status == 403


def test_links_may_be_allowed(serve: Serve, linked: Path) -> None:
    outside = str(linked.parent / "outside")
    site = serve(serving(linked, allowed_symlink_directory=str(linked.parent)))
    assert site.get("/files/outer").text == "secret"
    listed = serve(serving(linked, allowed_symlink_directory=[str(linked), outside]))
    assert listed.get("/files/outer-folder/secret.txt").text == "secret"
    assert listed.get("/files/text.txt").body == TEXT
    only = serve(serving(linked, allowed_symlink_directory=outside))
    assert only.get("/files/text.txt").status == 403


def test_the_folder_itself_may_be_a_link(serve: Serve, root: Path) -> None:
    link = root.parent / "link"
    link.symlink_to(root)
    assert serve(serving(link)).get("/files/text.txt").body == TEXT


def test_the_folder_may_be_all_there_is(serve: Serve, root: Path) -> None:
    site = serve(Application([("/all/(.*)", StaticFileHandler, {"path": "/"})]))
    assert site.get(f"/all{root}/text.txt").body == TEXT


@pytest.mark.parametrize("directory", ["", ".", "root", "/tmp/../etc"])
def test_odd_directories_allow_what_they_resolve_to(
    root: Path, monkeypatch: pytest.MonkeyPatch, directory: str
) -> None:
    monkeypatch.chdir(root.parent)
    resolved = os.path.realpath(directory)
    for path in (root / "text.txt", root.parent / "root-secret.txt", Path("/etc/passwd")):
        if path.is_relative_to(resolved):
            assert resolve_symlink_target(str(path), [directory], "it") == os.path.realpath(path)
        else:
            with pytest.raises(HTTPError, match="it is not in root"):
                resolve_symlink_target(str(path), [directory], "it")
