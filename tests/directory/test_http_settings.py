"""The options of an HTTP directory: each fault names its option."""

import pytest

from cti_client.directory.http_settings import read_settings
from cti_client.directory.source import DirectorySettingsError

URL = "https://crm.example.com/?n={number}"


def test_defaults() -> None:
    settings = read_settings({"url": URL})
    assert settings.url == URL
    assert settings.search_url == ""
    assert settings.fields["name"] == ("name",)
    assert (settings.results, settings.headers, settings.timeout_ms, settings.max_bytes) == ("", {}, 5_000, 262_144)


def test_a_url_with_a_query_serves_both() -> None:
    url = "http://crm.example.com/{query}"
    assert read_settings({"url": url}).search_url == url


def test_numbers_may_come_as_text() -> None:
    assert read_settings({"url": URL, "timeout_ms": "250"}).timeout_ms == 250


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({}, "url"),
        ({"url": 5}, "url"),
        ({"url": "https://crm.example.com/"}, "url"),
        ({"url": "ftp://crm.example.com/{number}"}, "url"),
        ({"url": "https:///{number}"}, "url"),
        ({"url": "https://[::1/{number}"}, "url"),
        ({"url": "https://{number}.example.com/"}, "url"),
        ({"url": "https://crm.example.com/{nmber}"}, "url"),
        ({"url": URL, "search_url": "https://crm.example.com/"}, "search_url"),
        ({"url": URL, "search_url": "https://crm.example.com/{number}"}, "search_url"),
        ({"url": URL, "serch_url": ""}, "serch_url"),
        ({"url": URL, "results": 1}, "results"),
        ({"url": URL, "fields": "name"}, "fields"),
        ({"url": URL, "fields": {"nam": "x"}}, "fields.nam"),
        ({"url": URL, "fields": {"name": 5}}, "fields.name"),
        ({"url": URL, "fields": {"name": [""]}}, "fields.name"),
        ({"url": URL, "headers": {"X-Key": 5}}, "headers.X-Key"),
        ({"url": URL, "headers": {"X-Key": "a\r\nb"}}, "headers.X-Key"),
        ({"url": URL, "headers": {"X Key": "a"}}, "headers.X Key"),
        ({"url": URL, "timeout_ms": 0}, "timeout_ms"),
        ({"url": URL, "timeout_ms": True}, "timeout_ms"),
        ({"url": URL, "timeout_ms": "soon"}, "timeout_ms"),
        ({"url": URL, "max_bytes": 1}, "max_bytes"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, object], option: str) -> None:
    with pytest.raises(DirectorySettingsError) as error:
        read_settings(options)
    assert error.value.option == option
    assert str(error.value)
