"""A non-blocking HTTP server.

application = web.Application([(r"/", MainHandler)])
server = httpserver.HTTPServer(application)
server.listen(8888)
ioloop.IOLoop.current().start()
"""

from fujita.httpserver.delegates import CallbackDelegate as _CallableAdapter
from fujita.httpserver.server import HTTPServer
from fujita.httputil import HTTPServerRequest as HTTPRequest

__all__ = ["HTTPRequest", "HTTPServer", "_CallableAdapter"]
