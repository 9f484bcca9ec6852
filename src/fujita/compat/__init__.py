"""Lets programs written for Tornado run on Fujita without a change.

``install()`` registers a ``tornado`` package whose submodules are Fujita's own module
objects, in the manner of PyMySQL's ``install_as_MySQLdb()``.
"""

from fujita.compat.shim import install, installed, uninstall

__all__ = ["install", "installed", "uninstall"]
