"""Forked worker processes, and subprocesses whose pipes are streams."""

from subprocess import CalledProcessError

from fujita.process.child import Subprocess
from fujita.process.workers import cpu_count, fork_processes, task_id

__all__ = ["CalledProcessError", "Subprocess", "cpu_count", "fork_processes", "task_id"]
