"""The command's entry point, and how its errors are told."""

import sys
from typing import NoReturn

import click

from fujita.cli.chat import chat
from fujita.cli.run import run
from fujita.cli.shim import shim
from fujita.cli.version import show_version


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="'fujita COMMAND --help' explains a command.",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Show the versions of Fujita and of what it runs on.",
)
@click.pass_context
def fujita(context: click.Context) -> None:
    """Tornado's API on a fast, modern core.

    A server that was written for Tornado runs unchanged:

        fujita run server.py
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


fujita.add_command(run)
fujita.add_command(chat)
fujita.add_command(shim)


def main() -> NoReturn:
    """Runs the command line, and ends the process.

    The exit status is 0 where all went well and 2 where something was wrong with the command
    line or the program could not begin to serve, which one line on standard error then explains.
    """
    try:
        status = fujita.main(prog_name="fujita", standalone_mode=False)
    except click.ClickException as error:
        click.echo(_explanation(error), err=True)
        sys.exit(2)
    except click.Abort:
        sys.exit(130)
    sys.exit(status)


def _explanation(error: click.ClickException) -> str:
    """Says in one line what was wrong, and where there is help."""
    message = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "fujita"
    if isinstance(error, click.UsageError):
        message = f"{message.rstrip('.')} (see '{command} --help')"
    return f"{command}: {message}"
