from typing import Any

import pytest

from fujita.wire.websocket import DeflateOptions, PerMessageDeflate, Role, UpgradeResponseError
from fujita.wire.websocket.compression import Compression
from fujita.wire.websocket.deflate import accept_offer, accept_response, build_offer

DEFAULT = DeflateOptions()
WIDE = DeflateOptions(server_max_window_bits=15, client_max_window_bits=15)


def answer(header: str, options: DeflateOptions = DEFAULT) -> str | None:
    accepted = accept_offer(header, options)
    return accepted and accepted[0]


def agreed(header: str, options: DeflateOptions = DEFAULT) -> PerMessageDeflate:
    accepted = accept_offer(header, options)
    assert accepted is not None
    return accepted[1]


@pytest.mark.parametrize(
    ("offer", "response"),
    [
        ("permessage-deflate", "permessage-deflate"),
        (
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; client_max_window_bits=12",
        ),
        (
            "permessage-deflate; client_max_window_bits=10",
            "permessage-deflate; client_max_window_bits=10",
        ),
        (
            "permessage-deflate; server_max_window_bits=15",
            "permessage-deflate; server_max_window_bits=12",
        ),
        (
            'permessage-deflate; server_max_window_bits="9"',
            "permessage-deflate; server_max_window_bits=9",
        ),
        (
            "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
        ),
        ("x-webkit-deflate-frame, permessage-deflate", "permessage-deflate"),
        ("permessage-deflate; server_max_window_bits=99, permessage-deflate", "permessage-deflate"),
    ],
)
def test_the_first_good_offer_is_answered(offer: str, response: str) -> None:
    assert answer(offer) == response


@pytest.mark.parametrize(
    "parameters",
    [
        "foo",
        "server_max_window_bits",
        "server_max_window_bits=7",
        "server_max_window_bits=16",
        "server_max_window_bits=010",
        "server_max_window_bits=1e1",
        "client_max_window_bits=0",
        "client_max_window_bits=+9",
        "server_no_context_takeover=1",
        "client_no_context_takeover=true",
        "client_max_window_bits; client_max_window_bits=10",
        "server_no_context_takeover; server_no_context_takeover",
    ],
)
def test_bad_offers_are_declined_and_bad_responses_refused(parameters: str) -> None:
    assert answer(f"permessage-deflate; {parameters}") is None
    with pytest.raises(UpgradeResponseError):
        accept_response(f"permessage-deflate; {parameters}", WIDE)


def test_nothing_on_offer() -> None:
    assert accept_offer(None, DEFAULT) is None
    assert answer("") is None
    assert answer("permessage-bzip2") is None


def test_a_malformed_header_is_an_error() -> None:
    with pytest.raises(ValueError, match="malformed"):
        accept_offer("permessage-deflate;", DEFAULT)


def test_the_servers_view() -> None:
    assert agreed("permessage-deflate") == PerMessageDeflate(
        compression=Compression(12, 6, 5),
        send_no_context_takeover=False,
        receive_window_bits=15,
        receive_no_context_takeover=False,
    )
    assert agreed(
        "permessage-deflate; server_max_window_bits=10; client_max_window_bits;"
        " server_no_context_takeover"
    ) == PerMessageDeflate(
        compression=Compression(10, 6, 5),
        send_no_context_takeover=True,
        receive_window_bits=12,
        receive_no_context_takeover=False,
    )


def test_a_server_may_insist_on_no_context_takeover() -> None:
    options = DeflateOptions(server_no_context_takeover=True, client_no_context_takeover=True)
    expected = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
    assert answer("permessage-deflate", options) == expected


def test_a_window_of_eight_bits_is_agreed_on_and_not_used() -> None:
    deflate = agreed("permessage-deflate; server_max_window_bits=8; client_max_window_bits=8")
    assert deflate.compression is None
    assert deflate.receive_window_bits == 8
    response = accept_response("permessage-deflate; client_max_window_bits=8", WIDE)
    assert response is not None
    assert response.compression is None


def test_offers() -> None:
    client = DeflateOptions.from_mapping({}, Role.CLIENT)
    assert build_offer(client) == "permessage-deflate; client_max_window_bits"
    everything = DeflateOptions(
        server_max_window_bits=10, server_no_context_takeover=True, client_no_context_takeover=True
    )
    assert build_offer(everything) == (
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
        "server_max_window_bits=10; client_max_window_bits"
    )


def test_the_clients_view() -> None:
    header = (
        "permessage-deflate; client_max_window_bits=11; client_no_context_takeover;"
        " server_no_context_takeover; server_max_window_bits=10"
    )
    assert accept_response(header, WIDE) == PerMessageDeflate(
        compression=Compression(11, 6, 5),
        send_no_context_takeover=True,
        receive_window_bits=10,
        receive_no_context_takeover=True,
    )
    plain = accept_response("permessage-deflate", WIDE)
    assert plain is not None
    assert plain.compression == Compression(15, 6, 5)
    assert plain.receive_window_bits == 15


@pytest.mark.parametrize("header", [None, "", " , "])
def test_a_server_may_leave_the_offer_alone(header: str | None) -> None:
    assert accept_response(header, WIDE) is None
    assert accept_response(header, None) is None


@pytest.mark.parametrize(
    ("header", "options"),
    [
        ("permessage-deflate", None),
        ("permessage-bzip2", WIDE),
        ("permessage-deflate, permessage-deflate", WIDE),
        ("permessage-deflate;", WIDE),
        ("permessage-deflate; client_max_window_bits", WIDE),
        ("permessage-deflate", DeflateOptions(server_no_context_takeover=True)),
        ("permessage-deflate", DeflateOptions(server_max_window_bits=10)),
        (
            "permessage-deflate; server_max_window_bits=11",
            DeflateOptions(server_max_window_bits=10),
        ),
    ],
)
def test_answers_that_do_not_fit_the_offer(header: str, options: DeflateOptions | None) -> None:
    with pytest.raises(UpgradeResponseError, match="answer"):
        accept_response(header, options)


def test_every_answer_fits_its_offer() -> None:
    for options in (
        WIDE,
        DEFAULT,
        DeflateOptions(server_max_window_bits=9, server_no_context_takeover=True),
        DeflateOptions(client_max_window_bits=9, client_no_context_takeover=True),
    ):
        for wanted in (DEFAULT, WIDE, DeflateOptions(server_max_window_bits=9)):
            header, server = accept_offer(build_offer(options), wanted) or ("", None)
            client = accept_response(header, options)
            assert client is not None
            assert server is not None
            assert client.compression is not None
            assert server.compression is not None
            assert client.compression.window_bits <= server.receive_window_bits
            assert server.compression.window_bits <= client.receive_window_bits
            assert client.send_no_context_takeover or not server.receive_no_context_takeover
            assert server.send_no_context_takeover or not client.receive_no_context_takeover


def test_tornados_dictionary() -> None:
    mapping: dict[str, Any] = {"compression_level": 9, "mem_level": 8, "unknown": 1}
    options = DeflateOptions.from_mapping(mapping, Role.SERVER)
    assert options == DeflateOptions(level=9, mem_level=8)
    mapping = {"server_max_window_bits": 9, "client_no_context_takeover": True}
    options = DeflateOptions.from_mapping(mapping, Role.CLIENT)
    assert options == DeflateOptions(server_max_window_bits=9, client_no_context_takeover=True)


@pytest.mark.parametrize(
    "mapping",
    [
        {"compression_level": 10},
        {"compression_level": "6"},
        {"mem_level": 0},
        {"server_max_window_bits": 8},
        {"client_max_window_bits": 16},
    ],
)
def test_values_out_of_range_are_named(mapping: dict[str, Any]) -> None:
    (name,) = mapping
    with pytest.raises(ValueError, match=name):
        DeflateOptions.from_mapping(mapping, Role.SERVER)
