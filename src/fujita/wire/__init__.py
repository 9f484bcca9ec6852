"""Protocols without I/O: bytes in, events out, bytes to send.

Nothing in here knows a socket, an event loop or a clock.
"""
