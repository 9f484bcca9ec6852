import pytest

from fujita.web import Finish, HTTPError


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (HTTPError(), "HTTP 500: Internal Server Error"),
        (HTTPError(404), "HTTP 404: Not Found"),
        (HTTPError(404, "no %s", "page"), "HTTP 404: Not Found (no page)"),
        (HTTPError(404, "100% wrong"), "HTTP 404: Not Found (100% wrong)"),
        (HTTPError(404, reason="Gone"), "HTTP 404: Gone"),
        (HTTPError(999), "HTTP 999: Unknown"),
        (HTTPError(999, "why", reason="Odd"), "HTTP 999: Odd (why)"),
    ],
)
def test_text(error: HTTPError, text: str) -> None:
    assert str(error) == text


def test_attributes() -> None:
    error = HTTPError(402, "pay %d %s", 3, "coins", reason="Pay")
    assert error.status_code == 402
    assert error.log_message == "pay %d %s"
    assert error.args == (3, "coins")
    assert error.reason == "Pay"
    assert error.get_message() == "pay 3 coins"


def test_a_message_without_values_may_have_percent_signs() -> None:
    error = HTTPError(400, "100% sure")
    assert error.log_message is not None
    assert error.log_message % () == "100% sure"
    assert error.get_message() == "100% sure"
    assert HTTPError(400).log_message is None


def test_finish_carries_what_to_finish_with() -> None:
    assert Finish("text").args == ("text",)
    assert Finish().args == ()
