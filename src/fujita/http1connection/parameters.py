"""Settings of connections."""


class HTTP1ConnectionParameters:
    """How a connection is to be used, and how much it takes.

    Args:
        no_keep_alive: Close a server's connection after its first request.
        chunk_size: The largest piece of a body that a delegate is given, in bytes; 64 KiB by
            default.
        max_header_size: The largest head of a message, in bytes; 64 KiB by default.
        header_timeout: The seconds that a head may take to come, counted from when it is waited
            for; no limit by default.
        max_body_size: The largest body, in bytes; by default the ``max_buffer_size`` of the stream.
        body_timeout: The seconds that a body may take to come; no limit by default.
        decompress: Decode bodies with ``Content-Encoding: gzip``.
    """

    def __init__(
        self,
        no_keep_alive: bool = False,
        chunk_size: int | None = None,
        max_header_size: int | None = None,
        header_timeout: float | None = None,
        max_body_size: int | None = None,
        body_timeout: float | None = None,
        decompress: bool = False,
    ) -> None:
        self.no_keep_alive = no_keep_alive
        self.chunk_size = chunk_size or 65536
        self.max_header_size = max_header_size or 65536
        self.header_timeout = header_timeout
        self.max_body_size = max_body_size
        self.body_timeout = body_timeout
        self.decompress = decompress
