"""``fujita chat``."""

import sys

import click


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8888,
    show_default=True,
    envvar="FUJITA_PORT",
    show_envvar=True,
    help="The port to listen on; 0 for any free one.",
)
@click.option(
    "--address",
    default="127.0.0.1",
    show_default=True,
    envvar="FUJITA_ADDRESS",
    show_envvar=True,
    help="The address to listen on; 0.0.0.0 lets other machines in.",
)
@click.option(
    "--database",
    default="chat.db",
    show_default=True,
    envvar="FUJITA_DATABASE",
    show_envvar=True,
    type=click.Path(dir_okay=False),
    help="The file that keeps the messages; it is made if there is none.",
)
def chat(port: int, address: str, database: str) -> None:
    """Open a chat room in the browser.

    It starts with no set-up at all: open the address that it prints.
    """
    from fujita.cli.errors import CommandError
    from fujita.cli.loops import choose_loop
    from fujita.cli.running import run_program

    choose_loop("auto")

    def program() -> None:
        from fujita.chat import ChatError, serve

        try:
            serve(port=port, address=address, database=database)
        except ChatError as error:
            raise CommandError(str(error)) from None

    sys.exit(run_program(program, grace=10, show_traceback=False))
