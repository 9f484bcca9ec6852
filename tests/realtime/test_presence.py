"""Who is in a room."""

from fujita.realtime import Counted, Hub, Joined, Left, Member, MemoryEngine, RoomOptions
from tests.realtime.running import Recorder, run, turn

NAMED = RoomOptions(presence=True)


def test_a_user_on_several_devices_comes_and_goes_once() -> None:
    async def main() -> None:
        async with Hub(default=NAMED) as hub:
            watcher, phone, laptop = Recorder(), Recorder(), Recorder()
            await hub.subscribe("lobby", watcher)
            ada = Member("ada", {"name": "Ada"})
            await hub.subscribe("lobby", phone, member=ada)
            await hub.subscribe("lobby", laptop, member=ada)
            assert await hub.members("lobby") == {"ada": {"name": "Ada"}}
            assert await hub.count("lobby") == 1
            await phone.close()
            await turn()
            assert watcher.events == [Joined("lobby", "ada", {"name": "Ada"}, 1)]
            await laptop.close()
            await turn()
            assert watcher.events[1:] == [Left("lobby", "ada", 0)]
            assert await hub.members("lobby") == {}

    run(main)


def test_nobody_is_told_where_the_options_do_not_ask_for_it() -> None:
    async def main() -> None:
        async with Hub() as hub:
            watcher = Recorder()
            await hub.subscribe("lobby", watcher)
            await hub.subscribe("lobby", Recorder(), member=Member("ada"))
            await turn()
            assert watcher.events == []
            assert await hub.count("lobby") == 0

    run(main)


def test_a_count_from_before_the_cap_was_crossed_is_not_told() -> None:
    class Overtaken(MemoryEngine):
        async def count(self, room: str) -> int:
            users = await super().count(room)
            if users == 1:
                await self.join(room, Member("late"), "another", options)
            return users

    options = RoomOptions(presence=True, presence_cap=1, presence_interval=0.001)

    async def main() -> None:
        async with Hub(Overtaken(), default=options) as hub:
            watcher = Recorder()
            await hub.subscribe("lobby", watcher, member=Member("ada"))
            bob = await hub.subscribe("lobby", Recorder(), member=Member("bob"))
            await bob.leave()
            await hub._keeper.count()
            await turn()
            assert watcher.events == [
                Joined("lobby", "ada", None, 1),
                Counted("lobby", 2, named=False),
            ]

    run(main)


def test_above_the_cap_counts_are_told_instead_of_names() -> None:
    async def main() -> None:
        options = RoomOptions(presence=True, presence_cap=2, presence_interval=60)
        async with Hub(default=options) as hub:
            watcher = Recorder()
            await hub.subscribe("lobby", watcher)
            users = [Recorder() for _ in range(5)]
            for number, user in enumerate(users):
                await hub.subscribe("lobby", user, member=Member(str(number)))
            await turn()
            names = [event.user for event in watcher.events if isinstance(event, Joined)]
            assert names == ["0", "1"]
            assert watcher.events[2:] == [Counted("lobby", 3, named=False)]
            await hub._keeper.count()
            await turn()
            assert watcher.events[3:] == [Counted("lobby", 5, named=False)]
            await users.pop().close()
            await turn()
            assert watcher.events[4:] == []
            for user in users[1:]:
                await user.close()
            await turn()
            hub._keeper._counted.clear()
            await hub._keeper.count()
            await turn()
            await users[0].close()
            await turn()
            assert watcher.events[-2:] == [
                Counted("lobby", 1, named=True),
                Left("lobby", "0", 0),
            ]

    run(main)
