"""Addresses as people type them, and the choice on disk."""

from pathlib import Path

import pytest

from cti_client.desk.errors import AddressError, InsecureHubError
from cti_client.desk.hub_client import HubAccess
from cti_client.desk.place_store import PlaceStore
from cti_client.desk.places import OwnPlace, Person, Place, TeamPlace, host_of, read_address

TEAM = TeamPlace(
    address="https://hub.example.com:8443", ca_file="/etc/team.pem", person=Person(hub_id="h", agent_id=7, name="Anna")
)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("hub.example.com", "https://hub.example.com"),
        ("  Hub.Example.COM  ", "https://hub.example.com"),
        ("https://hub.example.com/", "https://hub.example.com"),
        ("HTTPS://hub.example.com:443", "https://hub.example.com"),
        ("hub.example.com:8443", "https://hub.example.com:8443"),
        ("https://example.com/hub/", "https://example.com/hub"),
        ("https://example.com/hub/api/v1/", "https://example.com/hub"),
        ("https://hub.example.com/?token=x#y", "https://hub.example.com"),
        ("10.0.0.7:8443", "https://10.0.0.7:8443"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("::1", "http://[::1]"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("2001:db8::7", "https://[2001:db8::7]"),
        ("https://[2001:DB8::7]:8443", "https://[2001:db8::7]:8443"),
        ("https://żółw.example", "https://żółw.example"),
    ],
)
def test_an_address_has_one_form(typed: str, address: str) -> None:
    assert read_address(typed) == address
    assert read_address(address) == address
    assert HubAccess(address, "t").url == address


@pytest.mark.parametrize("typed", ["http://hub.example.com", "http://10.0.0.7:8080/", "HTTP://localhost.evil.example"])
def test_plain_http_beyond_this_computer_is_refused_in_a_sentence(typed: str) -> None:
    with pytest.raises(InsecureHubError, match=r"is not encrypted\. Use an address that begins with https://\."):
        read_address(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "hub example.com",
        "https://",
        "https://:8443",
        "hub.example.com:port",
        "hub.example.com:99999",
        "https://[::1",
        "[",
        "]",
        "a]b[c",
        "ftp://hub.example.com",
        "wss://hub.example.com",
        "https://anna:secret@hub.example.com",
        "anna@hub.example.com",
        "https://.example.com",
        "https://a..b",
        "https://hub<script>.example",
    ],
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(AddressError) as caught:
        read_address(typed)
    assert str(caught.value).endswith(".")
    assert "secret" not in str(caught.value)


def test_a_host_is_named_with_its_port() -> None:
    assert host_of("https://hub.example.com") == "hub.example.com"
    assert TEAM.host == "hub.example.com:8443"
    assert host_of("https://anna:secret@hub.example.com:8443/path") == "hub.example.com:8443"


@pytest.mark.parametrize("place", [OwnPlace(), TEAM, TeamPlace(address="https://hub.example.com")])
def test_a_choice_is_kept(tmp_path: Path, place: Place) -> None:
    file = tmp_path / "new" / "place.json"
    PlaceStore(file).save(OwnPlace())
    PlaceStore(file).save(place)

    assert PlaceStore(file).load() == place
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"kind": "elsewhere"}', b'{"kind": "team"}', b"\xff"])
def test_a_choice_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "place.json"
    assert PlaceStore(file).load() is None
    file.write_bytes(content)
    assert PlaceStore(file).load() is None


def test_a_choice_of_a_later_version_keeps_what_is_known(tmp_path: Path) -> None:
    file = tmp_path / "place.json"
    file.write_text('{"kind": "team", "address": "https://hub.example.com", "colour": "red"}')
    assert PlaceStore(file).load() == TeamPlace(address="https://hub.example.com")


def test_a_choice_that_cannot_be_kept_raises(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        PlaceStore(tmp_path / "file" / "place.json").save(OwnPlace())
