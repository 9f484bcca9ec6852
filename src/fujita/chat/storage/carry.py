"""Carries the content of a chat's first SQLite files (version 1) over into today's tables."""

from sqlalchemy import Connection, text

_STATEMENTS = (
    "INSERT INTO meta (name, value) SELECT name, value FROM former_meta",
    # The last name under which somebody spoke is what they are called.
    """
    INSERT INTO person (id, name, kind, created)
    SELECT author_id, author_name, 'guest', first FROM (
        SELECT author_id, author_name, min(time) OVER (PARTITION BY author_id) AS first,
            row_number() OVER (PARTITION BY author_id ORDER BY id DESC) AS rank
        FROM former_message
    ) WHERE rank = 1
    """,
    """
    INSERT INTO room (id, name, title, created, used, position, last)
    SELECT id, name, name, created,
        coalesce((SELECT max(time) FROM former_message WHERE room = former_room.id), created),
        (SELECT count(*) FROM former_message WHERE room = former_room.id),
        (SELECT count(*) FROM former_message WHERE room = former_room.id)
    FROM former_room
    """,
    """
    INSERT INTO message (id, room_id, number, position, changed, time, author_id, author_name,
        text, key, reactions, files, mentions)
    SELECT id, room, number, number, number, time, author_id, author_name, text, key,
        '[]', '[]', '[]'
    FROM (
        SELECT *, row_number() OVER (PARTITION BY room ORDER BY id) AS number FROM former_message
    )
    """,
)


def carry_over(connection: Connection) -> None:
    """Fills today's tables from those of version 1, which are named ``former_…`` by now."""
    for statement in _STATEMENTS:
        connection.execute(text(statement))
