"""The tables of the chat, as SQLAlchemy knows them: the same on SQLite and on PostgreSQL.

Times are milliseconds since 1970. In each room, ``position`` counts every change in the order in
which changes were committed, without a gap: who knows the room up to a position asks for what has
``changed`` after it. ``number`` counts the messages alone; it is what unread counts are made of.
"""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata: Final = MetaData()

# SQLite numbers rows by itself only where the type is spelled INTEGER.
_ROW_ID: Final = BigInteger().with_variant(Integer, "sqlite")


def _room_reference(*, primary_key: bool = False) -> Column[int]:
    return Column(
        "room_id",
        BigInteger,
        ForeignKey("room.id", ondelete="CASCADE"),
        nullable=False,
        primary_key=primary_key,
    )


meta: Final = Table(
    "meta",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

person: Final = Table(
    "person",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("created", BigInteger, nullable=False),
)

account: Final = Table(
    "account",
    metadata,
    Column("person_id", String(80), ForeignKey("person.id"), primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
)

session: Final = Table(
    "session",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person_id", String(80), ForeignKey("person.id"), nullable=False, index=True),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
)

room: Final = Table(
    "room",
    metadata,
    Column("id", _ROW_ID, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("topic", Text, nullable=False, server_default=""),
    Column("private", Boolean, nullable=False, server_default=false()),
    Column("slow", Integer, nullable=False, server_default="0"),
    Column("created", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False, server_default="0"),
    Column("last", BigInteger, nullable=False, server_default="0"),
    Column("changed", BigInteger, nullable=False, server_default="0"),
    Index("room_by_use", "private", "used"),
    sqlite_autoincrement=True,
)

member: Final = Table(
    "member",
    metadata,
    _room_reference(primary_key=True),
    Column("person_id", String(80), ForeignKey("person.id"), primary_key=True),
    Column("role", String(10), nullable=False),
    Column("joined", BigInteger, nullable=False),
    Column("read", BigInteger, nullable=False, server_default="0"),
    Column("mentioned", Integer, nullable=False, server_default="0"),
    Column("said", BigInteger, nullable=False, server_default="0"),
    Column("muted", BigInteger, nullable=False, server_default="0"),
    Column("banned", BigInteger, nullable=False, server_default="0"),
    Index("member_by_person", "person_id"),
)

message: Final = Table(
    "message",
    metadata,
    Column("id", _ROW_ID, primary_key=True, autoincrement=True),
    _room_reference(),
    Column("number", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("author_id", String(80), nullable=False),
    Column("author_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("key", String(64), nullable=False),
    Column("edited", BigInteger, nullable=False, server_default="0"),
    Column("deleted", BigInteger, nullable=False, server_default="0"),
    Column("reactions", JSON, nullable=False),
    Column("files", JSON, nullable=False),
    Column("mentions", JSON, nullable=False),
    UniqueConstraint("author_id", "key", "room_id", name="message_said_once"),
    Index("message_in_room", "room_id", "id"),
    Index("message_by_change", "room_id", "changed", unique=True),
    sqlite_autoincrement=True,
)

invitation: Final = Table(
    "invitation",
    metadata,
    Column("token", String(64), primary_key=True),
    _room_reference(),
    Column("author_id", String(80), nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("uses", Integer, nullable=False),
)

file: Final = Table(
    "file",
    metadata,
    Column("id", String(64), primary_key=True),
    _room_reference(),
    Column("person_id", String(80), nullable=False),
    Column("name", Text, nullable=False),
    Column("type", String(100), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("message_id", BigInteger, nullable=True),
    Index("file_by_message", "message_id"),
)
