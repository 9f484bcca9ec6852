"""The rows of the table, one family in each file."""

from benchmarks.row import Row
from benchmarks.rows import client, http, memory, programs, rooms, scaling, websocket


def all_rows() -> list[Row]:
    families = (http, websocket, client, programs, memory, scaling, rooms)
    return [row for family in families for row in family.rows()]
