"""Files that people send: which are taken, and where they are kept."""
