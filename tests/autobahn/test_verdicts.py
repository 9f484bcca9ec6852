import json
from pathlib import Path

import pytest

from tests.autobahn import verdicts


def test_what_is_wrong_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(verdicts.ALLOWED, "6.4.3", "because")
    cases = {
        "1.1.1": ("OK", "OK"),
        "7.1.6": ("INFORMATIONAL", "INFORMATIONAL"),
        "6.4.3": ("NON-STRICT", "OK"),
        "6.4.4": ("NON-STRICT", "OK"),
        "7.9.1": ("FAILED", "OK"),
        "7.9.2": ("OK", "WRONG CODE"),
    }
    index = {
        "Peer": {
            number: {"behavior": behavior, "behaviorClose": closing}
            for number, (behavior, closing) in cases.items()
        }
    }
    (tmp_path / "index.json").write_text(json.dumps(index))
    assert verdicts.faults(verdicts.read_results(tmp_path)) == [
        "6.4.4: messages NON-STRICT, closing handshake OK",
        "7.9.1: messages FAILED, closing handshake OK",
        "7.9.2: messages OK, closing handshake WRONG CODE",
    ]
