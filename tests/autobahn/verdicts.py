"""What a case of Autobahn's may come to."""

import json
from pathlib import Path

ALLOWED: dict[str, str] = {}
"""Cases that may be NON-STRICT, by number, each with the sentence of the RFC that allows it.

There is none: UTF-8 is checked as its bytes arrive, so that even 6.4.3 and 6.4.4, which send
half of a frame and wait, are failed at once.
"""

Results = dict[str, tuple[str, str]]
"""Of each case its number, and what became of the messages and of the closing handshake."""


def read_results(folder: Path) -> Results:
    """Reads the ``index.json`` of a run against one peer."""
    (cases,) = json.loads((folder / "index.json").read_text()).values()
    return {number: (case["behavior"], case["behaviorClose"]) for number, case in cases.items()}


def faults(results: Results) -> list[str]:
    """Names what is wrong in the results; nothing if all is well."""
    found = []
    for number, (behavior, closing) in results.items():
        # INFORMATIONAL are the cases for which the RFC names no right answer, such as close
        # codes from 5000 on.
        good = behavior in ("OK", "INFORMATIONAL") or (
            behavior == "NON-STRICT" and number in ALLOWED
        )
        if not good or closing not in ("OK", "INFORMATIONAL"):
            found.append(f"{number}: messages {behavior}, closing handshake {closing}")
    return found
