import pytest

from tests.loop_kinds import KINDS


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of loop that a test runs on."""
    return str(request.param)
