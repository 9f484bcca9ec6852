"""Names that Tornado's modules have only imported, and that programs take from them all the same.

Somebody writes ``from tornado.web import escape, utf8``, somebody else ``tornado.ioloop.time``, and
a third ``from tornado.ioloop import *``. Fujita's modules import other things, so the shim hands
these names on.
"""

from pkgutil import resolve_name
from types import ModuleType
from typing import Any

_ORIGINS = {
    "auth": (
        "base64 binascii hashlib hmac re time urllib uuid warnings collections.abc.Iterable "
        "typing.Any typing.cast fujita.escape fujita.httpclient fujita.httputil.url_concat "
        "fujita.util.unicode_type fujita.web.RequestHandler"
    ),
    "autoreload": (
        "functools importlib os pkgutil signal subprocess sys traceback types weakref "
        "collections.abc.Callable fujita.ioloop fujita.log.gen_log fujita.process"
    ),
    "concurrent": (
        "asyncio functools sys types typing collections.abc.Callable concurrent.futures "
        "typing.Any typing.Union fujita.log.app_log"
    ),
    "curl_httpclient": (
        "collections functools inspect logging pycurl re threading time collections.abc.Callable "
        "io.BytesIO typing.Any fujita.escape.native_str fujita.escape.utf8 fujita.gen "
        "fujita.httpclient.AsyncHTTPClient fujita.httpclient.HTTPError "
        "fujita.httpclient.HTTPRequest fujita.httpclient.HTTPResponse fujita.httpclient.main "
        "fujita.httputil fujita.ioloop fujita.log.app_log"
    ),
    "escape": "binascii html json re typing urllib collections.abc.Callable typing.Any",
    "gen": (
        "asyncio builtins collections concurrent contextvars datetime functools sys types typing "
        "asyncio.Future collections.abc.Awaitable collections.abc.Callable "
        "collections.abc.Generator collections.abc.Iterable collections.abc.Mapping "
        "collections.abc.Sequence functools.singledispatch inspect.isawaitable typing.Any "
        "typing.Dict typing.List typing.Tuple typing.Type typing.Union typing.overload "
        "fujita.concurrent.chain_future fujita.concurrent.future_add_done_callback "
        "fujita.concurrent.future_set_exc_info "
        "fujita.concurrent.future_set_result_unless_cancelled fujita.concurrent.is_future "
        "fujita.ioloop.IOLoop fujita.log.app_log"
    ),
    "http1connection": (
        "asyncio logging re types zlib asyncio.Future collections.abc.Awaitable "
        "collections.abc.Callable typing.Optional typing.Type typing.cast "
        "fujita.concurrent.future_add_done_callback "
        "fujita.concurrent.future_set_result_unless_cancelled fujita.escape.native_str "
        "fujita.escape.utf8 fujita.gen fujita.httputil fujita.iostream fujita.log.app_log "
        "fujita.log.gen_log fujita.util.GzipDecompressor"
    ),
    "httpclient": (
        "datetime functools ssl time weakref asyncio.Future collections.abc.Awaitable "
        "collections.abc.Callable io.BytesIO typing.Any typing.Optional typing.Type typing.Union "
        "typing.cast fujita.concurrent.future_set_exception_unless_cancelled "
        "fujita.concurrent.future_set_result_unless_cancelled fujita.escape.native_str "
        "fujita.escape.utf8 fujita.gen fujita.httputil fujita.ioloop.IOLoop "
        "fujita.util.Configurable"
    ),
    "httpserver": (
        "socket ssl typing collections.abc.Awaitable collections.abc.Callable typing.Any "
        "fujita.escape.native_str fujita.http1connection.HTTP1ConnectionParameters "
        "fujita.http1connection.HTTP1ServerConnection fujita.httputil fujita.httputil.HTTPRequest "
        "fujita.iostream fujita.netutil fujita.tcpserver.TCPServer fujita.util.Configurable"
    ),
    "httputil": (
        "calendar collections copy dataclasses datetime email http re time typing unicodedata "
        "warnings __future__.annotations collections.abc.Awaitable collections.abc.Generator "
        "collections.abc.Iterable collections.abc.Iterator collections.abc.Mapping "
        "functools.lru_cache ssl.SSLError typing.AnyStr urllib.parse.parse_qsl "
        "urllib.parse.urlencode urllib.parse.urlparse urllib.parse.urlunparse "
        "fujita.escape.native_str fujita.escape.parse_qs_bytes fujita.escape.to_unicode "
        "fujita.escape.utf8 fujita.util.ObjectDict fujita.util.unicode_type"
    ),
    "ioloop": (
        "asyncio concurrent datetime functools math numbers os random sys time typing warnings "
        "__future__.annotations asyncio.Future collections.abc.Awaitable collections.abc.Callable "
        "inspect.isawaitable typing.Any typing.Protocol typing.TypeVar typing.TypedDict "
        "fujita.concurrent.chain_future fujita.concurrent.future_add_done_callback "
        "fujita.concurrent.future_set_exc_info fujita.concurrent.is_future fujita.log.app_log "
        "fujita.util.Configurable fujita.util.import_object"
    ),
    "iostream": (
        "asyncio collections errno io numbers os re socket ssl sys typing asyncio.Future "
        "collections.abc.Awaitable collections.abc.Callable re.Pattern types.TracebackType "
        "typing.Any typing.TypeVar fujita.concurrent.future_set_result_unless_cancelled "
        "fujita.ioloop fujita.log.gen_log fujita.netutil._client_ssl_defaults "
        "fujita.netutil._server_ssl_defaults fujita.netutil.ssl_wrap_socket "
        "fujita.util.errno_from_exception"
    ),
    "locale": (
        "codecs csv datetime gettext glob os re __future__.annotations collections.abc.Iterable "
        "typing.Any fujita.escape fujita.log.gen_log"
    ),
    "locks": (
        "collections datetime types asyncio.Future collections.abc.Awaitable typing.Any "
        "typing.Optional typing.Type fujita.concurrent.future_set_result_unless_cancelled "
        "fujita.gen fujita.ioloop"
    ),
    "log": (
        "curses logging sys typing.Any typing.cast fujita.escape._unicode "
        "fujita.util.basestring_type fujita.util.unicode_type"
    ),
    "netutil": (
        "asyncio concurrent errno functools os socket ssl stat sys collections.abc.Awaitable "
        "collections.abc.Callable typing.Any fujita.concurrent.dummy_executor "
        "fujita.concurrent.run_on_executor fujita.ioloop.IOLoop fujita.util.Configurable "
        "fujita.util.errno_from_exception"
    ),
    "options": (
        "datetime numbers os re sys textwrap collections.abc.Callable collections.abc.Iterable "
        "collections.abc.Iterator typing.Any typing.TextIO fujita.escape._unicode "
        "fujita.escape.native_str fujita.log.define_logging_options fujita.util.basestring_type "
        "fujita.util.exec_in"
    ),
    "platform.asyncio": (
        "asyncio atexit concurrent contextvars errno functools select socket sys threading typing "
        "warnings collections.abc.Callable typing.Any typing.Protocol typing.TypeVar typing.Union "
        "fujita.gen.convert_yielded fujita.ioloop.IOLoop "
    ),
    "process": (
        "asyncio multiprocessing os signal subprocess sys time asyncio.Future binascii.hexlify "
        "collections.abc.Callable subprocess.CalledProcessError typing.Any "
        "fujita.concurrent.future_set_exception_unless_cancelled "
        "fujita.concurrent.future_set_result_unless_cancelled fujita.ioloop "
        "fujita.iostream.PipeIOStream fujita.log.gen_log"
    ),
    "queues": (
        "collections datetime heapq __future__.annotations asyncio.Future "
        "collections.abc.Awaitable typing.Any typing.Generic typing.TypeVar "
        "fujita.concurrent.future_set_result_unless_cancelled fujita.ioloop fujita.locks.Event"
    ),
    "routing": (
        "re collections.abc.Awaitable collections.abc.Sequence functools.partial re.Pattern "
        "typing.Any typing.Union typing.overload fujita.escape.url_escape "
        "fujita.escape.url_unescape fujita.escape.utf8 fujita.httpserver._CallableAdapter "
        "fujita.httputil fujita.log.app_log fujita.util.basestring_type fujita.util.import_object "
        "fujita.util.re_unescape fujita.util.unicode_type"
    ),
    "simple_httpclient": (
        "base64 collections copy functools re socket ssl sys time urllib asyncio.Future "
        "collections.abc.Awaitable collections.abc.Callable io.BytesIO types.TracebackType "
        "typing.Any typing.Optional typing.Type fujita.escape._unicode fujita.gen "
        "fujita.http1connection.HTTP1Connection fujita.http1connection.HTTP1ConnectionParameters "
        "fujita.httpclient.AsyncHTTPClient fujita.httpclient.HTTPError "
        "fujita.httpclient.HTTPRequest fujita.httpclient.HTTPResponse "
        "fujita.httpclient._RequestProxy fujita.httpclient.main fujita.httputil "
        "fujita.ioloop.IOLoop fujita.iostream.IOStream fujita.iostream.StreamClosedError "
        "fujita.log.gen_log fujita.netutil.OverrideResolver fujita.netutil.Resolver "
        "fujita.netutil._client_ssl_defaults fujita.netutil.is_valid_ip "
        "fujita.tcpclient.TCPClient fujita.version"
    ),
    "tcpclient": (
        "asyncio datetime functools numbers socket ssl asyncio.Future collections.abc.Callable "
        "collections.abc.Iterator typing.Any typing.Tuple "
        "fujita.concurrent.future_add_done_callback fujita.gen fujita.ioloop.IOLoop "
        "fujita.iostream.IOStream fujita.netutil.Resolver"
    ),
    "tcpserver": (
        "errno os socket ssl collections.abc.Awaitable collections.abc.Callable "
        "collections.abc.Iterable typing.Any fujita.gen fujita.ioloop.IOLoop "
        "fujita.iostream.IOStream fujita.iostream.SSLIOStream fujita.log.app_log "
        "fujita.netutil.add_accept_handler fujita.netutil.bind_sockets "
        "fujita.netutil.ssl_wrap_socket fujita.process fujita.util.errno_from_exception"
    ),
    "template": (
        "datetime linecache os posixpath re threading typing collections.abc.Callable "
        "collections.abc.Iterable io.StringIO typing.Any typing.ContextManager typing.Optional "
        "typing.TextIO fujita.escape fujita.log.app_log fujita.util.ObjectDict "
        "fujita.util.exec_in fujita.util.unicode_type"
    ),
    "testing": (
        "asyncio functools inspect logging os re signal socket sys typing unittest warnings "
        "collections.abc.Callable collections.abc.Coroutine collections.abc.Generator "
        "types.TracebackType typing.Any typing.Optional typing.Type typing.Union fujita.gen "
        "fujita.httpclient.AsyncHTTPClient fujita.httpclient.HTTPResponse "
        "fujita.httpserver.HTTPServer fujita.ioloop.IOLoop fujita.log.app_log fujita.netutil "
        "fujita.platform.asyncio.AsyncIOMainLoop "
        "fujita.process.Subprocess fujita.util.basestring_type fujita.util.raise_exc_info "
        "fujita.web.Application"
    ),
    "util": (
        "array asyncio os re typing warnings zlib __future__.annotations collections.abc.Callable "
        "collections.abc.Mapping collections.abc.Sequence inspect.getfullargspec re.Match "
        "typing.Any _websocket_mask=fujita.speedups.websocket_mask"
    ),
    "web": (
        "asyncio base64 binascii datetime email functools gzip hashlib hmac http mimetypes "
        "numbers os re socket stat string sys threading time tornado traceback types urllib "
        "warnings asyncio.Future collections.abc.Awaitable collections.abc.Callable "
        "collections.abc.Generator collections.abc.Iterable inspect.isclass io.BytesIO "
        "types.TracebackType typing.Any typing.Optional typing.Type typing.TypeVar typing.Union "
        "typing.cast typing.overload urllib.parse.urlencode "
        "fujita.concurrent.future_set_result_unless_cancelled fujita.escape "
        "fujita.escape._unicode fujita.escape.utf8 fujita.gen fujita.httpserver.HTTPServer "
        "fujita.httputil fujita.iostream fujita.locale fujita.log.access_log fujita.log.app_log "
        "fujita.log.gen_log fujita.routing.AnyMatches fujita.routing.DefaultHostMatches "
        "fujita.routing.HostMatches fujita.routing.ReversibleRouter "
        "fujita.routing.ReversibleRuleRouter fujita.routing.Rule fujita.routing.URLSpec "
        "fujita.routing.url _websocket_mask=fujita.speedups.websocket_mask "
        "fujita.template fujita.util.ObjectDict fujita.util.unicode_type"
    ),
    "websocket": (
        "abc asyncio base64 functools hashlib logging os struct sys tornado warnings zlib "
        "asyncio.Future collections.abc.Awaitable collections.abc.Callable types.TracebackType "
        "typing.Any typing.Optional typing.Protocol typing.Type typing.Union typing.cast "
        "fujita.concurrent.future_add_done_callback "
        "fujita.concurrent.future_set_result_unless_cancelled fujita.escape.native_str "
        "fujita.escape.to_unicode fujita.escape.utf8 fujita.gen fujita.httpclient fujita.httputil "
        "fujita.ioloop.IOLoop fujita.iostream.IOStream fujita.iostream.StreamClosedError "
        "fujita.log.app_log fujita.log.gen_log fujita.netutil.Resolver fujita.queues.Queue "
        "fujita.simple_httpclient _websocket_mask=fujita.speedups.websocket_mask "
        "fujita.tcpclient.TCPClient"
    ),
    "wsgi": (
        "concurrent sys tornado typing collections.abc.Callable io.BytesIO types.TracebackType "
        "typing.Any fujita.concurrent.dummy_executor fujita.escape fujita.httputil "
        "fujita.httputil.HTTPRequest fujita.ioloop.IOLoop fujita.log.access_log"
    ),
}
"""Where they come from, by the name of the module without its package."""


def imported_names(module_name: str) -> dict[str, str]:
    """Gives the names that Tornado's module of that name has imported, and where each comes from.

    Args:
        module_name: Such as ``web``, without the package.
    """
    names = {}
    for entry in _ORIGINS.get(module_name, "").split():
        # An origin, or "name=origin" if the two differ.
        name, _, origin = entry.rpartition("=")
        names[name or origin.rpartition(".")[2]] = origin
    return names


def hand_on_imported_names(module: ModuleType, module_name: str) -> None:
    """Lets a module of ours hand on what Tornado's module of that name does.

    Nothing is imported before a program asks for it. What the module has itself stays.

    Args:
        module: The module.
        module_name: Such as ``web``, without the package.
    """
    origins = imported_names(module_name)
    if not origins:
        return
    own = module.__dict__.get("__getattr__")
    if own is not None and own.__module__ == __name__:
        return

    def __getattr__(name: str) -> Any:
        origin = origins.get(name)
        if origin is not None:
            return resolve_name(origin)
        if own is not None:
            return own(name)
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

    module.__dict__["__getattr__"] = __getattr__
    # For "import *".
    names = [*module.__dict__.get("__all__", module.__dict__), *origins]
    public = dict.fromkeys(name for name in names if not name.startswith("_"))
    module.__dict__["__all__"] = list(public)
