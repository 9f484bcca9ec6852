"""Makes a document of a template's tokens."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from fujita.template.errors import ParseError
from fujita.template.lexer import Token, TokenKind, tokenize
from fujita.template.nodes import (
    Apply,
    Block,
    Clause,
    Control,
    Document,
    Expression,
    Include,
    Node,
    Statement,
    Text,
)
from fujita.template.whitespace import filter_whitespace

# Which tags may continue which open tag.
_CONTINUATIONS = {
    "elif": ("if",),
    "else": ("if", "for", "while", "try"),
    "except": ("try",),
    "finally": ("try",),
}
_LOOPS = ("for", "while")


@dataclass(frozen=True, slots=True)
class _Tag:
    """The content of ``{% %}``: the operator, what follows it, and its line."""

    operator: str
    argument: str
    line: int

    @classmethod
    def of(cls, token: Token) -> "_Tag":
        operator, *rest = token.content.split(maxsplit=1)
        return cls(operator, rest[0] if rest else "", token.line)

    @property
    def code(self) -> str:
        return f"{self.operator} {self.argument}" if self.argument else self.operator


@dataclass(frozen=True, slots=True)
class _Scope:
    """The tag that is open at some place, and whether break and continue mean anything there."""

    tag: _Tag
    in_loop: bool


class Parser:
    """Reads one template.

    Args:
        source: The template's source.
        document: What to fill; carries the name and the autoescape mode to begin with.
        whitespace: The whitespace mode to begin with.
    """

    def __init__(self, source: str, document: Document, whitespace: str) -> None:
        self._tokens = tokenize(source, document.name)
        self._document = document
        self._whitespace = whitespace
        self._directives: dict[str, Callable[[_Tag, _Scope | None], Node | None]] = {
            "apply": self._apply,
            "autoescape": self._autoescape,
            "block": self._block,
            "break": self._jump,
            "comment": self._comment,
            "continue": self._jump,
            "extends": self._extends,
            "for": self._control,
            "from": self._import,
            "if": self._control,
            "import": self._import,
            "include": self._include,
            "module": self._module,
            "raw": self._raw,
            "set": self._set,
            "try": self._control,
            "while": self._control,
            "whitespace": self._set_whitespace,
        }

    def parse(self) -> None:
        """Fills the document.

        Raises:
            ParseError: The template breaks the rules.
        """
        filter_whitespace(self._whitespace, "")  # a wrong mode is an error even if unused
        self._body(self._document.body, None)

    def _body(self, nodes: list[Node], scope: _Scope | None) -> _Tag | None:
        """Adds nodes up to the tag that ends or continues the open one; returns that tag."""
        for token in self._tokens:
            if token.kind is TokenKind.TEXT:
                nodes.append(Text(self._filtered(token.content), token.line))
            elif token.kind is TokenKind.EXPRESSION:
                nodes.append(Expression(token.content, token.line))
            else:
                tag = _Tag.of(token)
                if self._closes(tag, scope):
                    return tag
                node = self._directive(tag, scope)
                if node is not None:
                    nodes.append(node)
        if scope is not None:
            self._fail(f"Missing {{% end %}} block for {scope.tag.operator}", scope.tag)
        return None

    def _filtered(self, text: str) -> str:
        return text if "<pre>" in text else filter_whitespace(self._whitespace, text)

    def _closes(self, tag: _Tag, scope: _Scope | None) -> bool:
        if tag.operator == "end":
            if scope is None:
                self._fail("Extra {% end %} block", tag)
            return True
        continued = _CONTINUATIONS.get(tag.operator)
        if continued is None:
            return False
        if scope is None:
            self._fail(f"{tag.operator} outside {', '.join(continued)} block", tag)
        if scope.tag.operator not in continued:
            self._fail(
                f"{tag.operator} block cannot be attached to {scope.tag.operator} block", tag
            )
        return True

    def _directive(self, tag: _Tag, scope: _Scope | None) -> Node | None:
        directive = self._directives.get(tag.operator)
        if directive is None:
            self._fail(f"unknown operator: {tag.operator!r}", tag)
        return directive(tag, scope)

    # Tags with a body.

    def _control(self, tag: _Tag, scope: _Scope | None) -> Control:
        in_loop = tag.operator in _LOOPS or (scope is not None and scope.in_loop)
        clauses: list[Clause] = []
        part: _Tag | None = tag
        while part is not None and part.operator != "end":
            clause = Clause(part.code, part.line, [])
            clauses.append(clause)
            part = self._body(clause.body, _Scope(tag, in_loop))
        return Control(clauses)

    def _apply(self, tag: _Tag, scope: _Scope | None) -> Apply:
        node = Apply(self._needed(tag, "method name"), tag.line, [])
        # The body becomes a function; break cannot leave it, even inside a loop.
        self._body(node.body, _Scope(tag, in_loop=False))
        return node

    def _block(self, tag: _Tag, scope: _Scope | None) -> Block:
        node = Block(self._needed(tag, "name"), tag.line, self._document, [])
        self._body(node.body, _Scope(tag, scope is not None and scope.in_loop))
        return node

    # Tags that leave a node.

    def _include(self, tag: _Tag, scope: _Scope | None) -> Include:
        return Include(self._file_name(tag), tag.line)

    def _import(self, tag: _Tag, scope: _Scope | None) -> Statement:
        self._needed(tag, "statement")
        return Statement(tag.code, tag.line)

    def _set(self, tag: _Tag, scope: _Scope | None) -> Statement:
        return Statement(self._needed(tag, "statement"), tag.line)

    def _jump(self, tag: _Tag, scope: _Scope | None) -> Statement:
        if scope is None or not scope.in_loop:
            self._fail(f"{tag.operator} outside {', '.join(_LOOPS)} block", tag)
        return Statement(tag.code, tag.line)

    def _raw(self, tag: _Tag, scope: _Scope | None) -> Expression:
        return Expression(tag.argument, tag.line, raw=True)

    def _module(self, tag: _Tag, scope: _Scope | None) -> Expression:
        return Expression(f"_tt_modules.{tag.argument}", tag.line, raw=True)

    # Tags that speak to the parser.

    def _comment(self, tag: _Tag, scope: _Scope | None) -> None:
        pass

    def _autoescape(self, tag: _Tag, scope: _Scope | None) -> None:
        self._document.autoescape = None if tag.argument == "None" else tag.argument

    def _set_whitespace(self, tag: _Tag, scope: _Scope | None) -> None:
        try:
            filter_whitespace(tag.argument, "")
        except ValueError as error:
            self._fail(str(error), tag)
        self._whitespace = tag.argument

    def _extends(self, tag: _Tag, scope: _Scope | None) -> None:
        if scope is not None:
            self._fail(f"extends inside {scope.tag.operator} block, must stand outside all", tag)
        self._document.parents.append((self._file_name(tag), tag.line))

    # What the tags share.

    def _file_name(self, tag: _Tag) -> str:
        name = tag.argument.strip('"').strip("'")
        if not name:
            self._fail(f"{tag.operator} missing file path", tag)
        return name

    def _needed(self, tag: _Tag, what: str) -> str:
        if not tag.argument:
            self._fail(f"{tag.operator} missing {what}", tag)
        return tag.argument

    def _fail(self, message: str, tag: _Tag) -> NoReturn:
        raise ParseError(message, self._document.name, tag.line)


def parse(source: str, name: str, autoescape: str | None, whitespace: str) -> Document:
    """Parses one template file.

    Args:
        source: The template's source.
        name: Its name.
        autoescape: Expression for the escaping function until the file names another, or None.
        whitespace: The whitespace mode until the file names another.

    Returns:
        The parsed file. What it includes or extends is not looked at.

    Raises:
        ParseError: The template breaks the rules.
        ValueError: There is no such whitespace mode.
    """
    document = Document(name, autoescape)
    Parser(source, document, whitespace).parse()
    return document


def walk(nodes: list[Node]) -> Iterator[Node]:
    """All nodes, each before those inside it."""
    for node in nodes:
        yield node
        yield from walk(list(node.children()))
