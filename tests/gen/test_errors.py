import builtins

import pytest

from fujita import gen


def test_return_carries_a_value() -> None:
    assert gen.Return().value is None
    assert gen.Return(42).value == 42
    assert gen.Return((1, 2)).args == ((1, 2),)


@pytest.mark.parametrize(
    "name",
    [
        "BadYieldError",
        "KeyReuseError",
        "LeakedCallbackError",
        "Return",
        "ReturnValueIgnoredError",
        "UnknownKeyError",
    ],
)
def test_exceptions_that_programs_may_name(name: str) -> None:
    error = getattr(gen, name)
    assert error.__bases__ == (Exception,)


def test_timeout_error_is_the_built_in_one() -> None:
    assert gen.TimeoutError is builtins.TimeoutError


def test_multi_has_three_names() -> None:
    assert gen.Multi is gen.multi
    assert gen.multi_future is gen.multi


@pytest.mark.parametrize("constant", [gen.moment, gen._null_future])
def test_constants_look_like_futures_that_are_done(constant: gen._NullFuture) -> None:
    assert constant.done()
    assert not constant.cancelled()
    assert constant.exception() is None  # type: ignore[func-returns-value]
    assert constant.result() is None  # type: ignore[func-returns-value]
