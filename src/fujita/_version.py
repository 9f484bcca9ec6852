"""The one place that names the release.

``__version__`` is Fujita's own. ``TORNADO_VERSION`` is the Tornado release whose
public API it offers, which is what a program asking ``tornado.version`` is told.
"""

__version__ = "0.1.0"

TORNADO_VERSION = "6.6.1"
TORNADO_VERSION_INFO = (6, 6, 1, 0)
