"""A command line for running tests."""

import signal
import sys
import unittest
from typing import Any

from fujita.options import define, options, parse_command_line


def main(**kwargs: Any) -> None:
    """Runs tests as ``unittest.main()`` does, with the options and the logging of `fujita.options`.

    The command line names modules, classes or tests. If it names none, a script's ``all()``
    says what to run, or else everything in the script is.

    Args:
        **kwargs: For ``unittest.main()``, such as ``verbosity=2``.
    """
    _define_options()
    argv = [sys.argv[0], *parse_command_line()]
    if not options.exception_on_interrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    kwargs = _unittest_options() | kwargs
    if len(argv) > 1:
        # A class of the script itself can be named as well as a module.
        unittest.main(module=None, argv=argv, **kwargs)
        return
    script = sys.modules["__main__"]
    if getattr(script.__spec__, "name", "").endswith(".testing.__main__"):
        print(
            "no tests named; usage: python -m fujita.testing [options] module ...", file=sys.stderr
        )
        sys.exit(1)
    if hasattr(script, "all"):
        kwargs["defaultTest"] = "all"
    unittest.main(argv=argv, **kwargs)


def _define_options() -> None:
    define(
        "exception_on_interrupt",
        type=bool,
        default=True,
        help="whether ctrl-c raises KeyboardInterrupt, with a stack trace; if not, it kills",
    )
    define("verbose", type=bool, help="print the name of every test")
    define("quiet", type=bool, help="print nothing but failures")
    define("failfast", type=bool, help="stop at the first failure")
    define("catch", type=bool, help="finish the current test when ctrl-c is pressed")
    define("buffer", type=bool, help="print the output of failing tests only")


def _unittest_options() -> dict[str, Any]:
    """What the command line says, in the words of ``unittest.main()``."""
    chosen: dict[str, Any] = {}
    if options.verbose:
        chosen["verbosity"] = 2
    if options.quiet:
        chosen["verbosity"] = 0
    if options.failfast:
        chosen["failfast"] = True
    if options.catch:
        chosen["catchbreak"] = True
    if options.buffer:
        chosen["buffer"] = True
    return chosen
