"""A provider to log in with, and programs that do, on one server."""

from typing import Any

from fujita import httpclient
from fujita.web import Application, RequestHandler


class Recorder(RequestHandler):
    """Answers any request with what the test has put down for its path, and keeps the request."""

    def prepare(self) -> None:
        arguments = {name: values[-1].decode() for name, values in self.request.arguments.items()}
        seen(self.application).append((self.request.method, self.request.path, arguments))
        status, body = self.application.settings["answers"].get(self.request.path, (200, "{}"))
        self.set_status(status)
        self.finish(body)


class Program(RequestHandler):
    """What the programs under test have in common."""

    def get_auth_http_client(self) -> httpclient.AsyncHTTPClient:
        client = httpclient.AsyncHTTPClient(force_instance=True)
        self.application.settings["clients"].append(client)
        return client

    @property
    def provider(self) -> str:
        return f"http://{self.request.host}/provider"

    def on_finish(self) -> None:
        for client in self.application.settings["clients"]:
            client.close()


Seen = list[tuple[str | None, str, dict[str, str]]]


def application(program: type[Program], **settings: Any) -> Application:
    """Serves a program at ``/login`` and the provider under ``/provider``."""
    return Application(
        [("/login", program), ("/provider/.*", Recorder)],
        **{"seen": [], "answers": {}, "clients": [], **settings},
    )


def answer(site_application: Application, path: str, body: str, status: int = 200) -> None:
    """Puts down what the provider answers to requests for a path."""
    site_application.settings["answers"][f"/provider{path}"] = (status, body)


def seen(site_application: Application) -> Seen:
    """Gives the requests that the provider got: method, path, arguments."""
    requests: Seen = site_application.settings["seen"]
    return requests
