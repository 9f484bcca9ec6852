"""The command ``fujita``.

What a command needs is imported when it runs: ``fujita --help`` answers at once.
"""

from fujita.cli.entry import main

__all__ = ["main"]
