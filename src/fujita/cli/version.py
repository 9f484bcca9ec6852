"""``fujita --version``."""

import platform

import click


def show_version(context: click.Context, option: click.Parameter, asked: bool) -> None:
    """Prints what runs here, and ends the command."""
    if not asked or context.resilient_parsing:
        return
    import fujita

    click.echo(f"Fujita {fujita.__version__} (the API of Tornado {fujita.version})")
    click.echo(f"{platform.python_implementation()} {platform.python_version()}, {_loop()}")
    click.echo(f"compiled parts: {', '.join(_compiled_parts()) or 'none'}")
    context.exit()


def _loop() -> str:
    """Says which event loop there is to run on."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"uvloop {version('uvloop')}"
    except PackageNotFoundError:
        return "without uvloop (on asyncio's own event loop, which is slower)"


def _compiled_parts() -> list[str]:
    """Names the modules of Fujita that are machine code."""
    from importlib.machinery import EXTENSION_SUFFIXES
    from pathlib import Path

    import fujita

    root = Path(fujita.__file__).parent
    files = [path for path in root.rglob("*") if path.name.endswith(tuple(EXTENSION_SUFFIXES))]
    parts = {
        ".".join([*path.relative_to(root).parts[:-1], path.name.split(".")[0]]) for path in files
    }
    return sorted(parts)
