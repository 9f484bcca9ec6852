"""A compiled template."""

import linecache
from enum import Enum
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final, Literal

from fujita.escape import native_str, to_unicode
from fujita.log import app_log
from fujita.template.library import Library
from fujita.template.parser import parse
from fujita.template.runtime import DEFAULT_NAMESPACE, applied, escaped, plain
from fujita.template.whitespace import default_mode
from fujita.template.writer import generate_code

if TYPE_CHECKING:
    from fujita.template.loaders import BaseLoader

_DEFAULT_AUTOESCAPE = "xhtml_escape"


class _Unset(Enum):
    """Stands for an argument that was not given where None means something."""

    UNSET = "unset"


_UNSET: Final = _Unset.UNSET


class _SourceOfCode:
    """Shows generated code to ``linecache``, and so to tracebacks and debuggers."""

    def __init__(self, code: str) -> None:
        self._code = code

    def get_source(self, name: str) -> str:
        return self._code


class Template:
    """A template, compiled and ready to be rendered any number of times.

    Args:
        template_string: The template; bytes are read as UTF-8.
        name: Name for error messages, and the place from which ``{% include %}`` and
            ``{% extends %}`` find others; its ending decides the default whitespace mode.
        loader: Finds the templates that this one includes or extends; its settings hold
            wherever the arguments here leave a choice open.
        compress_whitespace: Older form of ``whitespace``: True for ``single``, False for ``all``.
        autoescape: Name of the function that escapes values, or None to escape none.
        whitespace: A mode of :func:`filter_whitespace`.

    Attributes:
        name: The name.
        namespace: The loader's namespace, or an empty one.
        autoescape: Escaping function for places where the template names no other.
        code: The Python code that the template became.

    Raises:
        ParseError: The template breaks the rules of the template language.
        SyntaxError: Something in it is not Python; a note tells the place in the template.
        ValueError: ``whitespace`` and ``compress_whitespace`` are both given, or there is no
            such whitespace mode.
    """

    def __init__(
        self,
        template_string: str | bytes,
        name: str = "<string>",
        loader: "BaseLoader | None" = None,
        compress_whitespace: bool | Literal[_Unset.UNSET] = _UNSET,
        autoescape: str | Literal[_Unset.UNSET] | None = _UNSET,
        whitespace: str | None = None,
    ) -> None:
        self.name = native_str(name)
        self.loader = loader
        self.namespace: dict[str, Any] = loader.namespace if loader is not None else {}
        if autoescape is not _UNSET:
            self.autoescape = autoescape
        else:
            self.autoescape = loader.autoescape if loader is not None else _DEFAULT_AUTOESCAPE
        mode = self._whitespace_mode(compress_whitespace, whitespace)
        self.document = parse(to_unicode(template_string), self.name, self.autoescape, mode)
        self.code = generate_code(self.document, Library(loader))
        module_name = self.name.replace(".", "_")
        self._file_name = f"{module_name}.generated.py"
        self.compiled = self._compile()
        self._function_code = _only_function(self.compiled)
        self._own_namespace = {"__name__": module_name, "__loader__": _SourceOfCode(self.code)}

    def generate(self, **kwargs: Any) -> bytes:
        """Renders the template.

        Args:
            **kwargs: The template's variables. They hide names of the loader's namespace, and
                these hide the functions that every template has.

        Returns:
            The output, text encoded as UTF-8.
        """
        namespace = {**DEFAULT_NAMESPACE, **self._own_namespace, **self.namespace, **kwargs}
        execute = FunctionType(self._function_code, namespace)
        try:
            result: bytes = execute(plain, escaped, applied)
        except BaseException:
            # Another template of this name may have left its source there for tracebacks.
            linecache.cache.pop(self._file_name, None)
            raise
        return result

    def _whitespace_mode(
        self, compress: bool | Literal[_Unset.UNSET], whitespace: str | None
    ) -> str:
        if compress is not _UNSET:
            if whitespace is not None:
                raise ValueError("cannot set both whitespace and compress_whitespace")
            return "single" if compress else "all"
        if whitespace is None and self.loader is not None:
            whitespace = self.loader.whitespace
        return whitespace or default_mode(self.name)

    def _compile(self) -> CodeType:
        try:
            return compile(self.code, self._file_name, "exec", dont_inherit=True)
        except SyntaxError as error:
            lines = self.code.splitlines()
            if error.lineno is not None and error.lineno <= len(lines):
                error.add_note(f"in template {lines[error.lineno - 1].rpartition('# ')[2]}")
            numbered = "\n".join(f"{number:4}  {line}" for number, line in enumerate(lines, 1))
            app_log.error("%s code:\n%s", self.name, numbered)
            raise


def _only_function(module: CodeType) -> CodeType:
    """The code object of the one function that the generated module defines."""
    (function,) = (constant for constant in module.co_consts if isinstance(constant, CodeType))
    return function
