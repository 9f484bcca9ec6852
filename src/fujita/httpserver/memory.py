"""Lets the process keep memory that bodies have used, for the bodies that follow."""

_KEPT = 8 << 20
"""How large a body, in bytes, is to find its memory there already."""


def keep_freed_memory() -> None:
    """Teaches the C library that large blocks come and go.

    glibc asks the kernel for each large block, and gives it back at once: every body of a megabyte
    would begin with 256 page faults, which take longer than copying it does. The limit from
    which on it does so rises to the size of the largest such block that has been freed, and twice
    that much is kept (mallopt(3), ``M_MMAP_THRESHOLD``, on the dynamic threshold). So one block
    is made and freed. Nothing is ever written to it, so it takes no memory; with other
    C libraries this does nothing.
    """
    bytearray(_KEPT)
