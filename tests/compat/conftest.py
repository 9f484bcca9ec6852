from collections.abc import Iterator

import pytest

from fujita import compat


@pytest.fixture
def shim() -> Iterator[None]:
    """Installs the ``tornado`` alias for one test."""
    compat.install()
    yield
    compat.uninstall()
