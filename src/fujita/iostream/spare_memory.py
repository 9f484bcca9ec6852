"""Memory to receive into, lent from one read to the next.

A stream that waits holds no memory of its own for what may come, and one that
receives does not have to allocate and clear 64 KiB for a message of 64 bytes.
"""

_SIZE = 64 * 1024
_KEPT = 4

# Taken and given back by single operations on a list, which threads may share.
_spares: list[bytearray] = []


def borrow(size: int) -> bytearray:
    """Returns memory of at least ``size`` bytes; what is in it means nothing."""
    if size > _SIZE:
        return bytearray(size)
    try:
        return _spares.pop()
    except IndexError:
        return bytearray(_SIZE)


def give_back(memory: bytearray) -> None:
    """Takes back what `borrow` has lent. No view of it may be left."""
    if len(memory) == _SIZE and len(_spares) < _KEPT:
        _spares.append(memory)
