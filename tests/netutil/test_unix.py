import errno
import socket
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from fujita.netutil import bind_unix_socket


def permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_listens_under_the_path(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with closing(bind_unix_socket(str(path))) as sock, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        assert not sock.getblocking()
        assert permissions(path) == 0o600


def test_the_permissions_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with closing(bind_unix_socket(str(path), mode=0o666)):
        assert permissions(path) == 0o666


def test_a_socket_left_by_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "s"
    bind_unix_socket(str(path)).close()
    with closing(bind_unix_socket(str(path))), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_another_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "precious"
    path.write_text("data")
    with pytest.raises(ValueError, match=r"precious.*not a socket"):
        bind_unix_socket(str(path))
    assert path.read_text() == "data"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = str(tmp_path / "missing" / "s")
    with pytest.raises(FileNotFoundError) as caught:
        bind_unix_socket(path)
    assert caught.value.errno == errno.ENOENT
    assert caught.value.filename == path


def test_a_path_that_is_too_long_is_named(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"xxx.*too long"):
        bind_unix_socket(str(tmp_path / ("x" * 200)))


@pytest.mark.skipif(sys.platform != "linux", reason="abstract names are Linux's")
def test_an_abstract_name_makes_no_file() -> None:
    name = "\0fujita-test-abstract"
    with closing(bind_unix_socket(name)), socket.socket(socket.AF_UNIX) as client:
        client.connect(name)
