"""The machine that measures, and what it is let do."""

import os
import platform
import resource
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / ".bench"

SERVER_CORE = 0
LOAD_CORE = 1
OPEN_FILES = 65_536


def describe() -> dict[str, str]:
    """Names the processor, its cores, the memory, and the system."""
    return {
        "processor": first_value("/proc/cpuinfo", "model name") or platform.processor(),
        "cores": str(os.cpu_count()),
        "memory": memory(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def first_value(path: str, name: str) -> str | None:
    try:
        lines = Path(path).read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None


def memory() -> str:
    size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{size / (1 << 30):.0f} GiB"


def allow_many_files() -> int:
    """Raises the limit on open files, here and in what is started, as far as it goes.

    Returns:
        How many there may be.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < OPEN_FILES:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
        except (OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    elif soft < OPEN_FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
