"""Limits that ``fujita run`` sets for a program that does not say."""

from pathlib import Path

from tests.programs import running_fujita

PROGRAM = """
import tornado.httpserver, tornado.web
for options in ({}, {"max_body_size": 9}):
    server = tornado.httpserver.HTTPServer(tornado.web.Application(), **options)
    print(server.settings.limits.body, server.settings.header_timeout)
print(server.settings.idle_timeout, server.admission.maximum, server.admission.per_address)
"""


def test_limits_of_a_script(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(PROGRAM)
    flags = ["--max-body-size", "5", "--header-timeout", "1.5", "--idle-timeout", "2.5"]
    flags += ["--max-connections", "7"]
    with running_fujita(
        "run", *flags, script, cwd=tmp_path, FUJITA_MAX_CONNECTIONS_PER_ADDRESS="3"
    ) as program:
        assert program.line() == "5 1.5"
        assert program.line() == "9 1.5"
        assert program.line() == "2.5 7 3"
