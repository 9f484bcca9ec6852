import logging
from typing import Any

import pytest

from fujita.web import Application, HTTPError, MissingArgumentError, RequestHandler
from tests.sites import Serve


def echo(read: Any) -> type[RequestHandler]:
    """Makes a handler that answers with what ``read`` finds in its request."""

    class Echo(RequestHandler):
        def get(self) -> None:
            self.write({"found": read(self)})

        post = get

    return Echo


def test_get_argument_takes_the_last_of_several_values(serve: Serve) -> None:
    site = serve(Application([("/", echo(lambda handler: handler.get_argument("a")))]))
    assert site.get("/?a=1&b=2&a=3").json == {"found": "3"}


def test_a_missing_argument_is_a_bad_request(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    site = serve(Application([("/", echo(lambda handler: handler.get_argument("a")))]))
    assert site.get("/?b=1").status == 400
    assert "Missing argument a" in caplog.text


@pytest.mark.parametrize("default", ["other", None, ""])
def test_a_default_stands_in_for_a_missing_argument(serve: Serve, default: str | None) -> None:
    site = serve(Application([("/", echo(lambda handler: handler.get_argument("a", default)))]))
    assert site.get("/").json == {"found": default}


def test_an_empty_argument_is_there(serve: Serve) -> None:
    site = serve(Application([("/", echo(lambda handler: handler.get_argument("a", "no")))]))
    assert site.get("/?a=").json == {"found": ""}


def test_white_space_is_stripped_unless_asked_otherwise(serve: Serve) -> None:
    def read(handler: RequestHandler) -> Any:
        return [handler.get_argument("a"), handler.get_argument("a", strip=False)]

    site = serve(Application([("/", echo(read))]))
    assert site.get("/?a=%20x%20y%0A").json == {"found": ["x y", " x y\n"]}


def test_control_characters_become_blanks(serve: Serve) -> None:
    site = serve(Application([("/", echo(lambda handler: handler.get_argument("a")))]))
    assert site.get("/?a=x%00y%1bz%09w").json == {"found": "x y z\tw"}


def test_query_and_form_are_told_apart(serve: Serve) -> None:
    def read(handler: RequestHandler) -> Any:
        return {
            "both": handler.get_arguments("a"),
            "query": handler.get_query_arguments("a"),
            "body": handler.get_body_arguments("a"),
            "last": handler.get_argument("a"),
            "last of query": handler.get_query_argument("a"),
            "last of body": handler.get_body_argument("a"),
            "absent": handler.get_body_argument("q", "nothing"),
        }

    site = serve(Application([("/", echo(read))]))
    assert site.post("/?a=1&q=2", {"a": "3"}).json["found"] == {
        "both": ["1", "3"],
        "query": ["1"],
        "body": ["3"],
        "last": "3",
        "last of query": "1",
        "last of body": "3",
        "absent": "nothing",
    }


def test_get_arguments_takes_no_default(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    site = serve(Application([("/", echo(lambda handler: handler.get_arguments("a", "x")))]))
    assert site.get("/").status == 500
    assert "takes no default" in caplog.text


def test_an_argument_that_is_no_utf8_is_a_bad_request(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    site = serve(Application([("/", echo(lambda handler: handler.get_argument("a")))]))
    assert site.get("/?a=%e9").status == 400
    assert "Invalid unicode in a: b'\\xe9'" in caplog.text
    assert all(record.levelno < logging.ERROR for record in caplog.records)


def test_a_program_may_decode_arguments_its_own_way(serve: Serve) -> None:
    asked = []

    class Latin(RequestHandler):
        def decode_argument(self, value: bytes, name: str | None = None) -> str:
            asked.append(name)
            return value.decode("latin-1")

        def get(self, word: str) -> None:
            self.write({"found": [word, self.get_argument("a")]})

    site = serve(Application([("/(.*)", Latin)]))
    assert site.get("/%e8?a=%e9").json == {"found": ["è", "é"]}
    assert asked == [None, "a"]


def test_too_many_arguments_are_a_bad_request(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    site = serve(Application([("/", echo(lambda handler: handler.get_argument("a")))]))
    assert site.get("/?" + "&".join(["a=1"] * 1001)).status == 400
    assert "Max number of fields exceeded" in caplog.text
    assert site.get("/?" + "&".join(["a=1"] * 1000)).status == 200


def test_a_missing_argument_error_tells_which() -> None:
    error = MissingArgumentError("colour")
    assert isinstance(error, HTTPError)
    assert error.arg_name == "colour"
    assert error.status_code == 400
    assert str(error) == "HTTP 400: Bad Request (Missing argument colour)"


def test_files_of_a_form_arrive(serve: Serve) -> None:
    def read(handler: RequestHandler) -> Any:
        (file,) = handler.request.files["upload"]
        return [
            file.filename,
            file["content_type"],
            file.body.decode(),
            handler.get_argument("name"),
        ]

    site = serve(Application([("/", echo(read))]))
    body = (
        b'--line\r\nContent-Disposition: form-data; name="name"\r\n\r\nvalue\r\n'
        b'--line\r\nContent-Disposition: form-data; name="upload"; filename="a.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\nthe content\r\n--line--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=line"}
    response = site.request("POST", "/", headers, body)
    assert response.json == {"found": ["a.txt", "text/plain", "the content", "value"]}
