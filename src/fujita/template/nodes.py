"""What a template consists of once it is parsed; every node writes its own Python code."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fujita.template.writer import CodeWriter


@dataclass(slots=True)
class Document:
    """One parsed template file.

    Attributes:
        name: The name under which its loader knows it.
        autoescape: Expression for the function that escapes values, or None for none. The
            last ``{% autoescape %}`` of the file decides for the whole of it.
        parents: Names and lines of ``{% extends %}``.
        body: The nodes in their order.
    """

    name: str
    autoescape: str | None
    parents: list[tuple[str, int]] = field(default_factory=list)
    body: list["Node"] = field(default_factory=list)


class Node(ABC):
    """A part of a template."""

    __slots__ = ()

    def children(self) -> Iterator["Node"]:
        """The nodes directly inside this one."""
        return iter(())

    @abstractmethod
    def write(self, writer: "CodeWriter") -> None:
        """Writes the code that renders this node."""


@dataclass(slots=True)
class Text(Node):
    """Text that goes to the output as it is."""

    text: str
    line: int

    def write(self, writer: "CodeWriter") -> None:
        """Hands the text to the writer, which joins neighbours."""
        writer.text(self.text, self.line)


@dataclass(slots=True)
class Expression(Node):
    """``{{ expression }}``, ``{% raw %}`` or ``{% module %}``."""

    code: str
    line: int
    raw: bool = False

    def write(self, writer: "CodeWriter") -> None:
        """Writes the evaluation, then the output of its result.

        The expression stands alone on the right of an assignment: what it contains, even a
        comment or a second statement, cannot reach into the code around it.
        """
        writer.statement(f"_tt_value = {self.code}", self.line)
        if self.raw or not writer.document.autoescape:
            shown = "_tt_plain(_tt_value)"
        else:
            shown = f"_tt_escaped({writer.document.autoescape}, _tt_value)"
        writer.statement(f"_tt_append({shown})", self.line)


@dataclass(slots=True)
class Statement(Node):
    """A Python statement: ``{% set %}``, ``{% import %}``, ``{% from %}``, ``{% break %}`` ..."""

    code: str
    line: int

    def write(self, writer: "CodeWriter") -> None:
        """Writes the statement."""
        writer.statement(self.code, self.line)


@dataclass(slots=True)
class Clause:
    """One branch of a control structure: a header such as ``elif x`` and what follows it."""

    header: str
    line: int
    body: list[Node]


@dataclass(slots=True)
class Control(Node):
    """``{% if %}``, ``{% for %}``, ``{% while %}`` or ``{% try %}`` with all its clauses."""

    clauses: list[Clause]

    def children(self) -> Iterator[Node]:
        """The nodes of all clauses."""
        for clause in self.clauses:
            yield from clause.body

    def write(self, writer: "CodeWriter") -> None:
        """Writes the clauses as Python's compound statement of the same name."""
        for clause in self.clauses:
            with writer.suite(clause.header, clause.line):
                writer.nodes(clause.body)


@dataclass(slots=True)
class Apply(Node):
    """``{% apply function %}``: the output of the body goes through a function."""

    function: str
    line: int
    body: list[Node]

    def children(self) -> Iterator[Node]:
        """The nodes to whose output the function is applied."""
        return iter(self.body)

    def write(self, writer: "CodeWriter") -> None:
        """Writes the body as a function with a buffer of its own, then its application."""
        name = writer.unique_name("_tt_apply")
        with writer.buffer_function(f"{name}()", self.line):
            writer.nodes(self.body)
        writer.statement(f"_tt_append(_tt_applied({self.function}, {name}()))", self.line)


@dataclass(slots=True)
class Block(Node):
    """``{% block name %}``: a place that templates lower in the line of inheritance may fill."""

    name: str
    line: int
    document: Document
    body: list[Node]

    def children(self) -> Iterator[Node]:
        """The nodes that fill the block in its own template."""
        return iter(self.body)

    def write(self, writer: "CodeWriter") -> None:
        """Writes the body of the block's most derived namesake, by the rules of its template."""
        chosen = writer.blocks[self.name]
        with writer.inside(chosen.document, self.line):
            writer.nodes(chosen.body)


@dataclass(slots=True)
class Include(Node):
    """``{% include name %}``: another template's nodes, as if they stood here."""

    name: str
    line: int

    def write(self, writer: "CodeWriter") -> None:
        """Writes the other template's body, by that template's own rules."""
        document = writer.library.included(self, writer.document)
        with writer.inside(document, self.line):
            writer.nodes(document.body)
