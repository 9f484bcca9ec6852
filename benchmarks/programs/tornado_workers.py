"""Work in several processes for Tornado; ``fujita run`` serves this very file.

usage: tornado_workers.py PORT WORKERS
"""

import sys

from tornado import httpserver, ioloop, netutil, process, web


class Work(web.RequestHandler):
    def get(self):
        self.write(str(sum(number * number for number in range(10_000))))


if __name__ == "__main__":
    sockets = netutil.bind_sockets(int(sys.argv[1]), "127.0.0.1")
    workers = int(sys.argv[2])
    if workers > 1:
        process.fork_processes(workers)
    httpserver.HTTPServer(web.Application([("/work", Work)])).add_sockets(sockets)
    ioloop.IOLoop.current().start()
