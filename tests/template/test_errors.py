import pickle

from fujita.template import ParseError


def test_says_what_and_where() -> None:
    error = ParseError("wrong", "page.html", 7)
    assert (error.message, error.filename, error.lineno) == ("wrong", "page.html", 7)
    assert str(error) == "wrong at page.html:7"


def test_place_may_be_unknown() -> None:
    assert str(ParseError("wrong")) == "wrong at None:0"


def test_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(ParseError("wrong", "page.html", 7)))
    assert str(error) == "wrong at page.html:7"
