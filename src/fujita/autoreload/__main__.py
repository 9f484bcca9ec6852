"""``python -m fujita.autoreload``."""

from fujita.autoreload.command import main

if __name__ == "__main__":
    main()
