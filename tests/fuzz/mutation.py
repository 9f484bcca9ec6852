"""Fuzzes without atheris: changes what is in the corpus by chance, always the same chance.

Compiled parts tell no fuzzer where they have been, so nothing is lost by not asking; and a
sanitizer of the compiler's works with any Python that its library is loaded into before.
"""

import argparse
import logging
import mmap
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.fuzz.__main__ import CORPUS, LONGEST
from tests.fuzz.targets import TARGETS

SLOWEST = 10
"""How long one input may take, in seconds; the sanitizer makes all slower."""

WORDS = [
    *(b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b";", b",", b"=", b'"', b"\\", b"%", b"--"),
    *(b"\r\n\r\n", b"0\r\n\r\n", b"ffffffffffffffff", b"-1", b"0x1", b"\xff", b"\xf0\x9f\x97\xbb"),
    *(b"HTTP/1.1", b"HTTP/1.0", b"GET / ", b"Host: x\r\n", b"Transfer-Encoding: chunked\r\n"),
    *(b"Content-Length: 5\r\n", b"Connection: close\r\n", b"Expect: 100-continue\r\n", b"--b\r\n"),
    *(b"\x81\x7e\xff\xff", b"\x81\xff" + bytes(8), b"\x88\x82", b"\x00\x00\xff\xff", b"{{", b"%}"),
]


class Mutations:
    """Makes new inputs of old ones.

    Args:
        inputs: The old ones.
        seed: What the chance begins with.
    """

    def __init__(self, inputs: list[bytes], seed: str) -> None:
        self._chance = random.Random(seed)
        self._inputs = inputs
        self._ways: list[Callable[[bytearray], None]] = [
            self._change_a_bit,
            self._change_a_byte,
            self._put_a_word,
            self._take_away,
            self._repeat,
            self._splice,
        ]

    def next(self) -> bytes:
        """Returns an input."""
        data = bytearray(self._chance.choice(self._inputs))
        for _ in range(self._chance.choice((1, 1, 2, 3, 5, 8))):
            self._chance.choice(self._ways)(data)
        return bytes(data[:LONGEST])

    def _place(self, data: bytearray) -> int:
        return self._chance.randrange(len(data) + 1)

    def _change_a_bit(self, data: bytearray) -> None:
        if data:
            data[self._chance.randrange(len(data))] ^= 1 << self._chance.randrange(8)

    def _change_a_byte(self, data: bytearray) -> None:
        if data:
            data[self._chance.randrange(len(data))] = self._chance.randrange(256)

    def _put_a_word(self, data: bytearray) -> None:
        place = self._place(data)
        data[place:place] = self._chance.choice(WORDS)

    def _take_away(self, data: bytearray) -> None:
        place = self._place(data)
        del data[place : place + self._chance.choice((1, 2, 4, 16, 64))]

    def _repeat(self, data: bytearray) -> None:
        start, place = self._place(data), self._place(data)
        part = data[start : start + self._chance.choice((1, 4, 16, 64, 256))]
        data[place:place] = part * self._chance.choice((1, 2, 16))

    def _splice(self, data: bytearray) -> None:
        other = self._chance.choice(self._inputs)
        data[self._place(data) :] = other[self._chance.randrange(len(other) + 1) :]


class Notebook:
    """Keeps the input that is at work in a file, where it outlives a crash."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.write_bytes(bytes(LONGEST + 4))
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)

    def note(self, data: bytes) -> None:
        self._memory[: len(data) + 4] = len(data).to_bytes(4, "big") + data

    @staticmethod
    def read(path: Path) -> bytes:
        noted = path.read_bytes()
        return noted[4 : 4 + int.from_bytes(noted[:4], "big")]


def fuzz(name: str, seconds: float, seed: int, notes: Path) -> int:
    """Runs a target with all of its corpus and with what becomes of it; returns how often."""
    inputs = [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]
    mutations = Mutations(inputs, f"{name} {seed}")
    notebook = Notebook(notes)
    run = TARGETS[name]
    end = time.monotonic() + seconds
    count = 0
    while count < len(inputs) or time.monotonic() < end:
        data = inputs[count] if count < len(inputs) else mutations.next()
        notebook.note(data)
        # Nothing handles it: it ends the process, wherever that hangs.
        signal.alarm(SLOWEST)
        run(data)
        count += 1
    signal.alarm(0)
    return count


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.mutation", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--notes", type=Path, required=True)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    print(fuzz(options.target, options.seconds, options.seed, options.notes))


if __name__ == "__main__":
    main()
