"""An application of many routes for Tornado; ``fujita run`` serves this very file.

usage: tornado_routes.py PORT ROUTES
"""

import sys

from tornado import ioloop, web


class Item(web.RequestHandler):
    def get(self, item):
        self.write(item)


if __name__ == "__main__":
    count = int(sys.argv[2])
    routes = [(rf"/section{number}/([0-9]+)", Item) for number in range(count)]
    web.Application(routes).listen(int(sys.argv[1]), "127.0.0.1")
    ioloop.IOLoop.current().start()
