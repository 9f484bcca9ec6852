"""Loaders: where templates are found by name, and kept once they are compiled."""

import os.path
import posixpath
import threading
from typing import Any

from fujita.template.errors import ParseError
from fujita.template.template import Template


class BaseLoader:
    """What all loaders share: a cache of compiled templates that threads may use at once.

    A loader of your own overrides ``resolve_path`` and ``_create_template``.

    Args:
        autoescape: Name of the function that escapes values, or None to escape none.
        namespace: Further names for all templates of the loader.
        whitespace: A mode of :func:`filter_whitespace`; None lets each file's ending decide.

    Attributes:
        templates: The compiled templates by their resolved names.
    """

    def __init__(
        self,
        autoescape: str | None = "xhtml_escape",
        namespace: dict[str, Any] | None = None,
        whitespace: str | None = None,
    ) -> None:
        self.autoescape = autoescape
        self.namespace: dict[str, Any] = {} if namespace is None else namespace
        self.whitespace = whitespace
        self.templates: dict[str, Template] = {}
        # Reentrant: a template that is being compiled loads those that it includes.
        self.lock = threading.RLock()
        self._being_created: list[str] = []

    def reset(self) -> None:
        """Forgets all templates; each is compiled anew when it is next asked for."""
        with self.lock:
            self.templates = {}

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        """Makes of a name, as a template may give it, the one that the loader knows.

        Args:
            name: A template's name, perhaps relative.
            parent_path: Resolved name of the template in which the name stands.
        """
        raise NotImplementedError

    def load(self, name: str, parent_path: str | None = None) -> Template:
        """Returns a template, compiled at its first use and kept from then on.

        Args:
            name: The template's name.
            parent_path: Name of the template that refers to it, which a relative name needs.

        Raises:
            ParseError: The template breaks the rules, or includes or extends itself.
            SyntaxError: Something in it is not Python.
        """
        name = self.resolve_path(name, parent_path=parent_path)
        template = self.templates.get(name)
        if template is not None:
            return template
        with self.lock:
            template = self.templates.get(name)
            if template is None:
                template = self.templates[name] = self._create_once(name)
            return template

    def _create_once(self, name: str) -> Template:
        if name in self._being_created:
            circle = " -> ".join([*self._being_created, name])
            raise ParseError(f"template includes or extends itself ({circle})", name, 0)
        self._being_created.append(name)
        try:
            return self._create_template(name)
        finally:
            self._being_created.pop()

    def _create_template(self, name: str) -> Template:
        """Finds and compiles the template of a resolved name; a subclass says how."""
        raise NotImplementedError


def _stands_alone(name: str, parent_path: str | None) -> bool:
    """Whether a name means the same wherever it stands, or stands in a template without a place."""
    return not parent_path or parent_path.startswith(("<", "/")) or name.startswith("/")


class Loader(BaseLoader):
    """Loads templates from files.

    Args:
        root_directory: The folder that names are relative to.
        **kwargs: The arguments of :class:`BaseLoader`.
    """

    def __init__(self, root_directory: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.root = os.path.abspath(root_directory)

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        """Takes a name as relative to the folder of the file in which it stands.

        Args:
            name: A file's name; one that begins with a slash stays as it is.
            parent_path: Resolved name of the template in which the name stands.

        Returns:
            The name relative to the root folder; unchanged if it would lead out of that folder.
        """
        if parent_path is None or _stands_alone(name, parent_path):
            return name
        folder = os.path.dirname(os.path.join(self.root, parent_path))
        path = os.path.abspath(os.path.join(folder, name))
        inside = os.path.join(self.root, "")
        return path[len(inside) :] if path.startswith(inside) else name

    def _create_template(self, name: str) -> Template:
        with open(os.path.join(self.root, name), "rb") as file:
            return Template(file.read(), name=name, loader=self)


class DictLoader(BaseLoader):
    """Loads templates from a dictionary.

    Args:
        dict: The templates' sources by their names.
        **kwargs: The arguments of :class:`BaseLoader`.
    """

    def __init__(self, dict: dict[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dict = dict

    def resolve_path(self, name: str, parent_path: str | None = None) -> str:
        """Takes a name as relative to that of the template in which it stands.

        Args:
            name: A name; one that begins with a slash stays as it is.
            parent_path: Resolved name of the template in which the name stands.
        """
        if parent_path is None or _stands_alone(name, parent_path):
            return name
        return posixpath.normpath(posixpath.join(posixpath.dirname(parent_path), name))

    def _create_template(self, name: str) -> Template:
        return Template(self.dict[name], name=name, loader=self)
