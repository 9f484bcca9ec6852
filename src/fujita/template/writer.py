"""Writes the Python function that renders a template."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from fujita.template.library import Library
from fujita.template.nodes import Block, Document, Node

_INDENT = "    "


class CodeWriter:
    """Collects lines of code, each with a comment that says where in which template it is from.

    Tracebacks show that comment, which is how an error in a page is found.

    Args:
        document: Whose rules (name, autoescape mode) hold to begin with.
        library: Where included documents are found.
        blocks: The block that counts for each name.
    """

    def __init__(self, document: Document, library: Library, blocks: dict[str, Block]) -> None:
        self.document = document
        self.library = library
        self.blocks = blocks
        self._sites: list[str] = []
        self._lines: list[str] = []
        self._depth = 0
        self._pending_text: list[str] = []
        self._pending_line = 0
        self._names = 0

    def code(self) -> str:
        """All that was written."""
        return "".join(self._lines)

    def unique_name(self, prefix: str) -> str:
        """A name that no other part of the code has."""
        self._names += 1
        return f"{prefix}{self._names}"

    def nodes(self, nodes: Iterable[Node]) -> None:
        """Writes nodes one after the other."""
        for node in nodes:
            node.write(self)

    def text(self, text: str, line: int) -> None:
        """Outputs text; what follows directly goes out with it in one piece."""
        if not self._pending_text:
            self._pending_line = line
        self._pending_text.append(text)

    def statement(self, code: str, line: int) -> None:
        """Writes one statement that comes from the given line of the current document."""
        self._flush_text()
        self._write(code, line)

    @contextmanager
    def suite(self, header: str, line: int) -> Iterator[None]:
        """Writes a compound statement's header; what is written meanwhile is its suite."""
        self.statement(f"{header}:", line)
        self._depth += 1
        before = len(self._lines)
        yield
        self._flush_text()
        if len(self._lines) == before:
            self._write("pass", line)
        self._depth -= 1

    @contextmanager
    def buffer_function(self, signature: str, line: int) -> Iterator[None]:
        """Writes a function whose result is the output of what is written meanwhile."""
        with self.suite(f"def {signature}", line):
            self._write("_tt_buffer = []", line)
            self._write("_tt_append = _tt_buffer.append", line)
            yield
            self.statement("return b''.join(_tt_buffer)", line)

    @contextmanager
    def inside(self, document: Document, line: int) -> Iterator[None]:
        """Changes to another document, which takes its place at a line of the current one."""
        self._flush_text()
        outer = self.document
        self._sites.insert(0, _site(outer, line))
        self.document = document
        yield
        self._flush_text()
        self.document = outer
        del self._sites[0]

    def _flush_text(self) -> None:
        text = "".join(self._pending_text)
        self._pending_text.clear()
        if text:
            self._write(f"_tt_append({text.encode()!r})", self._pending_line)

    def _write(self, code: str, line: int) -> None:
        via = f" (via {', '.join(self._sites)})" if self._sites else ""
        self._lines.append(f"{_INDENT * self._depth}{code}  # {_site(self.document, line)}{via}\n")


def _site(document: Document, line: int) -> str:
    # The name goes into a comment; a line feed in it would end that and begin a statement.
    name = document.name if document.name.isprintable() else ascii(document.name)
    return f"{name}:{line}"


def generate_code(document: Document, library: Library) -> str:
    """Writes the code of a template.

    Args:
        document: The parsed template.
        library: Where the documents that it extends and includes are found.

    Returns:
        Source of a module with one function, ``_tt_execute``, which renders the template to bytes.
        It finds the template's variables in its globals and is given the functions of
        ``runtime.py`` as arguments: local names are the ones that are found fastest.

    Raises:
        ParseError: A template that is needed breaks the rules or cannot be placed here.
    """
    line_of_descent = library.ancestry(document)
    base = line_of_descent[-1]
    writer = CodeWriter(base, library, library.blocks(line_of_descent))
    with writer.buffer_function("_tt_execute(_tt_plain, _tt_escaped, _tt_applied)", 0):
        writer.nodes(base.body)
    return writer.code()
