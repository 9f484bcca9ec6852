"""Options: a request's own words before the client's defaults."""

from fujita.httpclient import HTTPRequest, _RequestProxy
from fujita.simple_httpclient.options import Options, OptionsReader

URL = "http://fuji.example/"


def read(reader: OptionsReader, request: HTTPRequest, **defaults: object) -> Options:
    proxy = _RequestProxy(request, HTTPRequest._DEFAULTS | defaults)
    found, options = reader.read(proxy)  # type: ignore[arg-type]
    assert found is request
    return options


def test_defaults_stand_in_for_none() -> None:
    reader = OptionsReader()
    options = read(reader, HTTPRequest(URL, max_redirects=0), user_agent="Kaguya")
    assert options.max_redirects == 0
    assert options.user_agent == "Kaguya"
    assert options.connect_timeout == 20
    assert options.validate_cert is True
    assert options.ca_certs is None


def test_requests_that_say_the_same_share_their_options() -> None:
    reader = OptionsReader()
    first = read(reader, HTTPRequest(URL, request_timeout=5))
    assert read(reader, HTTPRequest("http://other.example/", request_timeout=5)) is first
    assert read(reader, HTTPRequest(URL, request_timeout=6)).request_timeout == 6
    assert read(reader, HTTPRequest(URL, request_timeout=5)).request_timeout == 5
    # The program may change the client's defaults.
    assert read(reader, HTTPRequest(URL), request_timeout=7).request_timeout == 7


def test_a_dictionary_may_change_between_two_requests() -> None:
    reader = OptionsReader()
    tls = {"ciphers": "AES128-SHA"}
    read(reader, HTTPRequest(URL, ssl_options=tls))
    tls["ciphers"] = "AES256-SHA"
    assert read(reader, HTTPRequest(URL, ssl_options=tls)).ssl_options == {"ciphers": "AES256-SHA"}


def test_a_request_without_a_proxy_has_no_defaults() -> None:
    request = HTTPRequest(URL)
    found, options = OptionsReader().read(request)
    assert found is request
    assert options.request_timeout is None


def test_what_is_not_supported_is_named() -> None:
    assert read(OptionsReader(), HTTPRequest(URL)).unsupported is None
    asked = HTTPRequest(URL, proxy_port=8080, proxy_auth_mode="basic")
    assert read(OptionsReader(), asked).unsupported == "proxy_port"
