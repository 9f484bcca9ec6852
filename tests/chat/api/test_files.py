import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from tests.chat.api.asking import run
from tests.chat.running import QUICK, Chat

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20


async def upload(
    chat: Chat, who: str, body: bytes, kind: str = "image/png", name: str = "a.png"
) -> tuple[int, Any]:
    headers = {"Cookie": chat.cookie(who), "Content-Type": kind, "X-File-Name": name}
    response = await chat.fetch("/api/rooms/lobby/files", method="POST", headers=headers, body=body)
    return response.code, json.loads(response.body)


def stored(chat: Chat) -> list[str]:
    folder = chat.application.services.folder.path
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_file_is_sent_and_fetched() -> None:
    async def work(chat: Chat) -> None:
        alice, bob = await chat.connect("alice"), await chat.connect("bob")
        await alice.join()
        await bob.join()
        status, file = await upload(chat, "alice", PNG, name="..%2F%E9%9B%AA%20%26.png")
        assert status == 201
        assert (file["name"], file["type"], file["size"]) == ("雪 &.png", "image/png", len(PNG))
        # Before it is sent it is its owner's alone.
        cookies = {who: {"Cookie": chat.cookie(who)} for who in ("alice", "bob")}
        assert (await chat.fetch(file["url"], headers=cookies["alice"])).code == 200
        assert (await chat.fetch(file["url"], headers=cookies["bob"])).code == 404
        assert (await alice.say("", "k1", files=[file["id"]]))["type"] == "said"
        heard = await bob.next("message")
        assert heard["files"] == [file]
        assert heard["text"] == ""
        response = await chat.fetch(file["url"], headers=cookies["bob"])
        assert response.body == PNG
        headers = response.headers
        assert headers["Content-Type"] == "image/png"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Disposition"].startswith("inline; filename*=UTF-8''%E9%9B%AA")
        assert "sandbox" in headers["Content-Security-Policy"]
        assert "script-src" not in headers["Content-Security-Policy"]
        part = await chat.fetch(file["url"], headers={"Range": "bytes=1-3"})
        assert (part.code, part.body) == (206, b"PNG")

    run(work)


@pytest.mark.parametrize(
    ("kind", "body", "sent_as"),
    [
        ("text/plain; charset=utf-8", b"<script>alert(1)</script>", "text/plain; charset=utf-8"),
        ("application/pdf", b"%PDF-1.7 ...", "application/pdf"),
    ],
)
def test_what_is_no_image_is_a_download(kind: str, body: bytes, sent_as: str) -> None:
    async def work(chat: Chat) -> None:
        alice = await chat.connect("alice")
        await alice.join()
        status, file = await upload(chat, "alice", body, kind, "x.html")
        assert status == 201
        await alice.say("look", "k", files=[file["id"]])
        headers = (await chat.fetch(file["url"])).headers
        assert headers["Content-Type"] == sent_as
        assert headers["Content-Disposition"].startswith("attachment;")

    run(work)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", b"<script>"),
        ("image/svg+xml", b"<svg/>"),
        ("image/png", b"<html>"),
        ("image/webp", b"RIFF1234WAVE"),
        ("text/plain", b"a\0b"),
        ("application/x-msdownload", b"MZ"),
        ("", b"x"),
    ],
)
def test_other_types_are_refused(kind: str, body: bytes) -> None:
    async def work(chat: Chat) -> None:
        await (await chat.connect("alice")).join()
        status, answer = await upload(chat, "alice", body, kind)
        assert (status, answer) == (415, {"error": "file-type"})
        assert stored(chat) == []

    run(work)


def test_size_and_quota_are_bounded() -> None:
    async def work(chat: Chat) -> None:
        await (await chat.connect("alice")).join()
        status, answer = await upload(chat, "alice", PNG + b"x" * 6000)
        assert (status, answer) == (413, {"error": "file-too-large"})
        assert (await upload(chat, "alice", b""))[1] == {"error": "file-empty"}
        assert (await upload(chat, "alice", PNG))[0] == 201
        assert (await upload(chat, "alice", PNG))[1] == {"error": "file-quota"}
        assert len(stored(chat)) == 1

    run(work, replace(QUICK, file_size=len(PNG), files_waiting=len(PNG) * 2 - 1))


def test_a_body_without_a_length_is_bounded_too() -> None:
    async def work(chat: Chat) -> None:
        await (await chat.connect("alice")).join()
        reader, writer = await asyncio.open_connection("127.0.0.1", chat.port)
        head = (
            f"POST /api/rooms/lobby/files HTTP/1.1\r\nHost: localhost:{chat.port}\r\n"
            f"Cookie: {chat.cookie('alice')}\r\nContent-Type: image/png\r\n"
            "Transfer-Encoding: chunked\r\n\r\n"
        )
        writer.write(head.encode())
        piece = PNG[:4000]
        try:
            for _ in range(20):
                writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                await writer.drain()
            answer = await reader.read(100)
        except ConnectionError:
            answer = b""
        writer.close()
        assert b" 201 " not in answer
        assert stored(chat) == []

    run(work, replace(QUICK, file_size=len(PNG)))


def test_an_upload_that_breaks_off_leaves_nothing() -> None:
    async def work(chat: Chat) -> None:
        await (await chat.connect("alice")).join()
        _, writer = await asyncio.open_connection("127.0.0.1", chat.port)
        head = (
            f"POST /api/rooms/lobby/files HTTP/1.1\r\nHost: localhost:{chat.port}\r\n"
            f"Cookie: {chat.cookie('alice')}\r\nContent-Type: image/png\r\n"
            "Content-Length: 5000\r\n\r\n"
        )
        writer.write(head.encode() + PNG[:1000])
        await writer.drain()
        while not stored(chat):
            await asyncio.sleep(0.01)
        writer.close()
        while stored(chat):
            await asyncio.sleep(0.01)

    run(work)


def test_only_members_send_and_only_readers_fetch() -> None:
    async def work(chat: Chat) -> None:
        assert (await upload(chat, "bob", PNG))[1] == {"error": "not-joined"}
        alice = await chat.connect("alice")
        await alice.join()
        _, file = await upload(chat, "alice", PNG)
        await alice.say("", "k", files=[file["id"]])
        assert (await chat.fetch(file["url"])).code == 200
        await chat.api("bob", "PUT", "/api/rooms/lobby/join")
        from fujita.chat.storage import Person

        rooms = chat.application.services.store.rooms
        await rooms.restrict("lobby", Person("bob", "Bob"), 0, banned=1 << 52)
        banned = await chat.fetch(file["url"], headers={"Cookie": chat.cookie("bob")})
        assert banned.code == 403
        for path in ("/files/" + "x" * 22 + "/a.png", "/files/../../etc/passwd", "/files/x/y"):
            assert (await chat.fetch(path)).code == 404

    run(work)


def test_the_files_of_a_deleted_message_go() -> None:
    async def work(chat: Chat) -> None:
        alice = await chat.connect("alice")
        await alice.join()
        _, file = await upload(chat, "alice", PNG)
        said = await alice.say("", "k", files=[file["id"]])
        assert (await alice.ask(type="delete", room="lobby", id=said["id"]))["type"] == "done"
        assert (await chat.fetch(file["url"])).code == 404
        chat.application._sweeper.cancel()  # type: ignore[union-attr]
        sweeping = asyncio.create_task(chat.application._sweep())
        while stored(chat):
            await asyncio.sleep(0.01)
        sweeping.cancel()
        assert await chat.application.services.store.files.find(file["id"]) is None

    run(work)
