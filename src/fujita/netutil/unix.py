"""Listening unix sockets."""

import os
import socket
import stat

from fujita.netutil.listening import DEFAULT_BACKLOG


def bind_unix_socket(file: str, mode: int = 0o600, backlog: int = DEFAULT_BACKLOG) -> socket.socket:
    """Opens a non-blocking unix socket that listens under a file's name.

    Args:
        file: The path. A socket that an earlier run left there is replaced. A path that starts
            with a NUL character names a socket without a file (Linux's abstract namespace).
        mode: The file's permissions.
        backlog: The number of connections that may wait to be accepted.

    Raises:
        ValueError: Something that is not a socket has that name.
        OSError: The socket cannot be made; ``filename`` is the path.
    """
    abstract = file.startswith("\0")
    if not abstract:
        _remove_stale_socket(file)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.bind(file)
        if not abstract:
            # Before listen(): until then, nobody can connect.
            os.chmod(file, mode)
        sock.listen(backlog)
    except OSError as error:
        sock.close()
        if error.errno is None:
            # "AF_UNIX path too long": Python says so itself, without a number.
            raise OSError(f"cannot listen on {file!r}: {error}") from error
        raise OSError(error.errno, f"cannot listen: {error.strerror}", file) from error
    return sock


def _remove_stale_socket(file: str) -> None:
    try:
        found = os.stat(file)
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise ValueError(f"cannot listen on {file!r}: the file exists and is not a socket")
    os.remove(file)
