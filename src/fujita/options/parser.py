"""A set of options, and where their values come from."""

import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO

from fujita.options.option import Error, Option
from fujita.util import exec_in

_PACKAGE = __name__.rpartition(".")[0]
_HELP_WIDTH = 79
_HELP_COLUMN = 35


class OptionParser:
    """A set of options, whose values are read and set as attributes or as items.

    The one that :mod:`fujita.options` calls ``options`` serves the whole program; others can be
    made, say for a subcommand.
    """

    _options: dict[str, Option]
    _parse_callbacks: list[Callable[[], None]]

    def __init__(self) -> None:
        # Attributes are options, so these two go where __setattr__ does not look.
        vars(self).update(_options={}, _parse_callbacks=[])
        self._options["help"] = Option(
            "help",
            type=bool,
            help="show this help information",
            file_name="",
            group_name="",
            callback=self._help_and_exit,
        )

    def _normalize_name(self, name: str) -> str:
        return name.replace("_", "-")

    def _option(self, name: str) -> Option:
        # Not by attribute: while an object is copied it has no _options, and __getattr__ would
        # look for them here again.
        option: Option | None = vars(self).get("_options", {}).get(self._normalize_name(name))
        if option is None:
            raise AttributeError(f"Unrecognized option {name!r}")
        return option

    def __getattr__(self, name: str) -> Any:
        return self._option(name).value()

    def __setattr__(self, name: str, value: Any) -> None:
        self._option(name).set(value)

    def __getitem__(self, name: str) -> Any:
        return self._option(name).value()

    def __setitem__(self, name: str, value: Any) -> None:
        self._option(name).set(value)

    def __contains__(self, name: str) -> bool:
        return self._normalize_name(name) in self._options

    def __iter__(self) -> Iterator[str]:
        return (option.name for option in self._options.values())

    def items(self) -> Iterable[tuple[str, Any]]:
        """Returns the options' names, as they were defined, and their values."""
        return list(self.as_dict().items())

    def as_dict(self) -> dict[str, Any]:
        """Returns the values of all options, by the names as they were defined."""
        return {option.name: option.value() for option in self._options.values()}

    def groups(self) -> set[str]:
        """Returns the names of the groups that options have been defined in."""
        return {option.group_name or "" for option in self._options.values()}

    def group_dict(self, group: str) -> dict[str, Any]:
        """Returns the values of the options in a group; of all options if ``group`` is empty.

        Handy for settings: ``Application(handlers, **options.group_dict("application"))``.
        """
        return {
            option.name: option.value()
            for option in self._options.values()
            if not group or group == option.group_name
        }

    def define(
        self,
        name: str,
        default: Any = None,
        type: type[Any] | None = None,
        help: str | None = None,
        metavar: str | None = None,
        multiple: bool = False,
        group: str | None = None,
        callback: Callable[[Any], None] | None = None,
    ) -> None:
        """Defines an option.

        Args:
            name: The name, which no other option of this parser may have.
            default: The value as long as none is set.
            type: ``str``, ``int``, ``float``, ``bool``, ``datetime``, ``timedelta`` or anything
                that makes a value of a string; by default that of ``default``, or else ``str``.
            help: What the help says of the option.
            metavar: What the help shows for the value, as in ``--name=METAVAR``.
            multiple: Whether the value is a list, with ``type`` the type of the items.
            group: The heading in the help; by default the name of the file that calls this.
            callback: Called with the new value whenever it changes. One that calls
                :meth:`parse_config_file` with ``final=False`` makes an option for config files.

        Raises:
            Error: There is an option of that name.
        """
        normalized = self._normalize_name(name)
        if normalized in self._options:
            definition = self._options[normalized]
            raise Error(f"Option {normalized!r} already defined in {definition.file_name}")
        if type is None:
            type = str if multiple or default is None else default.__class__
        file_name = _calling_file()
        self._options[normalized] = Option(
            name,
            default=default,
            type=type,
            help=help,
            metavar=metavar,
            multiple=multiple,
            file_name=file_name,
            group_name=group or file_name,
            callback=callback,
        )

    def parse_command_line(self, args: list[str] | None = None, final: bool = True) -> list[str]:
        """Sets options as the command line says.

        Options have the form ``--name=value``; a boolean one can be ``--name`` alone. Lists are
        separated by commas, and ``1:3`` means ``1,2,3`` in lists of integers. Options end at the
        first argument that does not begin with a dash, or after ``--``.

        Args:
            args: The command line; the first item, the program's name, is not looked at. By
                default ``sys.argv``.
            final: Whether the callbacks of :meth:`add_parse_callback` are called.

        Returns:
            The arguments after the options.

        Raises:
            Error: An option is unknown, has no value or has a wrong one. For an unknown one the
                help is printed too.
        """
        if args is None:
            args = sys.argv
        remaining: list[str] = []
        for position, argument in enumerate(args[1:], 1):
            if not argument.startswith("-"):
                remaining = args[position:]
                break
            if argument == "--":
                remaining = args[position + 1 :]
                break
            self._parse_argument(argument)
        if final:
            self.run_parse_callbacks()
        return remaining

    def _parse_argument(self, argument: str) -> None:
        name, equals, text = argument.lstrip("-").partition("=")
        name = self._normalize_name(name)
        option = self._options.get(name)
        if option is None:
            self.print_help()
            raise Error(f"Unrecognized command line option: {name!r}")
        if not equals:
            if option.type is not bool:
                raise Error(f"Option {name!r} requires a value")
            text = "true"
        option.parse(text)

    def parse_config_file(self, path: str, final: bool = True) -> None:
        """Sets options as a config file says.

        The file is Python code, in UTF-8, that is executed: never parse one that you do not
        trust. Its global names that are names of options, with underscores, set these: to values
        of the option's type, or to strings as on the command line. In it, ``__file__`` is its
        absolute path.

        Args:
            path: The path of the file.
            final: Whether the callbacks of :meth:`add_parse_callback` are called.

        Raises:
            Error: An option has a wrong value.
            OSError: The file cannot be read.
        """
        with open(path, encoding="utf-8-sig") as file:
            source = file.read()
        config: dict[str, Any] = {"__file__": os.path.abspath(path)}
        exec_in(compile(source, path, "exec", dont_inherit=True), config)
        for name, value in config.items():
            option = self._options.get(self._normalize_name(name))
            if option is not None:
                option.set_from_file(value)
        if final:
            self.run_parse_callbacks()

    def print_help(self, file: TextIO | None = None) -> None:
        """Prints all options with their help, to standard error if no file is given."""
        if file is None:
            file = sys.stderr
        lines = [f"Usage: {sys.argv[0]} [OPTIONS]", "", "Options:"]
        for group in sorted(self.groups()):
            if group:
                lines += ["", f"{os.path.normpath(group)} options:"]
            lines.append("")
            members = (item for item in self._options.items() if item[1].group_name == group)
            for name, option in sorted(members, key=lambda item: item[0]):
                lines += _help_lines(name, option)
        print("\n".join(lines), end="\n\n", file=file)

    def _help_and_exit(self, wanted: bool) -> None:
        if wanted:
            self.print_help()
            sys.exit(0)

    def add_parse_callback(self, callback: Callable[[], None]) -> None:
        """Has a function called when the options have been parsed."""
        self._parse_callbacks.append(callback)

    def run_parse_callbacks(self) -> None:
        """Calls the functions that :meth:`add_parse_callback` was given."""
        for callback in self._parse_callbacks:
            callback()

    def mockable(self) -> "Mockable":
        """Returns an object whose attributes ``unittest.mock.patch.object`` can patch.

        It patches the options themselves::

            with mock.patch.object(options.mockable(), "port", 80):
                assert options.port == 80
        """
        return Mockable(self)


class Mockable:
    """Options as ``mock.patch.object`` wants them, for one attribute at a time.

    When a patch ends, ``mock`` deletes what it believes to be an attribute of the instance. To
    delete one here gives the option its old value again.
    """

    def __init__(self, options: OptionParser) -> None:
        vars(self).update(_options=options, _originals={})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._options, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._originals:
            raise AssertionError(f"{name!r} is patched already: don't reuse mockable objects")
        original = getattr(self._options, name)
        setattr(self._options, name, value)
        self._originals[name] = original

    def __delattr__(self, name: str) -> None:
        setattr(self._options, name, self._originals.pop(name))


def _calling_file() -> str:
    """Returns the file name of the code that called into this package."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(_PACKAGE + "."):
        frame = frame.f_back
    return frame.f_code.co_filename


def _help_lines(name: str, option: Option) -> list[str]:
    heading = f"  --{name}={option.metavar}" if option.metavar else f"  --{name}"
    description = option.help or ""
    if option.default not in (None, ""):
        description += f" (default {option.default})"
    lines = textwrap.wrap(description.strip(), _HELP_WIDTH - _HELP_COLUMN)
    if len(heading) < _HELP_COLUMN:
        heading = heading.ljust(_HELP_COLUMN) + (lines.pop(0) if lines else "")
    return [heading.rstrip(), *(" " * _HELP_COLUMN + line for line in lines)]
