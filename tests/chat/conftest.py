from collections.abc import Iterator

import pytest

from tests.chat.browsers import Browser, browser
from tests.chat.postgres import Postgres, postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def browsers() -> Iterator[tuple[Browser, Browser]]:
    with browser() as one, browser() as other:
        yield one, other


@pytest.fixture
def alice(browsers: tuple[Browser, Browser]) -> Iterator[Browser]:
    browsers[0].reset()
    yield browsers[0]
    assert browsers[0].complaints() == []


@pytest.fixture
def bob(browsers: tuple[Browser, Browser]) -> Iterator[Browser]:
    browsers[1].reset()
    yield browsers[1]
    assert browsers[1].complaints() == []
