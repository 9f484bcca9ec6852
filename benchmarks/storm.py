"""A storm of clients that come back at once, played in steps of time.

A client that is not let in tries its connection again after 1, 3 and 7 s, as TCP does by itself
(RFC 6298 doubles from one second), gives up after 10 s, pauses, and begins anew. Nodes let in so
many a second; so many more may wait at them; the rest are not heard.
"""

import random
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

STEP = 0.05
"""Seconds of a step."""

AGAIN = (1.0, 2.0, 4.0)
"""Seconds between TCP's attempts."""

PATIENCE = 10.0
"""Seconds after which a client gives an attempt up."""

Pauses = Callable[[int, random.Random], float]
"""Gives the seconds that a client pauses before its attempt of this number, from 0."""


def backed_off(attempt: int, chance: random.Random) -> float:
    """As the clients of Fujita: half a second to half a minute, between half and all by chance."""
    return min(30.0, 0.5 * 2.0 ** min(attempt, 16)) * chance.uniform(0.5, 1.0)


def unhurried(attempt: int, chance: random.Random) -> float:
    """As clients whose first pause is set to 20 s."""
    return min(30.0, 20.0 * 2.0 ** min(attempt, 16)) * chance.uniform(0.5, 1.0)


def impatient(attempt: int, chance: random.Random) -> float:
    """As a client that tries again each second, all in step."""
    return 1.0


@dataclass(frozen=True)
class Storm:
    """What is played.

    Attributes:
        clients: That are cut off at once.
        rate: Clients that all nodes together let in each second.
        waiting: Clients that may wait at all nodes together.
        pauses: Of the clients.
        seed: The same one gives the same storm.
    """

    clients: int
    rate: float
    waiting: int
    pauses: Pauses = backed_off
    seed: int = 1


@dataclass
class Stormed:
    """What came of it; the greatest rates are of a whole second.

    Attributes:
        clients: That were cut off.
        rate: As of the storm.
        attempts: Connections that were tried, TCP's own repetitions included.
        peak_attempts: The most in a second.
        peak_served: The most that were let in in a second.
        served: By the step.
    """

    clients: int
    rate: float
    attempts: int = 0
    peak_attempts: float = 0.0
    peak_served: float = 0.0
    served: list[int] = field(default_factory=list)

    def back(self, part: float) -> float:
        """Gives the seconds after which this part of the clients is back."""
        missing = part * self.clients
        for step, count in enumerate(self.served):
            missing -= count
            if missing <= 0:
                return (step + 1) * STEP
        return float("inf")


def storm(given: Storm, longest: float = 3600.0) -> Stormed:
    """Plays a storm until everybody is back, or for so many seconds."""
    chance = random.Random(given.seed)
    pauses, out = given.pauses, Stormed(given.clients, given.rate)
    tries: list[int] = []
    # By step: those who try then, by the number of their attempt and of TCP's repetition.
    plan: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for _ in range(given.clients):
        plan[int(pauses(0, chance) / STEP)].append((0, 0))
    queue: deque[int] = deque()
    allowance, step, left = 0.0, 0, given.clients
    while left and step * STEP < longest:
        coming = plan.pop(step, [])
        chance.shuffle(coming)
        tries.append(len(coming))
        allowance += given.rate * STEP
        room = int(allowance) + given.waiting - len(queue)
        queue.extend(attempt for attempt, _ in coming[:room])
        for attempt, repetition in coming[room:]:
            plan[_next(step, attempt, repetition, pauses, chance)].append(
                (attempt, repetition + 1) if repetition < len(AGAIN) else (attempt + 1, 0)
            )
        served = min(int(allowance), len(queue))
        for _ in range(served):
            queue.popleft()
        # What was not used is not saved up.
        allowance = allowance - served if queue else 0.0
        out.served.append(served)
        left -= served
        step += 1
    out.attempts = sum(tries)
    out.peak_attempts = _most(tries)
    out.peak_served = _most(out.served)
    return out


def _next(step: int, attempt: int, repetition: int, pauses: Pauses, chance: random.Random) -> int:
    """Gives the step of the next attempt of a client that was not heard."""
    if repetition < len(AGAIN):
        wait = AGAIN[repetition]
    else:
        wait = PATIENCE - sum(AGAIN) + pauses(attempt + 1, chance)
    return step + max(1, int(wait / STEP))


def _most(counts: list[int]) -> float:
    """Gives the greatest count of a second."""
    size = round(1 / STEP)
    window = sum(counts[:size])
    most = window
    for index in range(size, len(counts)):
        window += counts[index] - counts[index - size]
        most = max(most, window)
    return float(most)
