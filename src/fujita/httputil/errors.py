"""What is raised where a message breaks HTTP's rules."""


class HTTPInputError(Exception):
    """A peer sent something that is not the HTTP message it should be.

    A server answers with 400 and closes the connection; a client fails the request.
    """


class HTTPOutputError(Exception):
    """The application asked for a message that must not be sent.

    For example a body longer than the ``Content-Length`` that it announced.
    """
