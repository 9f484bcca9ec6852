"""Running a test's work against a served chat room."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from fujita.chat import Limits
from tests.chat.running import QUICK, Chat, running


def run(
    work: Callable[[Chat], Awaitable[None]], limits: Limits | None = QUICK, **settings: Any
) -> None:
    async def main() -> None:
        async with running(limits=limits, **settings) as chat:
            await work(chat)

    asyncio.run(main())
