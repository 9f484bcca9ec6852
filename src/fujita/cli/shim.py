"""``fujita shim``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def shim() -> None:
    """Let all programs of a virtual environment run on Fujita.

    After 'fujita shim install', 'import tornado' gives Fujita in whatever is started with the
    environment's Python, also by tools that know nothing of 'fujita run':

        fujita shim install
    """


@shim.command()
@click.option(
    "--force",
    is_flag=True,
    help="Install also into a Python that is no virtual environment, for all who use it.",
)
def install(force: bool) -> None:
    """Let 'import tornado' give Fujita in this environment.

    Tornado need not be installed; if it is, it stays there unused.
    """
    from fujita.cli.errors import CommandError
    from fujita.compat.environment import install_in_environment

    if not force and sys.prefix == sys.base_prefix:
        raise CommandError(
            f"{sys.prefix} is no virtual environment, and every program that uses this Python "
            "would be affected: make one by 'python -m venv', or add --force"
        )
    with _errors_in_one_line():
        path = install_in_environment(_site_packages())
    click.echo(f"'import tornado' gives Fujita in {sys.prefix} from now on, by {path}")
    click.echo("'fujita shim remove' undoes it")


@shim.command()
def remove() -> None:
    """Undo 'fujita shim install'."""
    from fujita.compat.environment import uninstall_from_environment

    with _errors_in_one_line():
        path = uninstall_from_environment(_site_packages())
    if path is None:
        click.echo(f"the shim is not installed in {sys.prefix}")
    else:
        click.echo(f"removed {path}")


def _site_packages() -> "Path":
    import sysconfig
    from pathlib import Path

    return Path(sysconfig.get_path("purelib"))


@contextmanager
def _errors_in_one_line() -> Iterator[None]:
    from fujita.cli.errors import CommandError

    try:
        yield
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}") from None
