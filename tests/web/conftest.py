from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from fujita.web import StaticFileHandler
from tests import loop_kinds
from tests.sites import Serve, Site, serving
from tests.web.static_files import make_root


@pytest.fixture(params=loop_kinds.KINDS)
def serve(request: pytest.FixtureRequest) -> Iterator[Serve]:
    """Serves applications until the test ends."""
    with ExitStack() as stack:

        def start(application: Any, **options: Any) -> Site:
            return stack.enter_context(serving(request.param, application, **options))

        yield start


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with files, whose versions nobody has asked for yet."""
    StaticFileHandler.reset()
    return make_root(tmp_path)
