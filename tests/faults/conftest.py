from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests import loop_kinds
from tests.sites import Serve, Site, serving


@pytest.fixture(params=loop_kinds.KINDS)
def serve(request: pytest.FixtureRequest) -> Iterator[Serve]:
    """Serves applications until the test ends."""
    with ExitStack() as stack:

        def start(application: Any, **options: Any) -> Site:
            return stack.enter_context(serving(request.param, application, **options))

        yield start
