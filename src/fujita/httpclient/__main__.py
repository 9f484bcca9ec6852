"""Runs the command."""

from fujita.httpclient.command import main

main()
