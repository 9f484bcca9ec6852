"""The small tools that Tornado keeps in ``tornado.util``.

Most of them serve Fujita's own modules. :class:`Configurable` is the one that applications
meet: its :meth:`~Configurable.configure` belongs to the interface of ``AsyncHTTPClient``,
``IOLoop`` and ``Resolver``.
"""

import asyncio
import inspect
import re
import sys
import warnings
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from importlib import import_module
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import unittest

__all__ = [
    "ArgReplacer",
    "Configurable",
    "GzipDecompressor",
    "ObjectDict",
    "TimeoutError",
    "basestring_type",
    "bytes_type",
    "doctests",
    "errno_from_exception",
    "exec_in",
    "import_object",
    "raise_exc_info",
    "re_unescape",
    "timedelta_to_seconds",
    "unicode_type",
]

# Names from the years of Python 2 that programs still import.
bytes_type = bytes
unicode_type = str
basestring_type = str

# One class under every name: ``asyncio``'s, the builtin one, and that of ioloop and gen.
TimeoutError = asyncio.TimeoutError

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_WINDOW_BITS = 16 + zlib.MAX_WBITS  # the 16 asks zlib for gzip's header and checksum
_GZIP_STEP = 16384
_ESCAPED_CHARACTER = re.compile(r"\\(.)", re.DOTALL)


class ObjectDict(dict[str, Any]):
    """A dictionary whose keys can be read and written as attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


class GzipDecompressor:
    """Decompresses gzip data piece by piece, with a bound on what each call returns.

    It is used as ``zlib.decompressobj`` is. All members of a stream (RFC 1952, section 2.2)
    are decompressed, and nothing but members may be in it.
    """

    def __init__(self) -> None:
        self._member: zlib._Decompress | None = None
        self._remainder = b""

    def decompress(self, value: bytes, max_length: int = 0) -> bytes:
        """Decompresses a piece of the stream.

        Args:
            value: The next bytes of the stream, with what :attr:`unconsumed_tail` held after
                the previous call in front.
            max_length: The most bytes to return. 0 sets no bound and is deprecated, for a few
                bytes of input may become gigabytes.

        Returns:
            Decompressed bytes; possibly none, also while :attr:`unconsumed_tail` is not empty.

        Raises:
            zlib.error: The data is not in gzip format.
        """
        if max_length == 0:
            warnings.warn(
                "GzipDecompressor.decompress without max_length is deprecated",
                DeprecationWarning,
                stacklevel=2,
            )
        pieces = []
        room = max_length
        position, size = 0, len(value)
        while position < size:
            # At its end a member copies what was not its own, and may be twenty bytes long: of a
            # whole value that would take quadratic time.
            window = value[position : position + _GZIP_STEP]
            if self._member is None:
                self._member = _new_gzip_member(window)
            piece = self._member.decompress(window, room)
            pieces.append(piece)
            if self._member.eof:
                rest = self._member.unused_data
                self._member = None
            else:
                rest = self._member.unconsumed_tail
            position += len(window) - len(rest)
            if max_length:
                room -= len(piece)
                # zlib would take a room of 0 as "no bound".
                if room == 0:
                    break
        self._remainder = value[position:]
        return b"".join(pieces)

    @property
    def unconsumed_tail(self) -> bytes:
        """Input that ``max_length`` kept back; pass it to the next :meth:`decompress`."""
        return self._remainder

    def flush(self) -> bytes:
        """Ends the stream; call it once, after the last :meth:`decompress`.

        Returns:
            Always ``b""``, as all output has been returned before.

        Raises:
            ValueError: :attr:`unconsumed_tail` has not been passed on.
            zlib.error: The stream ends within a member.
        """
        if self._remainder:
            raise ValueError(
                f"{len(self._remainder)} bytes are left in unconsumed_tail: "
                "pass them to decompress() before flush()"
            )
        if self._member is not None:
            raise zlib.error("the gzip stream ends within a member")
        return b""


def _new_gzip_member(start: bytes) -> "zlib._Decompress":
    # zlib waits for two bytes before it judges a header; a first byte can be wrong already.
    if start[:2] != _GZIP_MAGIC[: len(start)]:
        raise zlib.error(f"a gzip member starts with {_GZIP_MAGIC!r}, got {bytes(start[:2])!r}")
    return zlib.decompressobj(_GZIP_WINDOW_BITS)


def import_object(name: str) -> Any:
    """Imports a module, or an object out of a module, by its dotted name.

    Args:
        name: ``"x"`` for ``import x``; ``"x.y.z"`` for ``from x.y import z``.

    Raises:
        ImportError: There is no such module, or it holds no such object.

    >>> import_object("os.path.join") is __import__("os").path.join
    True
    >>> import_object("os.missing")
    Traceback (most recent call last):
    ImportError: No module named missing (os has no attribute or submodule of that name)
    """
    module_name, _, member = name.rpartition(".")
    if not module_name:
        return import_module(name)
    module = import_module(module_name)
    try:
        return getattr(module, member)
    except AttributeError:
        pass
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        # Another name means that the submodule exists and failed to import what it needs.
        if error.name != name:
            raise
    raise ImportError(
        f"No module named {member} ({module_name} has no attribute or submodule of that name)",
        name=name,
    )


def exec_in(
    code: str | CodeType, glob: dict[str, Any], loc: Mapping[str, Any] | None = None
) -> None:
    """Executes code in the given namespaces.

    Source text is compiled on its own: ``from __future__`` imports of the calling module have
    no effect on it.

    Args:
        code: Source text or a code object.
        glob: The global namespace.
        loc: The local namespace; ``None`` means ``glob``.
    """
    if isinstance(code, str):
        code = compile(code, "<string>", "exec", dont_inherit=True)
    exec(code, glob, loc)


def raise_exc_info(
    exc_info: tuple[type[BaseException] | None, BaseException | None, TracebackType | None],
) -> NoReturn:
    """Raises the exception of a ``sys.exc_info()`` triple again, with its traceback.

    Raises:
        TypeError: The triple holds no exception.
    """
    error = exc_info[1]
    if error is None:
        raise TypeError("raise_exc_info called with no exception")
    try:
        raise error.with_traceback(exc_info[2])
    finally:
        # The traceback refers to this frame, and this frame must not refer back to it.
        del error, exc_info


def errno_from_exception(e: BaseException) -> int | None:
    """Finds the error number of an exception.

    Returns:
        ``e.errno`` if there is one, else the first argument, else ``None``.
    """
    if hasattr(e, "errno"):
        number: int | None = e.errno
        return number
    return e.args[0] if e.args else None


def re_unescape(s: str) -> str:
    r"""Turns the result of ``re.escape`` back into the text that it was made from.

    Raises:
        ValueError: ``s`` has an escape that ``re.escape`` never writes, such as ``\d``.
    """
    return _ESCAPED_CHARACTER.sub(_unescaped, s)


def _unescaped(match: re.Match[str]) -> str:
    character = match[1]
    if character.isascii() and character.isalnum():
        raise ValueError(f"cannot unescape {match[0]!r}: re.escape leaves letters and digits as is")
    return character


def timedelta_to_seconds(td: timedelta) -> float:
    """Returns ``td.total_seconds()``."""
    return td.total_seconds()


class Configurable:
    """An interface whose constructor makes an object of one of its implementations.

    The implementation, and keyword arguments for it, can be chosen for the whole program by
    :meth:`configure`. As ``Base()`` is called like any class, and the object is an instance of
    ``Base``, callers need not know of it.

    A subclass that opens a hierarchy defines :meth:`configurable_base` and
    :meth:`configurable_default`; implementations define ``initialize`` where other classes have
    ``__init__``. Hierarchies may be nested: an implementation may open one of its own.
    """

    # What configure() chose, kept in the base of each hierarchy.
    _configuration: "_Configuration"

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Makes an instance of the configured class and initializes it."""
        implementation = cls
        # Each turn goes from the base of a hierarchy into what is configured there.
        while implementation is (base := implementation.configurable_base()):
            defaults = base._save_configuration()[1]
            if defaults:
                kwargs = defaults | kwargs
            implementation = base.configured_class()
            if implementation is base:
                break
        instance = super().__new__(implementation)
        instance.initialize(*args, **kwargs)
        return instance

    @classmethod
    def configurable_base(cls) -> "type[Configurable]":
        """Returns the base of the hierarchy, which is usually the class that defines this."""
        raise NotImplementedError(f"{cls.__qualname__} has to define configurable_base()")

    @classmethod
    def configurable_default(cls) -> "type[Configurable]":
        """Returns the implementation to use as long as none is configured."""
        raise NotImplementedError(f"{cls.__qualname__} has to define configurable_default()")

    if TYPE_CHECKING:
        # As an attribute, so that implementations can take any arguments.
        initialize: Callable[..., None]
    else:

        def initialize(self) -> None:
            """Sets the instance up; takes the arguments of the constructor."""

    @classmethod
    def configure(cls, impl: "str | type[Configurable] | None", **kwargs: Any) -> None:
        """Chooses the class that the base of the hierarchy makes instances of.

        Args:
            impl: A subclass of the base, its dotted name, or ``None`` for the default.
            **kwargs: Arguments for ``initialize``, unless the constructor is given others.

        Raises:
            ValueError: ``impl`` is not a subclass of the base.
            ImportError: ``impl`` names nothing that can be imported.
        """
        base = cls.configurable_base()
        chosen = import_object(impl) if isinstance(impl, str) else impl
        if chosen is not None and not issubclass(chosen, base):
            raise ValueError(f"Invalid subclass of {base}: {chosen}")
        base._configuration = (chosen, kwargs)

    @classmethod
    def configured_class(cls) -> "type[Configurable]":
        """Returns the class that the base of the hierarchy makes instances of now."""
        base = cls.configurable_base()
        return base._save_configuration()[0] or cls.configurable_default()

    @classmethod
    def _save_configuration(cls) -> "_Configuration":
        # Not by attribute access: that would find the configuration of an outer hierarchy.
        own = vars(cls.configurable_base())
        saved: _Configuration = own.get("_configuration", (None, None))
        return saved

    @classmethod
    def _restore_configuration(cls, saved: "_Configuration") -> None:
        cls.configurable_base()._configuration = saved


# The implementation and the keyword arguments that configure() was given.
_Configuration = tuple[type[Configurable] | None, dict[str, Any] | None]


class ArgReplacer:
    """Replaces one argument of a call, whether it was passed by position or by keyword.

    Meant for decorators.

    Args:
        func: The function that will be called.
        name: The name of the argument.

    Attributes:
        name: The name of the argument.
        arg_pos: Its position, or ``None`` if it can be passed by keyword only.
    """

    def __init__(self, func: Callable[..., Any], name: str) -> None:
        self.name = name
        positional = inspect.getfullargspec(func).args
        self.arg_pos = positional.index(name) if name in positional else None

    def get_old_value(
        self, args: Sequence[Any], kwargs: dict[str, Any], default: Any = None
    ) -> Any:
        """Returns the argument's value in this call, or ``default`` if it is not passed."""
        if self.arg_pos is not None and self.arg_pos < len(args):
            return args[self.arg_pos]
        return kwargs.get(self.name, default)

    def replace(
        self, new_value: Any, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> tuple[Any, Sequence[Any], dict[str, Any]]:
        """Replaces the argument, or adds it to ``kwargs`` if it is not passed.

        Returns:
            The old value (``None`` if there was none) and the ``args`` and ``kwargs`` to call
            with, which may be new objects or the given ones, changed.
        """
        old_value = self.get_old_value(args, kwargs)
        if self.arg_pos is not None and self.arg_pos < len(args):
            args = list(args)
            args[self.arg_pos] = new_value
        else:
            kwargs[self.name] = new_value
        return old_value, args, kwargs


def _websocket_mask_python(mask: bytes, data: bytes | bytearray | memoryview) -> bytes:
    """Masks or unmasks the payload of a WebSocket frame (RFC 6455, section 5.3).

    Args:
        mask: The masking key, 4 bytes.
        data: The payload.

    Raises:
        ValueError: The masking key is not 4 bytes long.
    """
    if len(mask) != 4:
        raise ValueError(f"mask must be 4 bytes, got {len(mask)}")
    length = len(data)
    # "Octet i of the transformed data is the XOR of octet i of the original data with octet at
    # index i modulo 4 of the masking key": one XOR of two long integers does them all.
    key_stream = (mask * ((length + 3) // 4))[:length]
    masked = int.from_bytes(data, "little") ^ int.from_bytes(key_stream, "little")
    return masked.to_bytes(length, "little")


def doctests() -> "unittest.TestSuite":
    """Returns the examples in this module's docstrings as a test suite."""
    import doctest  # only tests need it, and it brings unittest and pdb along

    return doctest.DocTestSuite(sys.modules[__name__])
