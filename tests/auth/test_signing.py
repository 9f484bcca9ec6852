"""Signatures that specifications and providers give as examples."""

import pytest

from fujita.auth.signing import base_string, percent_encode, sign

PHOTOS = {
    "oauth_consumer_key": "dpf43f3p2l4k3l03",
    "oauth_token": "nnch734d00sl2jdk",
    "oauth_signature_method": "HMAC-SHA1",
    "oauth_timestamp": "1191242096",
    "oauth_nonce": "kllo9940pd9333jh",
    "oauth_version": "1.0",
    "file": "vacation.jpg",
    "size": "original",
}


def test_the_example_of_oauth_core() -> None:
    # OAuth Core 1.0, appendix A.5.
    base = base_string("GET", "http://photos.example.net/photos", PHOTOS)
    assert base == (
        "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key"
        "%3Ddpf43f3p2l4k3l03%26oauth_nonce%3Dkllo9940pd9333jh%26oauth_signature_method%3D"
        "HMAC-SHA1%26oauth_timestamp%3D1191242096%26oauth_token%3Dnnch734d00sl2jdk%26"
        "oauth_version%3D1.0%26size%3Doriginal"
    )
    for encode in (False, True):
        signature = sign(base, "kd94hf93k423kf44", "pfkkdhi9sl3r4s00", encode)
        assert signature == "tR3+Ty81lMeYAr/Fid0kMTYa/WM="


def test_the_example_of_twitter() -> None:
    # https://developer.x.com/en/docs/authentication/oauth-1-0a/creating-a-signature; the signature
    # is that of the base string given there, as other programs reckon it, too.
    parameters = {
        "status": "Hello Ladies + Gentlemen, a signed OAuth request!",
        "include_entities": "true",
        "oauth_consumer_key": "xvz1evFS4wEEPTGEFPHBog",
        "oauth_nonce": "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1318622958",
        "oauth_token": "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        "oauth_version": "1.0",
    }
    base = base_string("post", "https://api.twitter.com/1.1/statuses/update.json", parameters)
    signature = sign(
        base,
        "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
        "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
        encode_secrets=True,
    )
    assert signature == "hCtSmYh+iHYCEqBWrE7C7hYmtUk="


@pytest.mark.parametrize(
    ("url", "address"),
    [
        # RFC 5849, 3.4.1.2.
        ("HTTP://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X"),
        ("https://www.example.net:8080/?q=1", "https://www.example.net:8080/"),
        ("https://www.example.net:443/a;b#c", "https://www.example.net/a;b"),
        ("http://www.example.net:443", "http://www.example.net:443/"),
        ("http://user:password@example.com/", "http://example.com/"),
        ("http://[2001:DB8::80]/", "http://[2001:db8::80]/"),
    ],
)
def test_addresses(url: str, address: str) -> None:
    assert base_string("GET", url, {}) == f"GET&{percent_encode(address)}&"


def test_parameters_are_sorted_once_they_are_encoded() -> None:
    base = base_string("GET", "http://h/", {"a~": "1", "aé": "2", "a b": 3, "B": b"\xff"})
    assert base.rpartition("&")[2] == percent_encode("B=%FF&a%20b=3&a%C3%A9=2&a~=1")


def test_secrets_are_encoded_since_1_0a() -> None:
    assert sign("base", "a&b", "ü", True) == sign("base", "a%26b", "%C3%BC", False)
    assert sign("base", "a&b", "ü", True) != sign("base", "a&b", "ü", False)


def test_characters() -> None:
    # RFC 5849, 3.6.
    assert percent_encode("aZ09-._~") == "aZ09-._~"
    assert percent_encode(" +/*!é") == "%20%2B%2F%2A%21%C3%A9"
