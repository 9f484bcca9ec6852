"""Lets programs written for Tornado run on Fujita without a change.

``install()`` registers a ``tornado`` package whose submodules are Fujita's own module
objects, in the manner of PyMySQL's ``install_as_MySQLdb()``. ``install_in_children()`` does the
same for the Python processes that the program starts. ``fujita run`` calls both.
"""

from fujita.compat.children import install_in_children, uninstall_in_children
from fujita.compat.shim import install, installed, uninstall

__all__ = [
    "install",
    "install_in_children",
    "installed",
    "uninstall",
    "uninstall_in_children",
]
