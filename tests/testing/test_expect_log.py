import logging
import re
import warnings
from collections.abc import Iterator

import pytest

from fujita.testing import ExpectLog

logger = logging.getLogger("fujita.test.expect_log")


@pytest.fixture(autouse=True)
def _level() -> Iterator[None]:
    logger.setLevel(logging.DEBUG)
    yield
    logger.setLevel(logging.NOTSET)


def test_a_match_is_swallowed(caplog: pytest.LogCaptureFixture) -> None:
    with ExpectLog(logger, "hello .*") as expected:
        logger.warning("hello %s", "you")
        logger.warning("hello again")
    assert expected.matched == 2
    assert not expected.logged_stack
    assert not caplog.records


@pytest.mark.parametrize("name", ["", "fujita.test.expect_log"])
def test_the_logger_can_be_named(name: str) -> None:
    with ExpectLog(name, "hello"):
        logging.getLogger(name).warning("hello")


def test_other_messages_go_on(caplog: pytest.LogCaptureFixture) -> None:
    with ExpectLog(logger, "hello"):
        logger.warning("hello")
        logger.warning("oh, hello")
    assert [record.getMessage() for record in caplog.records] == ["oh, hello"]


def test_no_match_is_an_error_that_says_what_was_expected() -> None:
    text = "no message of logger 'fujita.test.expect_log' matched 'hello'"
    with pytest.raises(AssertionError, match=re.escape(text)), ExpectLog(logger, "hello"):
        logger.warning("goodbye")
    with ExpectLog(logger, "hello", required=False):
        pass


def test_an_exception_is_not_covered_up() -> None:
    with pytest.raises(KeyError), ExpectLog(logger, "hello"):
        raise KeyError


def test_a_traceback_is_noticed() -> None:
    with ExpectLog(logger, "hello", required=False) as expected:
        logger.error("something else", exc_info=ValueError("x"))
    assert expected.logged_stack


def test_a_level_is_made_to_pass_meanwhile() -> None:
    logger.setLevel(logging.ERROR)
    with ExpectLog(logger, "hello", level=logging.INFO):
        logger.info("hello")
    assert logger.level == logging.ERROR


def test_another_level_does_not_match(caplog: pytest.LogCaptureFixture) -> None:
    with ExpectLog(logger, "hello", level=logging.INFO):
        logger.info("hello")
        logger.error("hello error")
    assert [record.name for record in caplog.records] == ["tornado.application", logger.name]
    assert "at level ERROR instead of INFO" in caplog.text


def test_a_low_level_asks_for_the_argument() -> None:
    with pytest.warns(DeprecationWarning, match="level argument"), ExpectLog(logger, "hello"):
        logger.info("hello")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with ExpectLog(logger, "hello"):
            logger.info("hello")
            logger.warning("hello")
