import os
from pathlib import Path

import pytest

from fujita.chat.errors import ChatError
from fujita.chat.uploads.folder import FILE_NAME_LENGTH, Folder, file_name


def test_a_file_is_there_when_it_is_whole(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "files")
    id = folder.new_id()
    upload = folder.begin(id)
    upload.write(b"one ")
    upload.write(b"two")
    place = folder.path / folder.relative(id)
    assert not place.exists()
    upload.complete()
    assert not place.exists()
    upload.keep()
    assert upload.size == 7
    assert place.read_bytes() == b"one two"
    upload.abort()
    assert place.exists()
    folder.remove([id, folder.new_id()])
    assert not place.exists()


def test_what_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    upload = folder.begin(folder.new_id())
    upload.write(b"half")
    upload.abort()
    upload.abort()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_killed_process_was_writing_is_taken_away_in_time(tmp_path: Path) -> None:
    uploads = [Folder(tmp_path).begin(str(n) * 22) for n in range(2)]
    (deserted, _) = sorted((tmp_path / "unfinished").iterdir())
    os.utime(deserted, (0, 0))
    Folder(tmp_path)
    # The other one is being written as yet, by whomever.
    assert [path.name for path in (tmp_path / "unfinished").iterdir()] == ["1" * 22]
    for upload in uploads:
        upload.abort()


def test_what_is_given_up_for_want_of_room_leaves_nothing(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    folder = Folder(tmp_path)
    upload = folder.begin(folder.new_id())
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        # It is in the buffer, and every attempt to write it fails.
        upload.write(b"half")
        with pytest.raises(OSError, match="File too large"):
            upload.complete()
        upload.abort()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "id", ["", "../../etc/passwd", "x" * 21, "x" * 23, "x" * 21 + "/", "é" * 22]
)
def test_only_our_ids_become_paths(tmp_path: Path, id: str) -> None:
    with pytest.raises(FileNotFoundError):
        Folder(tmp_path).relative(id)


def test_a_folder_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ChatError, match=r"^cannot keep files in .*/file/x: .+$"):
        Folder(tmp_path / "file" / "x")
    if os.geteuid():
        (tmp_path / "closed").mkdir(mode=0o500)
        with pytest.raises(ChatError, match="Permission denied"):
            Folder(tmp_path / "closed")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("雪.png", "雪.png"),
        ("C:\\Users\\me\\a.txt", "a.txt"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\u202egpj.exe", "abgpj.exe"),
        ('<a href="x">.txt', "_a href=_x__.txt"),
        ("...", "file"),
        ("", "file"),
        ("  a   b .txt ", "a b .txt"),
    ],
)
def test_names_are_harmless(typed: str, name: str) -> None:
    assert file_name(typed) == name


def test_a_long_name_keeps_its_ending() -> None:
    name = file_name("x" * 300 + ".tar")
    assert len(name) == FILE_NAME_LENGTH
    assert name.endswith("x.tar")
