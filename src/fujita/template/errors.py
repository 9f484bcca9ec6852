"""What a template's author is told about mistakes in its syntax."""


class ParseError(Exception):
    """Says that a template breaks the template language's rules, and where.

    Attributes:
        message: What is wrong, without the place.
        filename: Name of the template, or None where it is not known.
        lineno: Line in that template, counted from 1; 0 where it is not known.
    """

    def __init__(self, message: str, filename: str | None = None, lineno: int = 0) -> None:
        super().__init__(message, filename, lineno)
        self.message = message
        self.filename = filename
        self.lineno = lineno

    def __str__(self) -> str:
        return f"{self.message} at {self.filename}:{self.lineno}"
