"""The exception of this package."""


class AuthError(Exception):
    """A provider, or a user who came back from one, did not show what a login needs."""
