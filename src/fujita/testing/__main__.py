"""``python -m fujita.testing``: runs the tests named on the command line."""

from fujita.testing.runner import main

if __name__ == "__main__":
    main()
