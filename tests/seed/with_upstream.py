"""Is ``fujita run``, in a world where ip-api.com is a port of this machine.

usage: python with_upstream.py PORT TARGET [ARGUMENTS]
"""

import sys

from fujita.cli import main
from fujita.httpclient import AsyncHTTPClient

port = int(sys.argv[1])
AsyncHTTPClient.configure(None, hostname_mapping={("ip-api.com", 80): ("127.0.0.1", port)})
sys.argv[:] = ["fujita", "run", *sys.argv[2:]]
main()
