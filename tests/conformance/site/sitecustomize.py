"""Shows Tornado's tests to the Python processes that they start."""

import os
import sys

if "tornado" in sys.modules:
    sys.modules["tornado"].__path__.append(os.environ["FUJITA_CONFORMANCE"])
