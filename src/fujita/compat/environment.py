"""A whole environment's Python finds Fujita where programs import ``tornado``."""

from pathlib import Path

# The site module runs the lines of such files that begin with "import", in the order of the
# files' names: those that put an editable Fujita on the path begin with "_", and come before.
_NAME = "fujita_shim.pth"

# Where Fujita has been uninstalled meanwhile, Python is to start without a word.
_LINE = (
    "import importlib.util; "
    "importlib.util.find_spec('fujita') and __import__('fujita.compat').compat.install()\n"
)


def install_in_environment(site_packages: Path) -> Path:
    """Makes ``import tornado`` give Fujita in every Python process of an environment.

    A process that is started with ``-S`` is left alone.

    Args:
        site_packages: The environment's folder of packages.

    Returns:
        The file that does it.

    Raises:
        OSError: It cannot be written.
    """
    path = site_packages / _NAME
    path.write_text(_LINE, encoding="utf-8")
    return path


def uninstall_from_environment(site_packages: Path) -> Path | None:
    """Undoes ``install_in_environment``.

    Returns:
        The file that has been removed, ``None`` if there was none.

    Raises:
        OSError: It cannot be removed.
    """
    path = site_packages / _NAME
    try:
        path.unlink()
    except FileNotFoundError:
        return None
    return path
