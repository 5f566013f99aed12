"""Who asks, and through whom: a header is believed of our own proxies alone."""

import pytest

from cti_client.hub.web.peers import Networks, PeerRefusedError, Peers, plain_address

PROXIES = ("10.0.0.0/24", "fd00::5")
HTTPS = {"x-forwarded-proto": "https"}


def peer(remote: str | None, headers: dict[str, str], *, trusted: tuple[str, ...] = PROXIES, tls: bool = False) -> str:
    """The address, with a ? where a stranger may stand in between."""
    found = Peers(trusted, tls=tls).of(remote, lambda name: headers.get(name, ""))
    return found.address + ("" if found.known else "?")


@pytest.mark.parametrize(
    ("remote", "headers", "address"),
    [
        ("127.0.0.1", {}, "127.0.0.1"),
        ("10.0.0.7", {}, "10.0.0.7"),
        ("10.0.0.7", {"x-forwarded-for": "203.0.113.9", **HTTPS}, "203.0.113.9"),
        ("fd00::5", {"x-forwarded-for": "2001:db8::1", **HTTPS}, "2001:db8::1"),
        ("::ffff:10.0.0.7", {"x-forwarded-for": "203.0.113.9:5123", **HTTPS}, "203.0.113.9"),
        # what the client wrote itself stands further left
        ("10.0.0.7", {"x-forwarded-for": "127.0.0.1, 203.0.113.9", **HTTPS}, "203.0.113.9"),
        ("10.0.0.7", {"x-forwarded-for": "203.0.113.9, 10.0.0.8", **HTTPS}, "203.0.113.9"),
        ("10.0.0.7", {"x-forwarded-for": "10.0.0.9, 10.0.0.8", **HTTPS}, "10.0.0.9"),
        ("10.0.0.7", {"x-forwarded-for": "203.0.113.9, 10.0.0.8", "x-forwarded-proto": "https, http"}, "203.0.113.9"),
        ("10.0.0.7", {"x-forwarded-for": "127.0.0.1"}, "127.0.0.1"),
        # this machine, with headers of a proxy nobody named
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.9"}, "127.0.0.1?"),
        ("127.0.0.1", {"via": "1.1 somebody"}, "127.0.0.1?"),
        (None, {}, "?"),
    ],
)
def test_who_asks(remote: str | None, headers: dict[str, str], address: str) -> None:
    assert peer(remote, headers) == address


@pytest.mark.parametrize(
    ("remote", "headers"),
    [
        ("203.0.113.9", {}),
        ("203.0.113.9", {"x-forwarded-for": "127.0.0.1", **HTTPS}),
        ("10.0.1.7", {"x-forwarded-for": "127.0.0.1", **HTTPS}),
        ("10.0.0.7", {"x-forwarded-for": "203.0.113.9"}),
        ("10.0.0.7", {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "http"}),
        ("10.0.0.7", {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https, http"}),
        ("10.0.0.7", {"x-forwarded-for": "203.0.113.9, 10.0.0.8", "x-forwarded-proto": "http, https"}),
        ("10.0.0.7", {"x-forwarded-for": "unknown", **HTTPS}),
    ],
)
def test_plain_http_from_elsewhere_is_refused(remote: str, headers: dict[str, str]) -> None:
    with pytest.raises(PeerRefusedError):
        peer(remote, headers)


def test_without_proxies_headers_are_nothing() -> None:
    assert peer("203.0.113.9", {"x-forwarded-for": "127.0.0.1"}, trusted=(), tls=True) == "203.0.113.9?"
    assert peer("127.0.0.1", {}, trusted=()) == "127.0.0.1"


def test_with_tls_anybody_may_come_beside_the_proxy() -> None:
    assert peer("203.0.113.9", {}, tls=True) == "203.0.113.9"


@pytest.mark.parametrize(
    ("given", "taken"), [("abc-1.2_3", "abc-1.2_3"), ("a" * 65, ""), ("a b", ""), ("a\nb", ""), ("", "")]
)
def test_a_request_keeps_the_name_that_our_proxy_gave_it(given: str, taken: str) -> None:
    headers = {"x-forwarded-for": "203.0.113.9", "x-request-id": given, **HTTPS}
    peers = Peers(PROXIES, tls=False)
    assert peers.of("10.0.0.7", lambda name: headers.get(name, "")).request_id == taken
    assert peers.of("127.0.0.1", lambda name: headers.get(name, "")).request_id == ""


def test_addresses_in_every_spelling() -> None:
    assert [str(plain_address(text)) for text in ("[2001:db8::1]:80", "fe80::1%eth0", " 1.2.3.4 ", "1.2.3.4:80")] == [
        "2001:db8::1",
        "fe80::1",
        "1.2.3.4",
        "1.2.3.4",
    ]
    assert not Networks(("127.0.0.1",)).has("nobody")
