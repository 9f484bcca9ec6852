import asyncio

import pytest
from argon2 import PasswordHasher

from fujita.chat.accounts.passwords import Passwords, check_password, login_name
from fujita.chat.names import InvalidText


def test_a_password_is_known_by_its_hash() -> None:
    async def main() -> None:
        passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        hashed = await passwords.hash("correct horse")
        assert hashed.startswith("$argon2id$")
        assert "horse" not in hashed
        assert await passwords.hash("correct horse") != hashed
        assert await passwords.verify(hashed, "correct horse")
        assert not await passwords.verify(hashed, "wrong horse")
        assert not await passwords.verify("nonsense", "correct horse")
        assert not await passwords.verify(None, "correct horse")
        passwords.close()

    asyncio.run(main())


def test_logins_are_compared_whatever_their_case() -> None:
    assert login_name(" Alice@Fuji.Example ") == "alice@fuji.example"
    assert login_name("ＡＬＩＣＥ") == "alice"
    for typed in ("ab", "a b c", "x" * 33, "a/b/c", ""):
        with pytest.raises(InvalidText):
            login_name(typed)


def test_passwords_are_the_same_from_every_keyboard() -> None:
    assert check_password("pässword") == check_password("pa\u0308ssword")
    for typed, code in (("short", "short"), ("x" * 257, "long")):
        with pytest.raises(InvalidText) as raised:
            check_password(typed)
        assert raised.value.code == code
