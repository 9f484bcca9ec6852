"""What has been found once is not found again; `make fuzz` looks for more."""

from pathlib import Path

import pytest

from tests.fuzz.__main__ import CORPUS
from tests.fuzz.targets import TARGETS

FILES = sorted(path for path in CORPUS.glob("*/*") if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_inputs(path: Path) -> None:
    TARGETS[path.parent.name](path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_each_target_has_inputs(name: str) -> None:
    assert any((CORPUS / name).iterdir())
    TARGETS[name](b"")


@pytest.mark.parametrize("name", TARGETS)
def test_inputs_with_a_byte_less(name: str) -> None:
    for path in sorted((CORPUS / name).iterdir()):
        data = path.read_bytes()
        for at in range(0, len(data), max(1, len(data) // 16)):
            TARGETS[name](data[:at] + data[at + 1 :])
