"""The peers, in an environment of their own in .bench/, and what is missing of them."""

import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.machine import ENVIRONMENT
from benchmarks.row import Unavailable

# What pip installs; all of them can live in one environment.
PACKAGES = (
    "tornado==6.6.1",
    "uvloop",
    "httptools",
    "aiohttp",
    "uvicorn",
    "starlette",
    "granian",
    "sanic",
    "socketify",
    "picows",
    "websockets",
    "rnet",
    "jinja2",
    "python-multipart",
    "blacksheep",
    "pycurl",
)
# What apt installs, and the command that shows that it is there.
DEBIAN = {"wrk": "wrk", "nginx": "nginx"}

PEERS = ENVIRONMENT / "peers"
PEER_PYTHON = PEERS / "bin" / "python"
OWN_PYTHON = Path(sys.executable)
FUJITA_COMMAND = OWN_PYTHON.with_name("fujita")


def install() -> None:
    """Installs what is not there yet; whatever cannot be had is left to be reported."""
    for command, package in DEBIAN.items():
        if shutil.which(command) is None:
            print(f"Installing {package} by apt-get ...", flush=True)
            subprocess.run(["apt-get", "install", "-qq", "-y", package], check=False)
    mark = PEERS / "installed.json"
    if mark.exists() and json.loads(mark.read_text()) == list(PACKAGES):
        return
    if not PEER_PYTHON.exists():
        venv.create(PEERS, with_pip=True)
    for number, package in enumerate(PACKAGES, 1):
        print(f"Installing {package} in .bench/peers ({number}/{len(PACKAGES)}) ...", flush=True)
        if subprocess.run([*pip("install", "--prefer-binary"), package], check=False).returncode:
            print(f"{package} cannot be had here; it is left out")
    mark.write_text(json.dumps(PACKAGES))


def pip(*arguments: str) -> list[str]:
    quiet = ["--quiet", "--disable-pip-version-check"]
    return [str(PEER_PYTHON), "-m", "pip", *arguments, *quiet]


def versions() -> dict[str, str]:
    """Gives the versions of all that is measured."""
    found = installed_packages()
    found["nginx"] = debian_version("nginx") or "missing"
    found["wrk"] = debian_version("wrk") or "missing"
    return found


def installed_packages() -> dict[str, str]:
    output = subprocess.run(
        pip("list", "--format=json"), capture_output=True, text=True, check=False
    ).stdout
    found = {entry["name"].lower(): entry["version"] for entry in json.loads(output or "[]")}
    names = (package.partition("==")[0] for package in PACKAGES)
    return {name: found.get(name, "missing") for name in names}


def debian_version(package: str) -> str | None:
    if shutil.which("dpkg-query") is None:
        return None
    command = ["dpkg-query", "--show", "--showformat=${Version}", package]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout or None


def need_command(command: str) -> str:
    """Gives the path of a program of Debian's."""
    path = shutil.which(command)
    if path is None:
        raise Unavailable(f"{command} is not installed (apt-get install {DEBIAN[command]})")
    return path


def need_package(package: str) -> None:
    """Makes sure that a peer can be imported."""
    places = PEERS.glob(f"lib/python*/site-packages/{package}")
    files = PEERS.glob(f"lib/python*/site-packages/{package}.*")
    if not any(places) and not any(files):
        raise Unavailable(f"{package} is not installed (no wheel for this Python?)")
