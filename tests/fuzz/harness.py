"""One target under atheris; ``tests.fuzz`` starts it as a process of its own."""

import logging
import sys

import atheris

with atheris.instrument_imports(include=["fujita"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    # Errors are looked at by the targets.
    logging.disable(logging.WARNING)
    name = sys.argv.pop(1)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
