"""What every server of the benchmarks serves, whatever it is written with."""

import os
from pathlib import Path

HELLO = "Hello, World!"

# About 1 KB of JSON.
DOCUMENT = {
    "id": 20261123,
    "room": "lobby",
    "topic": "Tornadoes are measured on the Fujita scale",
    "open": True,
    "members": [
        {"id": number, "name": f"member {number}", "score": number * 1.5, "muted": number % 3 == 0}
        for number in range(15)
    ],
}

# Twenty rows, a part of which has to be escaped.
ROWS = [
    {"number": number, "name": f"Ann & Bob <{number}>", "text": f"message number {number}, 你好"}
    for number in range(20)
]

TEMPLATES = Path(__file__).parent / "templates"
FILES = Path(os.environ.get("BENCHMARK_FILES", "."))

# One megabyte in 16 pieces.
CHUNK = b"x" * 65536
CHUNKS = 16
