"""Where the JavaScript client is."""

from pathlib import Path

STATIC = Path(__file__).with_name("static")
"""The folder with ``fujita-realtime.js``, for a ``StaticFileHandler``."""
