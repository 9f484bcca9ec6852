"""Connections to a host and port, over whichever of its addresses answers first."""

from fujita.netutil.address import format_address as _format_addr
from fujita.tcpclient.client import TCPClient
from fujita.tcpclient.connector import _Connector

__all__ = ["TCPClient", "_Connector", "_format_addr"]
