"""Options that any module can define, read from the command line and from config files.

Modules define what they need with :func:`define`; the program parses once, before it starts,
and all modules find the values as attributes of :data:`options`::

    from fujita.options import define, options, parse_command_line

    define("port", default=8888, help="port to listen on")

    if __name__ == "__main__":
        parse_command_line()
        app.listen(options.port)

In names, dashes and underscores are the same. The options that control logging are there from
the start; ``--logging=none``, or ``options.logging = None`` before parsing, leaves logging alone.
Where several ``parse_*`` functions are used, all but the last need ``final=False``.
"""

from fujita.log import define_logging_options
from fujita.options.option import Error
from fujita.options.parser import OptionParser
from fujita.options.program import (
    add_parse_callback,
    define,
    options,
    parse_command_line,
    parse_config_file,
    print_help,
)

__all__ = [
    "Error",
    "OptionParser",
    "add_parse_callback",
    "define",
    "define_logging_options",
    "options",
    "parse_command_line",
    "parse_config_file",
    "print_help",
]
