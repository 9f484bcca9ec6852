"""Certificates as a test needs them, made by ``openssl``."""

import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

_CONFIGURATION = """
[ca]
default_ca = own
[own]
dir = {folder}
database = {folder}/index.txt
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
"""


def make(folder: Path, name: str, days: int) -> tuple[Path, Path]:
    """Makes a certificate that signs itself; it ends in so many days, or has ended.

    Returns:
        The files of certificate and key.
    """
    folder.mkdir(exist_ok=True)
    certificate, key, request = (folder / f"site.{end}" for end in ("crt", "key", "csr"))
    configuration = folder / "openssl.cnf"
    configuration.write_text(_CONFIGURATION.format(folder=folder))
    (folder / "index.txt").touch()
    _openssl(
        *("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}"),
        *("-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", request),
    )
    now = datetime.now(UTC)
    _openssl(
        *("ca", "-batch", "-selfsign", "-config", configuration, "-keyfile", key),
        *("-startdate", _text(now - timedelta(days=100)), "-notext"),
        *("-enddate", _text(now + timedelta(days=days)), "-in", request, "-out", certificate),
    )
    return certificate, key


def server_context(files: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y%m%d%H%M%SZ")
