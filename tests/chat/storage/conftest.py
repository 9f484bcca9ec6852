from pathlib import Path

import pytest

from tests.chat.storage.stores import Run, Work, fresh_place, on_store


@pytest.fixture(params=["sqlite", "postgresql"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Runs a test's work on a fresh store of each kind."""
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    place = fresh_place(request.param, tmp_path, server)

    def on_fresh_store(work: Work) -> None:
        on_store(place, work)

    return on_fresh_store
