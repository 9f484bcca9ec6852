"""``fujita run``."""

import sys
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from fujita.cli.loops import LoopKind

_OF_APPLICATIONS = ["port", "address", "factory", "workers", "certificate", "key"]


class RunCommand(click.Command):
    """Knows that what follows a script is the script's, what follows an application is ours."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parses the options, also those behind the name of an application."""
        given = list(args)
        rest = super().parse_args(ctx, args)
        arguments: tuple[str, ...] = ctx.params.get("arguments") or ()
        if not arguments or ctx.params["is_module"] or ctx.resilient_parsing:
            return rest
        from fujita.cli.application import is_application_name

        if is_application_name(ctx.params["target"]):
            cut = len(given) - len(arguments)
            ctx.params.clear()
            rest = super().parse_args(ctx, [*given[: cut - 1], *given[cut:], given[cut - 1]])
            if ctx.params["arguments"]:
                stray = given[cut:][-1]
                raise click.UsageError(f"an application takes no arguments, got {stray!r}", ctx)
        return rest


@click.command(
    cls=RunCommand,
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False},
    epilog="SIGTERM or Ctrl-C ends a server when the requests under way are answered; "
    "a second one ends it at once. SIGHUP renews the workers of an application one after "
    "the other, or the certificate of one without workers.",
)
@click.option("-m", "is_module", is_flag=True, help="TARGET is a module, as for 'python -m'.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8888,
    show_default=True,
    envvar="FUJITA_PORT",
    show_envvar=True,
    help="The port that an application is served on; 0 for any free one.",
)
@click.option(
    "--address",
    default="127.0.0.1",
    show_default=True,
    envvar="FUJITA_ADDRESS",
    show_envvar=True,
    help="The address that an application is served on; 0.0.0.0 lets other machines in.",
)
@click.option(
    "--factory",
    is_flag=True,
    envvar="FUJITA_FACTORY",
    show_envvar=True,
    help="The application is made by calling TARGET.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    envvar="FUJITA_WORKERS",
    show_envvar=True,
    help="Processes that serve an application on one port; those that die are replaced.",
)
@click.option(
    "--certificate",
    type=click.Path(dir_okay=False),
    envvar="FUJITA_CERTIFICATE",
    show_envvar=True,
    help="Serve an application by HTTPS with this certificate (PEM, with its chain).",
)
@click.option(
    "--key",
    type=click.Path(dir_okay=False),
    envvar="FUJITA_KEY",
    show_envvar=True,
    help="The certificate's private key (PEM), if it is not in the same file.",
)
@click.option(
    "--loop",
    type=click.Choice(["auto", "uvloop", "asyncio"]),
    default="auto",
    show_default=True,
    envvar="FUJITA_LOOP",
    show_envvar=True,
    help="The event loop to run on; auto is uvloop if it is installed.",
)
@click.option(
    "--grace",
    type=click.FloatRange(0),
    default=10,
    metavar="SECONDS",
    show_default=True,
    envvar="FUJITA_GRACE",
    show_envvar=True,
    help="How long requests under way may take when the server is to end.",
)
@click.option(
    "--max-body-size",
    type=click.IntRange(0),
    envvar="FUJITA_MAX_BODY_SIZE",
    show_envvar=True,
    help="The largest request body, in bytes, where the program does not say.",
)
@click.option(
    "--max-connections",
    type=click.IntRange(1),
    envvar="FUJITA_MAX_CONNECTIONS",
    show_envvar=True,
    help="The most connections of a server, where the program does not say.",
)
@click.option(
    "--max-connections-per-address",
    type=click.IntRange(1),
    envvar="FUJITA_MAX_CONNECTIONS_PER_ADDRESS",
    show_envvar=True,
    help="The most connections from one address, where the program does not say.",
)
@click.option(
    "--header-timeout",
    type=click.FloatRange(0, min_open=True),
    envvar="FUJITA_HEADER_TIMEOUT",
    show_envvar=True,
    help="Seconds that a request's head may take, where the program does not say.",
)
@click.option(
    "--idle-timeout",
    type=click.FloatRange(0, min_open=True),
    envvar="FUJITA_IDLE_TIMEOUT",
    show_envvar=True,
    help="Seconds that a connection may wait for its next request, where the program does not say.",
)
@click.option(
    "--traceback",
    "show_traceback",
    is_flag=True,
    envvar="FUJITA_TRACEBACK",
    show_envvar=True,
    help="If the program fails, show its traceback.",
)
@click.argument("target")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def run(
    context: click.Context,
    /,
    is_module: bool,
    port: int,
    address: str,
    factory: bool,
    workers: int,
    certificate: str | None,
    key: str | None,
    loop: "LoopKind",
    grace: float,
    show_traceback: bool,
    target: str,
    arguments: tuple[str, ...],
    **limits: float | None,
) -> None:
    """Run a server, also one that was written for Tornado.

    TARGET is a script, with its own ARGUMENTS behind it:

        fujita run server.py --debug

    or a module with -m, or an application:

        fujita run package.module:app --port 9000 --workers 4

    Options of Fujita stand before a script; all that stands behind it is the script's. The
    script need not be changed: 'import tornado' gives it Fujita.
    """
    from fujita import compat
    from fujita.cli.application import is_application_name, load_application
    from fujita.cli.certificate import Certificate
    from fujita.cli.loops import choose_loop
    from fujita.cli.program import check_script, run_module, run_script
    from fujita.cli.running import run_program
    from fujita.cli.serving import Serving, serve_application
    from fujita.httpserver.settings import defaults

    for name, value in limits.items():
        setattr(defaults, name, value)
    is_application = not is_module and is_application_name(target)
    if not is_application:
        _refuse_options(context, _OF_APPLICATIONS)
        if not is_module:
            check_script(target)
    if key and not certificate:
        raise click.UsageError("--key needs --certificate, the file whose key it is", context)
    choose_loop(loop)
    compat.install()
    compat.install_in_children()

    def program() -> None:
        if is_application:
            serve_application(
                Serving(
                    name=target,
                    load=lambda: load_application(target, factory),
                    port=port,
                    address=address,
                    workers=workers,
                    grace=grace,
                    certificate=Certificate(certificate, key) if certificate else None,
                )
            )
        elif is_module:
            run_module(target, list(arguments))
        else:
            run_script(target, list(arguments))

    sys.exit(run_program(program, grace, show_traceback))


def _refuse_options(context: click.Context, names: list[str]) -> None:
    """Says which options would have no effect on a script."""
    for name in names:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(
                f"--{name} is for applications (package.module:app); a script takes its own "
                "options, behind its name",
                context,
            )
