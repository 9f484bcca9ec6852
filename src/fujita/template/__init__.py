"""Templates: text with Python in it, compiled to Python functions.

The language is that of ``tornado.template``: ``{{ expression }}`` shows a value, escaped for
HTML unless the template or its loader says otherwise; ``{% tag %}`` stands for one of

- ``if``/``elif``/``else``, ``for``, ``while``, ``try``/``except``/``else``/``finally``: Python's
  statements, closed by ``{% end %}``; ``break``, ``continue``, ``set``, ``import`` and
  ``from`` likewise, without an end;
- ``block``, ``extends``, ``include``: pages made of several templates;
- ``apply function``: sends what stands before ``{% end %}`` through a function;
- ``raw expression`` and ``module expression``: show a value, or a UI module, unescaped;
- ``autoescape function``, ``whitespace mode``: rules for the file, or for its remainder;
- ``comment``: nothing, like ``{# ... #}``.

``{{!``, ``{%!`` and ``{#!`` print the delimiter itself. A template runs with all the rights of
the program; only people whom you would let change the program should write templates.
"""

from fujita.log import app_log as app_log
from fujita.template.errors import ParseError
from fujita.template.loaders import BaseLoader, DictLoader, Loader
from fujita.template.template import Template
from fujita.template.whitespace import filter_whitespace

__all__ = [
    "BaseLoader",
    "DictLoader",
    "Loader",
    "ParseError",
    "Template",
    "filter_whitespace",
]
