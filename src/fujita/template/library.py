"""Finds the other templates that a template is made of: what it extends and what it includes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fujita.template.errors import ParseError
from fujita.template.nodes import Block, Document, Include
from fujita.template.parser import walk

if TYPE_CHECKING:
    from fujita.template.loaders import BaseLoader


class Library:
    """The documents that take part in one compilation.

    Args:
        loader: Where other templates come from, or None where there are none.
    """

    def __init__(self, loader: "BaseLoader | None") -> None:
        self._loader = loader
        self._documents: dict[tuple[str, str], Document] = {}

    def included(self, node: Include, within: Document) -> Document:
        """The document that an include node of another document stands for.

        Raises:
            ParseError: There is no loader, or the included template extends another, which
                has no meaning in the middle of a page.
        """
        document = self._load("include", node.name, node.line, within)
        if document.parents:
            parent, line = document.parents[0]
            raise ParseError(
                f"extends {parent!r} in a template that {within.name}:{node.line} includes; only "
                "the template being rendered can extend another",
                document.name,
                line,
            )
        return document

    def ancestry(self, document: Document) -> list[Document]:
        """A document and those it extends, the most basic one last."""
        line_of_descent = [document]
        for name, line in document.parents:
            line_of_descent += self.ancestry(self._load("extends", name, line, document))
        return line_of_descent

    def blocks(self, line_of_descent: Iterable[Document]) -> dict[str, Block]:
        """The block that counts for each name: the last one of the most derived document."""
        found: dict[str, Block] = {}
        for document in reversed(list(line_of_descent)):
            self._collect_blocks(document, found)
        return found

    def _collect_blocks(self, document: Document, found: dict[str, Block]) -> None:
        for node in walk(document.body):
            if isinstance(node, Block):
                found[node.name] = node
            elif isinstance(node, Include):
                self._collect_blocks(self.included(node, document), found)

    def _load(self, directive: str, name: str, line: int, within: Document) -> Document:
        key = (within.name, name)
        document = self._documents.get(key)
        if document is not None:
            return document
        if self._loader is None:
            message = f"{{% {directive} %}} block found, but no template loader"
            raise ParseError(message, within.name, line)
        try:
            document = self._loader.load(name, within.name).document
        except Exception as error:
            error.add_note(f"in {{% {directive} {name} %}} at {within.name}:{line}")
            raise
        self._documents[key] = document
        return document
