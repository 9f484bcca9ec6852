"""A room on this node: its members here, and the stream that they follow."""

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

from fujita.log import app_log
from fujita.realtime.batch import Batch
from fujita.realtime.counters import Counters
from fujita.realtime.engine import History, Presence
from fujita.realtime.errors import EngineUnavailableError
from fujita.realtime.events import (
    Counted,
    EngineEvent,
    Removal,
    RoomEvent,
)
from fujita.realtime.options import RoomOptions
from fujita.realtime.position import Position
from fujita.realtime.publication import Publication
from fujita.realtime.subscription import Subscription

if TYPE_CHECKING:
    from fujita.realtime.node import Node

TAIL_SIZE = 256
"""Publications that a node itself remembers of a room that it holds."""

TAIL_BYTES = 1 << 18


class Room:
    """A room on this node.

    It follows the room's stream: ``position`` moves on without gaps, and what the engine leaves
    out is fetched from the history before anything later is handed over. So a subscription has
    only to know where it began: from there on it gets what the room gets.

    What a turn of the loop brings is handed over when the turn ends, as one `Batch`: encoded
    once, and written to each member once, however many publications it holds.

    A tail of the stream is remembered, since after a break of the network everybody comes back
    at once and has missed the same.
    """

    def __init__(self, name: str, hub: "Node", options: RoomOptions) -> None:
        self.name = name
        self.options = options
        self.counters = Counters()
        self.subscriptions: dict[str, Subscription] = {}
        """By the consumers' ids."""
        self.position = Position(0, "")
        self.crowded = False
        """Whether members are told counts instead of names."""
        self.count_unsure = False
        """Whether members may have missed who has come and gone, as the engine was away."""
        self.crossings = 0
        """Times that the engine has told that the cap was crossed."""
        self._count_told = -1
        """The count that members were told last, while the room is crowded."""
        self.holders = 0
        """Subscriptions, and those in the making, for which the room is held."""
        self._hub = hub
        self._lock = asyncio.Lock()
        self._live = False
        """Whether the engine hands the room's events over."""
        self._pending: list[RoomEvent] = []
        self._tail: deque[Publication] = deque()
        self._tail_bytes = 0
        self._ahead: list[Publication] | None = None
        """What has come while something before it is being fetched."""
        self._catching_up: asyncio.Task[None] | None = None
        self._losses = 0
        """Times that the stream went on with something missing."""
        self._recovering: dict[Subscription, list[Batch]] = {}
        """Those that are still to get what they have missed, and what has come meanwhile."""
        self._fetching: dict[int, asyncio.Future[History]] = {}

    # From the engine.

    def receive(self, event: EngineEvent) -> None:
        """Takes what happens in the room."""
        if not self._live and self._ahead is None:
            return
        if type(event) is Publication and event.offset:
            if self._ahead is not None:
                self._ahead.append(event)
            elif event.epoch != self.position.epoch or event.offset > self.position.offset + 1:
                self.counters.gaps += 1
                self._start_catching_up([event])
            elif event.offset > self.position.offset:
                self._follow(event)
            return
        if isinstance(event, Removal):
            self._remove(event)
            return
        if isinstance(event, Counted):
            self.crossings += 1
            # To and fro over the cap is told at intervals only.
            if not self.crowded:
                self._crowd(event.count)
            return
        self._hand_on(event)

    def _follow(self, publication: Publication) -> None:
        """Takes the stream's next publication."""
        self.position = publication.position
        self._tail.append(publication)
        self._tail_bytes += len(publication.payload)
        # What the history has forgotten is not remembered here either.
        most = min(TAIL_SIZE, self.options.history_size)
        while len(self._tail) > most or self._tail_bytes > TAIL_BYTES:
            self._tail_bytes -= len(self._tail.popleft().payload)
        self.counters.received += 1
        self._hand_on(publication)

    def _hand_on(self, event: RoomEvent) -> None:
        if not self._pending:
            self._hub.loop.call_soon(self.flush)
        self._pending.append(event)

    def tell(self, event: RoomEvent) -> None:
        """Hands an event to the members on this node."""
        self._hand_on(event)

    def flush(self) -> None:
        """Hands what has come to all members."""
        events = self._pending
        if not events:
            return
        self._pending = []
        batch = Batch(events)
        subscriptions = list(self.subscriptions.values())
        self.counters.deliveries += len(subscriptions) * len(events)
        excluded = {
            event.exclude for event in events if type(event) is Publication and event.exclude
        }
        special = excluded or self._recovering
        for subscription in subscriptions:
            try:
                if special:
                    self._hand_to(subscription, batch, excluded)
                else:
                    subscription.consumer.send(subscription, batch)
            except Exception:
                # Nobody else's messages are lost with it.
                app_log.error("Cannot hand %r to a consumer", self.name, exc_info=True)

    def _hand_to(self, subscription: Subscription, batch: Batch, excluded: set[str]) -> None:
        """Hands a batch to a subscription that may not get all of it, or not now."""
        if subscription.consumer.id in excluded:
            batch = batch.without(subscription.consumer.id)
        kept = self._recovering.get(subscription)
        if kept is not None:
            kept.append(batch)
        elif batch.events:
            subscription.consumer.send(subscription, batch)

    # Gaps of the node itself.

    def resume(self) -> None:
        """Looks for what has been missed while the engine was away."""
        if self._live and self._ahead is None:
            self._start_catching_up([])

    def _start_catching_up(self, ahead: list[Publication]) -> None:
        self._ahead = ahead
        self._catching_up = self._hub.run(self._catch_up())

    async def _catch_up(self) -> None:
        """Fetches what is missing, and goes on with what has come meanwhile."""
        delay = 0.05
        while self._live:
            try:
                # As the last thing before anything could be missed, it is the best witness.
                witness = self._tail[-1].time if self._tail else 0.0
                history = await self._hub.engine.history(
                    self.name, self.options, self.position, witness=witness
                )
            except EngineUnavailableError:
                await asyncio.sleep(delay)
                delay = min(delay * 2, 2.0)
                continue
            if history.complete:
                for publication in history.publications:
                    self._follow(publication)
            else:
                self._give_up_gap(history.position)
            if self._take_ahead():
                return
        self._ahead = None

    def _take_ahead(self) -> bool:
        """Goes on with what has come meanwhile; tells whether that closed every gap."""
        ahead = [] if self._ahead is None else self._ahead
        for index, event in enumerate(ahead):
            if event.epoch == self.position.epoch and event.offset <= self.position.offset:
                continue
            if event.epoch != self.position.epoch or event.offset > self.position.offset + 1:
                del ahead[:index]
                return False
            self._follow(event)
        self._ahead = None
        return True

    def _give_up_gap(self, position: Position) -> None:
        """Tells members that something is lost, and where the stream goes on."""
        self.counters.lost_gaps += 1
        self._losses += 1
        self.flush()
        self._move_to(position)
        for subscription in list(self.subscriptions.values()):
            if subscription not in self._recovering:
                subscription.consumer.resynchronise(subscription, position)

    def _move_to(self, position: Position) -> None:
        """Goes on at a position that is not next to the last one."""
        if position != self.position:
            self.position = position
            self._tail.clear()
            self._tail_bytes = 0

    # Coming.

    async def enter(self, subscription: Subscription, since: Position | None) -> None:
        """Makes a subscription a member, and gives it what it has missed."""
        if not self._live:
            async with self._lock:
                await self._go_live()
        if not subscription.active:
            # It has left before it was in.
            return
        self.flush()
        consumer = subscription.consumer
        self.subscriptions[consumer.id] = subscription
        if since is None:
            self._admit(subscription, Batch([]), False)
            return
        missed = self._missed_in_tail(since, self.position)
        if missed is not None:
            self._admit(subscription, Batch(list(missed)), True)
        else:
            await self._recover(subscription, since)
        if subscription.recovered:
            self.counters.recovered += 1
        else:
            self.counters.unrecovered += 1

    async def _go_live(self) -> None:
        """Has the engine hand the room's events over, if it does not yet."""
        if self._live:
            return
        ahead = self._ahead = []
        try:
            position = await self._hub.engine.subscribe(self.name, self.options)
            if self.options.presence:
                users = await self._hub.engine.count(self.name)
                self.crowded |= users > self.options.presence_cap
        except BaseException:
            self._ahead = None
            raise
        self._move_to(position)
        self._live = True
        if not self._take_ahead():
            self._start_catching_up(ahead)

    def _admit(self, subscription: Subscription, missed: Batch, recovered: bool) -> None:
        subscription.position = self.position
        subscription.recovered = recovered
        self.counters.deliveries += len(missed.events)
        subscription.consumer.subscribed(subscription, missed)

    def _missed_in_tail(self, since: Position, until: Position) -> list[Publication] | None:
        """Gives what was published between two positions, if that is known here."""
        if since == until:
            return []
        if since.epoch != until.epoch or since.offset > until.offset:
            return None
        tail = self._tail
        if not tail or tail[0].offset > since.offset + 1 or tail[-1].offset < until.offset:
            return None
        begin = since.offset + 1 - tail[0].offset
        end = until.offset + 1 - tail[0].offset
        if tail[begin].time < time.time() - self.options.history_age:
            return None
        return [tail[index] for index in range(begin, end)]

    async def _recover(self, subscription: Subscription, since: Position) -> None:
        """Fetches what a subscription has missed, while what comes is kept for it."""
        if since.epoch == self.position.epoch and since.offset > self.position.offset:
            # Another node was ahead of this one.
            self.resume()
            if self._catching_up is not None:
                await asyncio.shield(self._catching_up)
            self.flush()
        meanwhile = self._recovering[subscription] = []
        start, losses = self.position, self._losses
        try:
            missed = await self._fetch(since, start)
            self.flush()
        finally:
            del self._recovering[subscription]
        if not self.holds(subscription):
            return
        if missed is None or losses != self._losses:
            # What has come meanwhile is before the position that it is told.
            self._admit(subscription, Batch([]), False)
            return
        self._admit(subscription, Batch(list(missed)), True)
        for batch in meanwhile:
            subscription.consumer.send(subscription, batch)

    async def _fetch(self, since: Position, until: Position) -> list[Publication] | None:
        """Gives what was published between two positions; None if that is not known any more.

        Those that come back at once, with the same position, share what is fetched.
        """
        if since.epoch != until.epoch or since.offset > until.offset:
            return None
        while True:
            fetching = self._fetching.get(since.offset)
            if fetching is None:
                fetching = asyncio.ensure_future(
                    self._hub.engine.history(self.name, self.options, since)
                )
                self._fetching[since.offset] = fetching
                fetching.add_done_callback(lambda _: self._fetching.pop(since.offset, None))
            history = await asyncio.shield(fetching)
            if not history.complete or history.position.epoch != until.epoch:
                return None
            if history.position.offset >= until.offset:
                return [one for one in history.publications if one.offset <= until.offset]

    # Going.

    async def leave(self, subscription: Subscription) -> None:
        """Takes a subscription out, and lets the engine go with the last one."""
        self.drop(subscription)
        try:
            if subscription.member is not None and self.options.presence:
                await self._hub.engine.leave(self.presence_of(subscription), self.options)
        finally:
            await self.release()

    def holds(self, subscription: Subscription) -> bool:
        """Tells whether a subscription is in the room."""
        return self.subscriptions.get(subscription.consumer.id) is subscription

    def drop(self, subscription: Subscription) -> None:
        """Hands nothing more to a subscription."""
        subscription._room = None
        consumer = subscription.consumer
        if self.holds(subscription):
            del self.subscriptions[consumer.id]
        consumer.left(subscription)

    async def release(self) -> None:
        """Gives up one hold of the room; with the last one the node does not follow it."""
        self.holders -= 1
        if self.holders:
            return
        async with self._lock:
            if self.holders or not self._live:
                self._hub.forget(self)
                return
            self._live = False
            try:
                await self._hub.engine.unsubscribe(self.name)
            finally:
                self._hub.forget(self)

    def presence_of(self, subscription: Subscription) -> Presence:
        """Gives what the engine keeps of a subscription's member."""
        assert subscription.member is not None
        return Presence(self.name, subscription.member.user, subscription.consumer.id)

    async def refresh(self) -> None:
        """Tells the engine who is still there, and has it tell where the stream ends."""
        here = [
            (subscription.member, subscription.consumer.id)
            for subscription in self.subscriptions.values()
            if subscription.member is not None and self.options.presence
        ]
        position = await self._hub.engine.refresh(self.name, self.options, here)
        if position is not None and position != self.position:
            self.resume()

    def _remove(self, removal: Removal) -> None:
        self.flush()
        for subscription in list(self.subscriptions.values()):
            if subscription.member is not None and subscription.member.user == removal.user:
                self.drop(subscription)
                subscription.consumer.removed(subscription, removal.reason)
                self._hub.run(self.leave(subscription))

    def tell_count(self, count: int) -> None:
        """Tells members how many they are, if they are too many to be named.

        When they are few enough again, or may have missed some names, they are told so: who
        shows a list reads it anew.
        """
        if count > self.options.presence_cap:
            if count != self._count_told or self.count_unsure:
                self._crowd(count)
        elif self.crowded or self.count_unsure:
            self.crowded = False
            self._count_told = -1
            self._hand_on(Counted(self.name, count, named=True))
        self.count_unsure = False

    def _crowd(self, count: int) -> None:
        self.crowded = True
        self._count_told = count
        self._hand_on(Counted(self.name, count, named=False))
