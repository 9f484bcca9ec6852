"""HTTP for socketify. usage: socketify_http.py PORT"""

import sys

from content import HELLO
from socketify import App, AppListenOptions

application = App()
application.get("/hello", lambda response, request: response.end(HELLO))
application.listen(AppListenOptions(port=int(sys.argv[1]), host="127.0.0.1"), lambda config: None)
application.run()
