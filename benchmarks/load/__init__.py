"""Load generators: each costs less than any server that it loads."""
