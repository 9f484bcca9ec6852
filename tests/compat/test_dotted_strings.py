"""Strings with Tornado's names in them, as programs and their tests have them."""

import importlib
import logging
from typing import Any
from unittest import mock

import pytest

from fujita import httpserver, process, web, websocket
from fujita.httpclient import AsyncHTTPClient
from fujita.ioloop import IOLoop
from fujita.platform.asyncio import AsyncIOLoop
from fujita.simple_httpclient import SimpleAsyncHTTPClient
from fujita.util import import_object

pytestmark = pytest.mark.usefixtures("shim")


@pytest.mark.parametrize(
    ("target", "owner", "name"),
    [
        ("tornado.websocket.websocket_connect", websocket, "websocket_connect"),
        ("tornado.web.app_log.error", web.app_log, "error"),
        ("tornado.httpserver.HTTPServer.add_sockets", httpserver.HTTPServer, "add_sockets"),
        ("tornado.process.fork_processes", process, "fork_processes"),
    ],
)
def test_what_programs_patch(target: str, owner: Any, name: str) -> None:
    before = getattr(owner, name)
    with mock.patch(target) as patched:
        assert getattr(owner, name) is patched
    assert getattr(owner, name) == before


def test_an_error_of_a_handler_goes_through_the_patched_log() -> None:
    # jupyterhub's tests look at what is logged where a handler fails.
    handler = web.RequestHandler(web.Application(), mock.Mock())
    with mock.patch("tornado.web.app_log.error") as error:
        handler.log_exception(ValueError, ValueError("mine"), None)
    error.assert_called_once()


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("tornado.ioloop.IOLoop", IOLoop),
        ("tornado.platform.asyncio.AsyncIOLoop", AsyncIOLoop),
        ("tornado.httpclient.AsyncHTTPClient", AsyncHTTPClient),
        ("tornado.simple_httpclient.SimpleAsyncHTTPClient", SimpleAsyncHTTPClient),
        ("tornado.web.StaticFileHandler", web.StaticFileHandler),
    ],
)
def test_dotted_paths_lead_to_ours(path: str, found: object) -> None:
    assert import_object(path) is found
    # And as traitlets, logging.config and entry points do it.
    module, _, name = path.rpartition(".")
    assert getattr(importlib.import_module(module), name) is found


@pytest.mark.parametrize(
    ("configurable", "path"),
    [
        (AsyncHTTPClient, "tornado.simple_httpclient.SimpleAsyncHTTPClient"),
        (AsyncHTTPClient, "tornado.curl_httpclient.CurlAsyncHTTPClient"),
        (IOLoop, "tornado.platform.asyncio.AsyncIOLoop"),
    ],
)
def test_classes_are_configured_by_their_names(configurable: Any, path: str) -> None:
    if "curl" in path:
        pytest.importorskip("pycurl")
    before = configurable._save_configuration()
    try:
        configurable.configure(path)
        assert configurable.configured_class() is import_object(path)
    finally:
        configurable._restore_configuration(before)


def test_routes_may_name_a_handler_by_a_string() -> None:
    application = web.Application([("/", "tornado.web.RedirectHandler", {"url": "/new"})])
    (rule,) = application.wildcard_router.rules
    assert rule.target is web.RedirectHandler


@pytest.mark.parametrize("name", ["access", "application", "general", "curl_httpclient"])
def test_loggers_are_below_tornado(name: str) -> None:
    if name == "curl_httpclient":
        pytest.importorskip("pycurl")
        importlib.import_module("tornado.curl_httpclient")
    assert f"tornado.{name}" in logging.root.manager.loggerDict
    family = logging.getLogger("tornado")
    assert logging.getLogger(f"tornado.{name}").parent is family
