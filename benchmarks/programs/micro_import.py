"""How long importing the web modules takes. usage: micro_import.py LIBRARY SECONDS"""

import json
import subprocess
import sys
import time

MODULES = {
    "Fujita": "fujita.web",
    "Tornado": "tornado.web",
    "aiohttp": "aiohttp.web",
    "Starlette": "starlette.applications, starlette.responses, starlette.routing",
}
PROGRAM = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"

best = float("inf")
end = time.perf_counter() + max(1.0, float(sys.argv[2]))
while time.perf_counter() < end:
    command = [sys.executable, "-c", PROGRAM.format(MODULES[sys.argv[1]])]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    best = min(best, float(output))
print(json.dumps({"microseconds": best * 1e6}))
