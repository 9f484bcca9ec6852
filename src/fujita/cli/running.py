"""A program from its start to the exit status."""

from collections.abc import Callable

import click

from fujita.cli.failure import tell_before_serving, tell_traceback
from fujita.cli.graceful import finish_loop, graceful_exit
from fujita.httpserver.registry import serving


def run_program(program: Callable[[], None], grace: float, show_traceback: bool) -> int:
    """Runs a program to its end, and returns the exit status.

    Args:
        program: What runs it.
        grace: How many seconds its servers have to finish when a signal ends it.
        show_traceback: Whether its traceback is shown if it fails before it serves.

    Raises:
        CommandError: It failed before it served.
        SystemExit: It has ended by that, or by SIGTERM.
    """
    with graceful_exit(grace) as signals:
        try:
            program()
        except KeyboardInterrupt:
            # 130 is what a shell expects of what Ctrl-C broke off.
            return 0 if signals.finished else 130
        except click.ClickException:
            raise
        except Exception as error:
            if not serving():
                raise tell_before_serving(error, show_traceback) from None
            tell_traceback(error)
            return 1
        finally:
            finish_loop()
    return 0
