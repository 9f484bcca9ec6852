"""Finding words in what was said, in any language.

SQLite has an FTS5 index of trigrams: it needs no notion of words, so it finds Chinese as well as
parts of English words, wherever at least three characters are looked for. One or two characters
are not in a trigram index; those are looked for in the texts themselves, the newest first. In
PostgreSQL an index of trigrams (``pg_trgm``) speeds up the same comparison, where it may be made.
"""

from typing import Any

from sqlalchemy import ColumnElement, Connection, text

from fujita.chat.storage import schema

_SQLITE = (
    "CREATE VIRTUAL TABLE message_text USING fts5"
    " (text, content = 'message', content_rowid = 'id', tokenize = 'trigram')",
    """
    CREATE TRIGGER message_text_said AFTER INSERT ON message BEGIN
        INSERT INTO message_text (rowid, text) VALUES (new.id, new.text);
    END
    """,
    """
    CREATE TRIGGER message_text_gone AFTER DELETE ON message BEGIN
        INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.id, old.text);
    END
    """,
    """
    CREATE TRIGGER message_text_changed AFTER UPDATE OF text ON message BEGIN
        INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.id, old.text);
        INSERT INTO message_text (rowid, text) VALUES (new.id, new.text);
    END
    """,
)

_TRIGRAM = 3


def create(connection: Connection) -> None:
    """Makes the index."""
    if connection.dialect.name == "sqlite":
        for statement in _SQLITE:
            connection.exec_driver_sql(statement)
        return
    try:
        with connection.begin_nested():
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
            connection.execute(
                text("CREATE INDEX message_text ON message USING gin (text gin_trgm_ops)")
            )
    except Exception:
        # Not every user of a database may add extensions. Without it the search is slower only.
        pass


def condition(words: str, is_sqlite: bool) -> ColumnElement[bool]:
    """Returns what must hold for a message in which all words occur.

    Args:
        words: What was typed; parts in double quotes are looked for as they stand.
        is_sqlite: Whether the index is SQLite's.
    """
    terms = split_terms(words)
    conditions: list[ColumnElement[bool]] = []
    long_terms = [term for term in terms if len(term) >= _TRIGRAM]
    if is_sqlite and long_terms:
        query = " AND ".join('"' + term.replace('"', '""') + '"' for term in long_terms)
        found = text("SELECT rowid FROM message_text WHERE message_text MATCH :words")
        conditions.append(schema.message.c.id.in_(found.bindparams(words=query)))
        terms = [term for term in terms if len(term) < _TRIGRAM]
    for term in terms:
        conditions.append(schema.message.c.text.ilike(_pattern(term), escape="\\"))
    first, *rest = conditions
    for each in rest:
        first = first & each
    return first


def split_terms(words: str) -> list[str]:
    """Returns what to look for: words, and what stands in double quotes."""
    terms: list[str] = []
    for index, part in enumerate(words.split('"')):
        if index % 2:
            terms.append(part.strip())
        else:
            terms += part.split()
    return [term for term in dict.fromkeys(terms) if term]


def _pattern(term: str) -> Any:
    escaped = term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
