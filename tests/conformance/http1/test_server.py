"""Every MUST of RFC 9112 and RFC 9110 that a server has to enforce, on raw sockets."""

import pytest

from tests.conformance.http1 import (
    bodies,
    chunks,
    connections,
    expectations,
    fields,
    limits,
    request_lines,
    responses,
    targets,
    wire,
)
from tests.conformance.http1.cases import Case

TABLES = {
    "request line": request_lines.CASES,
    "target": targets.CASES,
    "fields": fields.CASES,
    "body": bodies.CASES,
    "chunks": chunks.CASES,
    "expect": expectations.CASES,
    "connection": connections.CASES,
    "response": responses.CASES,
    "limits": limits.CASES,
}

CASES = [
    pytest.param(case, id=f"{table}: {case.name}")
    for table, cases in TABLES.items()
    for case in cases
]


@pytest.mark.parametrize("case", CASES)
def test_server(case: Case, port: int) -> None:
    wire.run(case, port)


def test_no_case_is_written_twice() -> None:
    names = [parameter.id for parameter in CASES]
    assert len(set(names)) == len(names)
