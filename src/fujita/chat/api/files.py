"""Sending and fetching files."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, unquote

from fujita import web
from fujita.chat.api.base import ApiHandler, Refusal
from fujita.chat.storage import Person, StoredFile, milliseconds
from fujita.chat.uploads.folder import Upload, file_name
from fujita.chat.uploads.types import SHOWN_TYPES, SIGNATURE_SIZE, file_type
from fujita.log import app_log

# Whatever a browser takes it for: nothing runs, nothing is loaded, and it is nobody's page.
_FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@web.stream_request_body
class UploadHandler(ApiHandler):
    """``/api/rooms/ROOM/files``: takes a file, piece by piece."""

    def initialize(self, services: Any) -> None:
        """Begins without anything."""
        super().initialize(services)
        self._upload: Upload | None = None
        self._id = ""
        self._beginning = b""
        self._who: Person | None = None
        # What is wrong with the body is told when it has come: before, nobody listens.
        self._refusal: Refusal | None = None

    async def prepare(self) -> None:
        """Looks at who comes with what before any of it is taken."""
        most = self.services.limits.file_size
        # Before anything is awaited: the body may be on its way already.
        connection: Any = self.request.connection
        connection.set_max_body_size(most + 1)
        if int(self.request.headers.get("Content-Length") or 0) > most:
            self.set_header("Connection", "close")
            raise Refusal("file-too-large", status=413)
        await super().prepare()
        who = await self.somebody()
        name = self.room(self.path_args[0])
        _, membership = await self.readable(name, who)
        if membership.role == "none":
            raise Refusal("not-joined")
        if membership.muted > milliseconds():
            raise Refusal("muted")
        wait = self.services.throttle.uploads.take(who.id)
        if wait:
            raise Refusal("too-often", wait)
        waiting = await self.services.store.files.waiting_bytes(who.id)
        if waiting + most > self.services.limits.files_waiting:
            raise Refusal("file-quota", status=429)
        self._who = who
        self._id = self.services.folder.new_id()
        with self._on_disk():
            self._upload = self.services.folder.begin(self._id)

    def data_received(self, chunk: bytes) -> None:
        """Writes a piece to the disk."""
        upload = self._upload
        if upload is None:
            return
        if upload.size + len(chunk) > self.services.limits.file_size:
            self._abort()
            self._refusal = Refusal("file-too-large", status=413)
            return
        if len(self._beginning) < SIGNATURE_SIZE:
            self._beginning += chunk[: SIGNATURE_SIZE - len(self._beginning)]
        try:
            with self._on_disk():
                upload.write(chunk)
        except Refusal as refusal:
            self._refusal = refusal

    async def post(self, typed: str) -> None:
        """Keeps what was taken, if it is what it says."""
        if self._refusal is not None:
            raise self._refusal
        upload, who = self._upload, self._who
        if upload is None or who is None:
            raise Refusal("file-empty")
        if not upload.size:
            raise Refusal("file-empty")
        kind = file_type(self.request.headers.get("Content-Type", ""), self._beginning)
        if kind is None:
            raise Refusal("file-type", status=415)
        name = file_name(unquote(self.request.headers.get("X-File-Name", "")))
        found = StoredFile(self._id, self.room(typed), who.id, name, kind, upload.size)
        with self._on_disk():
            upload.complete()
        self._upload = None
        try:
            # First the record: were the file first and this the end, nobody would ever find it.
            if not await self.services.store.files.add(found, milliseconds()):
                raise Refusal("no-room")
            with self._on_disk():
                upload.keep()
        except BaseException:
            upload.abort()
            raise
        self.set_status(201)
        self.finish(dict(found.to_json()))

    def on_finish(self) -> None:
        """Takes away what was not kept."""
        self._abort()

    def on_connection_close(self) -> None:
        """Takes away what has stopped coming."""
        self._abort()

    @contextmanager
    def _on_disk(self) -> Iterator[None]:
        """Refuses what finds no room; RFC 4918 section 11.5 has a status for that."""
        try:
            yield
        except OSError as error:
            self._abort()
            reason = error.strerror or error
            app_log.error("cannot keep a file in %s: %s", self.services.folder.path, reason)
            raise Refusal("storage", status=507) from error

    def _abort(self) -> None:
        if self._upload is not None:
            self._upload.abort()
            self._upload = None


class FileHandler(ApiHandler, web.StaticFileHandler):
    """``/files/ID/NAME``: sends a file to who may read its room."""

    _found: StoredFile

    def initialize(self, services: Any) -> None:  # type: ignore[override]
        """Serves from the folder of files."""
        ApiHandler.initialize(self, services)
        web.StaticFileHandler.initialize(self, str(services.folder.path))

    async def prepare(self) -> None:
        """Looks whether who asks may have it."""
        await super().prepare()
        found = await self.services.store.files.find(self.path_args[0])
        if found is None:
            raise Refusal("no-file", status=404)
        who = await self.person()
        await self.readable(found.room, who)
        if found.message_id is None and (who is None or who.id != found.person_id):
            # Not sent yet, or deleted with its message.
            raise Refusal("no-file", status=404)
        self._found = found
        self.path_args = [str(self.services.folder.relative(found.id))]

    def set_default_headers(self) -> None:
        """Takes care that nothing in a file does anything."""
        super().set_default_headers()
        self.set_header("Content-Security-Policy", _FILE_POLICY)

    def set_extra_headers(self, path: str) -> None:
        """Says what the file is called, and whether it may be shown."""
        way = "inline" if self._found.type in SHOWN_TYPES else "attachment"
        name = quote(self._found.name, safe="")
        self.set_header("Content-Disposition", f"{way}; filename*=UTF-8''{name}")
        self.set_header("Cache-Control", "private, max-age=86400")

    def get_content_type(self) -> str:
        """Returns the type that was recognized when it came."""
        kind = self._found.type
        return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
