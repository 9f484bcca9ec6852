import time

import pytest

from fujita.chat.guests import Guest, Guests, Identity, free_name, today
from fujita.chat.limits import Limits


class Tab:
    guest: Guest

    def send(self, event: bytes) -> None:
        raise AssertionError("nobody is told anything here")


def attach(guests: Guests, identity: Identity) -> Tab:
    tab = Tab()
    tab.guest = guests.attach(tab, identity)
    return tab


def test_an_identity_survives_its_cookie() -> None:
    identity = Identity("id-1", "梅琳 <b>", 20_000)
    assert Identity.from_cookie(identity.to_cookie().encode()) == identity


@pytest.mark.parametrize(
    "value",
    [None, b"", b"{}", b"[]", b'["", "a", 1]', b'["id", "", 1]', b'["id", "a", "b"]', b"\xff"],
)
def test_a_cookie_that_is_none_of_ours_says_nothing(value: bytes | None) -> None:
    assert Identity.from_cookie(value) is None


def test_several_tabs_are_one_guest() -> None:
    guests = Guests(Limits())
    one = attach(guests, Identity("a", "Alice", 1))
    other = attach(guests, Identity("a", "Former name", 1))
    assert one.guest is other.guest
    assert other.guest.name == "Alice"
    guests.detach(one)
    assert guests.get("a") is other.guest
    guests.detach(other)
    assert guests.get("a") is None
    assert len(guests) == 0


def test_a_name_is_taken_whatever_its_case_but_not_by_its_owner() -> None:
    guests = Guests(Limits())
    attach(guests, Identity("a", "Straße", 1))
    assert guests.is_taken("STRASSE", by_another_than="b")
    assert not guests.is_taken("STRASSE", by_another_than="a")
    assert not guests.is_taken("Strand", by_another_than="b")


def test_newcomers_get_different_identities() -> None:
    guests = Guests(Limits())
    english, chinese = guests.newcomer("en"), guests.newcomer("zh")
    assert english.id != chinese.id
    assert english.name.startswith("Guest ")
    assert chinese.name.startswith("访客 ")
    assert english.day == today() == int(time.time()) // 86_400


def test_a_generated_name_is_free_however_many_there_are() -> None:
    taken = {f"Guest {number}" for number in range(1000, 10_000)}
    name = free_name("en", taken)
    assert name not in taken
    assert len(name) == len("Guest 12345")
