"""Which files a static handler may give away.

A path is judged twice: as it is written, so that ``..`` leads nowhere, and with its symbolic
links resolved, so that a link leads nowhere either.
"""

import os
import stat
from collections.abc import Iterable

from fujita.web.errors import HTTPError

_WINDOWS = os.name == "nt"


def check_in_root(root: str, absolute_path: str, path_message: str) -> str:
    """Checks that a path lies in a directory, by its text alone.

    Args:
        root: The directory.
        absolute_path: The path, normalized.
        path_message: What the error calls it: the path that the client asked for.

    Returns:
        The directory's absolute path, with a separator at its end.

    Raises:
        HTTPError: It lies elsewhere; status 403.
    """
    directory = _with_separator(os.path.abspath(root))
    if not _is_in(absolute_path, directory):
        raise HTTPError(403, "%s is not in root static directory", path_message)
    if _WINDOWS and ":" in os.path.splitdrive(absolute_path)[1]:
        # "file.txt:name" is another stream of data in file.txt, hidden from directory lists.
        raise HTTPError(403, "%s is not a file", path_message)
    return directory


def resolve_symlink_target(
    absolute_path: str, allowed_symlink_directories: Iterable[str], path_message: str
) -> str:
    """Follows symbolic links, as far as they may lead.

    What it returns is true of the moment only: who may write to the directories can still
    put a link in the file's place before it is opened.

    Args:
        absolute_path: The path, which need not exist.
        allowed_symlink_directories: The file must be in one of these, or be one of them.
        path_message: What the error calls it: the path that the client asked for.

    Returns:
        The path without symbolic links.

    Raises:
        HTTPError: It lies elsewhere; status 403. Or no file can have such a name; status 404.
    """
    try:
        target = os.path.realpath(absolute_path)
    except ValueError:
        raise HTTPError(404) from None
    for directory in allowed_symlink_directories:
        # What a path without links begins with has none either, so it need not be resolved.
        if os.path.isabs(directory) and _is_in(target, _with_separator(directory)):
            return target
        if _is_in(target, _with_separator(os.path.realpath(directory))):
            return target
    raise HTTPError(403, "%s is not in root static directory", path_message)


def stat_regular_file(absolute_path: str, path_message: str) -> os.stat_result:
    """Gives size and dates of a file, if it is one that can be read to its end.

    ``/dev/zero`` has no end, and to open a FIFO is to wait for its writer.

    Args:
        absolute_path: The file.
        path_message: What the error calls it: the path that the client asked for.

    Raises:
        HTTPError: There is nothing of that name, status 404; or it is a directory, a device,
            a FIFO or a socket, status 403.
    """
    try:
        result = os.stat(absolute_path)
    except (OSError, ValueError):
        raise HTTPError(404) from None
    if not stat.S_ISREG(result.st_mode):
        raise HTTPError(403, "%s is not a file", path_message)
    return result


def _with_separator(directory: str) -> str:
    return directory if directory.endswith(os.sep) else directory + os.sep


def _is_in(path: str, directory: str) -> bool:
    """Tells whether a path is a directory, which ends with a separator, or in it."""
    return path.startswith(directory) or path + os.sep == directory
