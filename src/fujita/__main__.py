"""``python -m fujita`` is the command ``fujita``."""

from fujita.cli import main

if __name__ == "__main__":
    main()
