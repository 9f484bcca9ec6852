from collections.abc import Iterator

import pytest

from tests import ip_api


@pytest.fixture
def upstream() -> Iterator[ip_api.IpApi]:
    """A server that stands in for ip-api.com."""
    with ip_api.serving() as api:
        yield api
