"""Where the chat keeps what outlives a process: SQLite in a file, or PostgreSQL."""

from fujita.chat.storage.changing import Change, delete, edit, react
from fujita.chat.storage.records import (
    Draft,
    FileJson,
    Kind,
    Membership,
    Message,
    MessageJson,
    Person,
    PersonJson,
    Refused,
    Role,
    RoomRecord,
    Stored,
    StoredFile,
)
from fujita.chat.storage.store import Store, milliseconds, open_store

__all__ = [
    "Change",
    "Draft",
    "FileJson",
    "Kind",
    "Membership",
    "Message",
    "MessageJson",
    "Person",
    "PersonJson",
    "Refused",
    "Role",
    "RoomRecord",
    "Store",
    "Stored",
    "StoredFile",
    "delete",
    "edit",
    "milliseconds",
    "open_store",
    "react",
]
