import pytest

from fujita.web import Application, RequestHandler, addslash, removeslash, stream_request_body
from tests.sites import Serve


class WithSlash(RequestHandler):
    @addslash
    def get(self) -> None:
        self.write("here")

    head = post = get


class WithoutSlash(RequestHandler):
    @removeslash
    async def get(self) -> None:
        self.write("here")

    head = post = get


def application() -> Application:
    return Application([("/with/?", WithSlash), ("/without/*", WithoutSlash), ("/*", WithoutSlash)])


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/with", "/with/"),
        ("/with?a=1&b", "/with/?a=1&b"),
        ("/without/", "/without"),
        ("/without//?a=1", "/without?a=1"),
    ],
)
def test_the_other_spelling_redirects(serve: Serve, method: str, path: str, location: str) -> None:
    response = serve(application()).request(method, path)
    assert (response.status, response.headers["Location"]) == (301, location)


@pytest.mark.parametrize("path", ["/with/", "/with/?a=1", "/without", "/"])
def test_the_right_spelling_is_answered(serve: Serve, path: str) -> None:
    response = serve(application()).get(path)
    assert (response.status, response.text) == (200, "here")


@pytest.mark.parametrize("path", ["/with", "/without/"])
def test_a_form_cannot_be_redirected(serve: Serve, path: str) -> None:
    assert serve(application()).post(path).status == 404


@pytest.mark.parametrize("path", ["//evil.example", "//evil.example/", "/\\evil.example/"])
def test_no_redirect_to_another_host(
    serve: Serve, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Both(RequestHandler):
        @addslash
        def get(self) -> None:
            self.without()

        @removeslash
        def without(self) -> None:
            self.write("here")

    response = serve(Application([(r"/.*", Both)])).get(path)
    assert response.status == 403
    assert "cannot redirect path with two initial slashes" in caplog.text


def test_the_method_keeps_its_name_and_text() -> None:
    @addslash
    def documented(self: RequestHandler) -> None:
        """The text."""

    assert (documented.__name__, documented.__doc__) == ("documented", "The text.")


def test_only_handlers_stream() -> None:
    with pytest.raises(TypeError, match="expected subclass of RequestHandler, got"):
        stream_request_body(dict)  # type: ignore[type-var]
