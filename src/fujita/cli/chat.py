"""``fujita chat``."""

import sys
from importlib.util import find_spec

import click

# What the extra "chat" brings, by the names under which it is imported.
_NEEDED = ("sqlalchemy", "aiosqlite", "argon2", "jwt", "prometheus_client")


@click.command(
    epilog="Ctrl-C or SIGTERM ends it: what is being said is stored, and connections are closed. "
    "SIGHUP renews the workers, one after the other."
)
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
    help="The file that keeps the messages, made if there is none; or "
    "postgresql+asyncpg://user:password@host/name.",
)
@click.option(
    "--data",
    default="chat-files",
    show_default=True,
    envvar="FUJITA_DATA",
    show_envvar=True,
    type=click.Path(file_okay=False),
    help="The folder for files that people send.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    envvar="FUJITA_WORKERS",
    show_envvar=True,
    help="Processes that share the port; more than one needs --redis.",
)
@click.option(
    "--redis",
    metavar="URL",
    envvar="FUJITA_REDIS",
    show_envvar=True,
    help="redis://host connects processes and machines.",
)
@click.option(
    "--secret",
    envvar="FUJITA_SECRET",
    show_envvar=True,
    help="What cookies are signed with; by default the database keeps one.",
)
@click.option(
    "--embed-secret",
    envvar="FUJITA_EMBED_SECRET",
    show_envvar=True,
    help="What a site that embeds the chat signs its tokens with.",
)
@click.option(
    "--embed-origin",
    "embed_origins",
    multiple=True,
    metavar="ORIGIN",
    envvar="FUJITA_EMBED_ORIGIN",
    show_envvar=True,
    help="A site that may show the chat in a frame: https://example.org",
)
@click.option(
    "--admin",
    "admins",
    multiple=True,
    metavar="LOGIN",
    envvar="FUJITA_ADMIN",
    show_envvar=True,
    help="The account of this login owns the lobby and every public room that it enters.",
)
@click.option(
    "--trust-proxy",
    "trusted_proxies",
    multiple=True,
    metavar="ADDRESS",
    envvar="FUJITA_TRUST_PROXY",
    show_envvar=True,
    help="A proxy, or a network of them, whose X-Forwarded-For and X-Forwarded-Proto are believed.",
)
def chat(
    port: int,
    address: str,
    database: str,
    data: str,
    workers: int,
    redis: str | None,
    secret: str | None,
    embed_secret: str | None,
    embed_origins: tuple[str, ...],
    admins: tuple[str, ...],
    trusted_proxies: tuple[str, ...],
) -> None:
    """Open a chat room in the browser.

    It starts with no set-up at all: open the address that it prints.

    Many processes, and many machines, serve one chat with Redis and PostgreSQL:

    \b
        fujita chat --workers 4 --redis redis://127.0.0.1 \\
            --database postgresql+asyncpg://fujita@127.0.0.1/chat
    """
    from fujita.cli.errors import CommandError
    from fujita.cli.loops import choose_loop

    _check_packages(database, redis)
    choose_loop("auto")

    from fujita.chat import ChatError, Options, serve

    options = Options(
        port=port,
        address=address,
        database=database,
        data=data,
        workers=workers,
        redis=redis,
        secret=secret,
        embed_secret=embed_secret,
        embed_origins=embed_origins,
        admins=admins,
        trusted_proxies=trusted_proxies,
    )
    try:
        serve(options)
    except ChatError as error:
        raise CommandError(str(error)) from None
    except KeyboardInterrupt:
        # Before it served: afterwards it ends by itself.
        sys.exit(130)


def _check_packages(database: str, redis: str | None) -> None:
    """Sees whether everything is installed that the options ask for.

    Raises:
        CommandError: It is not.
    """
    from fujita.cli.errors import CommandError

    extras = [
        extra
        for extra, names, is_wanted in (
            ("chat", _NEEDED, True),
            ("postgres", ("asyncpg",), database.startswith("postgresql")),
            ("redis", ("redis",), redis is not None),
        )
        if is_wanted and not all(find_spec(name) for name in names)
    ]
    if extras:
        raise CommandError(
            f"something is missing that this needs: pip install 'fujita[{','.join(extras)}]'"
        )
