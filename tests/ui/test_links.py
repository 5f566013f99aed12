import pytest

from cti_client.ui.links import find_links


@pytest.mark.parametrize(
    ("text", "shown", "host"),
    [
        ("See https://returns.example/88113.", "https://returns.example/88113", "returns.example"),
        ("(http://a.example/x(1))", "http://a.example/x(1)", "a.example"),
        ("www.shop.example, thanks", "www.shop.example", "www.shop.example"),
        ("HTTPS://A.EXAMPLE/Q?x=1&y=2!", "HTTPS://A.EXAMPLE/Q?x=1&y=2", "a.example"),
        ("“https://a.example/”", "https://a.example/", "a.example"),
        ("http://localhost:8000/x", "http://localhost:8000/x", "localhost"),
    ],
)
def test_links_are_found_without_what_stands_around_them(text: str, shown: str, host: str) -> None:
    (link,) = find_links(text)
    assert text[link.start : link.start + link.length] == shown
    assert link.host == host
    assert not link.deceptive


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("http://paypal.com@evil.example/login", "evil.example"),
        ("https://paypal.com:pw@evil.example", "evil.example"),
        ("https://раураl.com/x", "xn--l-7sba6dbr.com"),
        ("https://xn--l-7sba6dbr.com/x", "xn--l-7sba6dbr.com"),
        ("http://good.example\\@evil.example/", "good.example"),
    ],
)
def test_what_deceives_is_named_by_its_real_host(text: str, host: str) -> None:
    (link,) = find_links(text)
    assert link.host == host
    assert link.deceptive == (host != "good.example")


@pytest.mark.parametrize(
    "text", ["no link", "javascript:alert(1)", "http://", "https://..", "a.b", "x@www.example.com"]
)
def test_what_is_no_link(text: str) -> None:
    assert find_links(text) == ()


def test_places_count_as_qt_counts() -> None:
    first, second = find_links("😀 https://a.example 😀 https://b.example")
    assert (first.start, first.length) == (3, 17)
    assert second.start == 24
