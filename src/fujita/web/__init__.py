"""What an application is written with: ``Application``, ``RequestHandler`` and their kin.

    class MainHandler(RequestHandler):
        def get(self):
            self.write("Hello, world")

    application = Application([(r"/", MainHandler)])
    application.listen(8888)

Source: Tornado ``web``.
"""

from fujita.log import access_log, app_log, gen_log
from fujita.routing import URLSpec
from fujita.routing import URLSpec as url
from fujita.web.application import Application, _ApplicationRouter
from fujita.web.arguments import _ARG_DEFAULT, _ArgDefaultMarker
from fujita.web.authentication import authenticated
from fujita.web.decorators import addslash, removeslash, stream_request_body
from fujita.web.delegate import _HandlerDelegate
from fujita.web.errors import Finish, HTTPError, MissingArgumentError
from fujita.web.handler import RequestHandler
from fujita.web.rendering import _is_absolute as is_absolute
from fujita.web.signing import (
    DEFAULT_SIGNED_VALUE_MIN_VERSION,
    DEFAULT_SIGNED_VALUE_VERSION,
    MAX_SUPPORTED_SIGNED_VALUE_VERSION,
    MIN_SUPPORTED_SIGNED_VALUE_VERSION,
    _create_signature_v1,
    _create_signature_v2,
    create_signed_value,
    decode_signed_value,
    get_signature_key_version,
)
from fujita.web.simple_handlers import ErrorHandler, FallbackHandler, RedirectHandler
from fujita.web.static import StaticFileHandler
from fujita.web.transforms import GZipContentEncoding, OutputTransform
from fujita.web.uimodules import TemplateModule, UIModule, _linkify, _xsrf_form_html

__all__ = [
    "DEFAULT_SIGNED_VALUE_MIN_VERSION",
    "DEFAULT_SIGNED_VALUE_VERSION",
    "MAX_SUPPORTED_SIGNED_VALUE_VERSION",
    "MIN_SUPPORTED_SIGNED_VALUE_VERSION",
    "_ARG_DEFAULT",
    "Application",
    "ErrorHandler",
    "FallbackHandler",
    "Finish",
    "GZipContentEncoding",
    "HTTPError",
    "MissingArgumentError",
    "OutputTransform",
    "RedirectHandler",
    "RequestHandler",
    "StaticFileHandler",
    "TemplateModule",
    "UIModule",
    "URLSpec",
    "_ApplicationRouter",
    "_ArgDefaultMarker",
    "_HandlerDelegate",
    "_create_signature_v1",
    "_create_signature_v2",
    "_linkify",
    "_xsrf_form_html",
    "access_log",
    "addslash",
    "app_log",
    "authenticated",
    "create_signed_value",
    "decode_signed_value",
    "gen_log",
    "get_signature_key_version",
    "is_absolute",
    "removeslash",
    "stream_request_body",
    "url",
]
