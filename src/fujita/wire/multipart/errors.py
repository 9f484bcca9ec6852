"""What a malformed body turns into."""


class MultipartError(ValueError):
    """A body is not the ``multipart/form-data`` that it should be, or exceeds a limit."""
