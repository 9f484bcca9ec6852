"""Sends commands to Redis, many at a time."""

import asyncio
from asyncio import Future
from collections import deque
from typing import Any, NamedTuple

from redis.exceptions import NoScriptError

from fujita.realtime.errors import EngineUnavailableError
from fujita.realtime.redis_engine.connecting import Link, unavailable_unless_reached
from fujita.realtime.redis_engine.scripts import ALL, Script

BATCH = 256
"""Commands that are sent at once."""


class _Command(NamedTuple):
    words: tuple[Any, ...]
    script: Script | None
    answer: "Future[Any]"


class Commander:
    """Gathers commands while others are under way, and sends them together, in their order.

    So a publication costs Redis and this process much less where there are many, and a room's
    publications keep the order in which they were made.

    Args:
        link: The way to Redis.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._waiting: deque[_Command] = deque()
        self._task: asyncio.Task[None] | None = None

    async def script(self, script: Script, keys: list[str], *arguments: Any) -> Any:
        """Runs a script.

        Raises:
            EngineUnavailableError: Redis is away; whether it was run is not known.
        """
        words = ("EVALSHA", script.digest, len(keys), *keys, *arguments)
        return await self._run(words, script)

    async def command(self, *words: Any) -> Any:
        """Runs a command.

        Raises:
            EngineUnavailableError: Redis is away; whether it was run is not known.
        """
        return await self._run(words, None)

    async def close(self) -> None:
        """Gives up what is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self, words: tuple[Any, ...], script: Script | None) -> Any:
        answer: Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Command(words, script, answer))
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._send_all())
        return await answer

    async def _send_all(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            try:
                await self._send(some)
            except EngineUnavailableError as error:
                # What waits behind them would wait for a hanging server as long, and longer.
                _fail([*some, *self._waiting], error)
                self._waiting.clear()
            except asyncio.CancelledError:
                _fail([*some, *self._waiting], EngineUnavailableError("the engine was closed"))
                self._waiting.clear()
                raise
            except Exception as error:
                _fail(some, error)

    async def _send(self, commands: list[_Command]) -> None:
        answers = await self._pipeline(commands)
        if any(isinstance(answer, NoScriptError) for answer in answers):
            # Nobody's order is lost: all scripts are missing, or none.
            await self._load()
            again = [
                index for index, answer in enumerate(answers) if isinstance(answer, NoScriptError)
            ]
            for index, answer in zip(
                again, await self._pipeline([commands[index] for index in again]), strict=True
            ):
                answers[index] = answer
        for command, answer in zip(commands, answers, strict=True):
            if command.answer.done():
                continue
            try:
                with unavailable_unless_reached(self._link.where):
                    if isinstance(answer, Exception):
                        raise answer
            except Exception as error:
                command.answer.set_exception(error)
            else:
                command.answer.set_result(answer)

    async def _pipeline(self, commands: list[_Command]) -> list[Any]:
        with unavailable_unless_reached(self._link.where):
            if len(commands) == 1:
                try:
                    return [await self._link.client.execute_command(*commands[0].words)]
                except NoScriptError as error:
                    return [error]
            pipeline = self._link.client.pipeline(transaction=False)
            for command in commands:
                pipeline.execute_command(*command.words)
            answers: list[Any] = await pipeline.execute(raise_on_error=False)
            return answers

    async def _load(self) -> None:
        with unavailable_unless_reached(self._link.where):
            for script in ALL:
                await self._link.client.script_load(script.text)


def _fail(commands: list[_Command], error: Exception) -> None:
    for command in commands:
        if not command.answer.done():
            command.answer.set_exception(error)
            # Whoever asked may have gone.
            command.answer.exception()
