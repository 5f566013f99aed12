"""Where `cti-client` goes to work, as the command line says it."""

import logging
from pathlib import Path

import pytest

from cti_client import __main__ as command
from cti_client import run
from cti_client.__main__ import LogLines
from cti_client.desk.errors import AddressError
from cti_client.desk.place_store import PlaceStore
from cti_client.desk.places import OwnPlace, TeamPlace
from cti_client.hub.own_hub import OwnHub
from cti_client.paths import paths_in
from cti_client.system import quick_start

TEAM = TeamPlace(address="https://hub.example.com")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The hub asked for, and whether one of one's own has begun to import, of each desktop that would have run."""
    seen: list[tuple[str, bool]] = []

    def run_desktop(paths: object, own_hub: object, *, theme: str, hub: str, warm: OwnHub | None) -> int:
        seen.append((hub, warm is not None))
        if hub == "no address":
            raise AddressError("no address is no address.")
        return 0

    monkeypatch.setattr(run, "run_desktop", run_desktop)
    monkeypatch.setattr(quick_start, "begin", lambda: None)
    monkeypatch.setattr(command, "_log_into", lambda paths: None)
    monkeypatch.setattr(OwnHub, "warm_up", lambda self: None)
    return seen


def start(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["cti-client", "--data", str(folder), *arguments])
    return command.main()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), ("", True)),
        (("--hub", "hub.example.com"), ("hub.example.com", False)),
        (("--hub", "own"), ("own", True)),
    ],
)
def test_at_a_first_start(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    asked: list[tuple[str, bool]],
    arguments: tuple[str, ...],
    expected: tuple[str, bool],
) -> None:
    assert start(monkeypatch, tmp_path, *arguments) == 0
    assert asked == [expected]


def test_who_works_with_a_team_starts_no_hub(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked: list[tuple[str, bool]]
) -> None:
    store = PlaceStore(paths_in(tmp_path).place)
    store.save(TEAM)
    start(monkeypatch, tmp_path)
    start(monkeypatch, tmp_path, "--config", str(tmp_path / "hub.toml"))
    store.save(OwnPlace())
    start(monkeypatch, tmp_path)
    assert asked == [("", False), ("own", True), ("", True)]


def test_what_is_no_address_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    asked: list[tuple[str, bool]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert start(monkeypatch, tmp_path, "--hub", "no address") == 2
    assert capsys.readouterr().err == "--hub: no address is no address.\n"


def test_a_logged_error_keeps_its_words_to_itself() -> None:
    """They may be a customer's; their kind and place are enough to find it."""
    try:
        raise ValueError("Dear customer")
    except ValueError as error:
        record = logging.LogRecord("desk", logging.ERROR, __file__, 1, "send failed", None, (ValueError, error, None))
    line = LogLines("%(levelname)s %(message)s").format(record)
    assert line.startswith("ERROR send failed\nValueError (test_command_line.py:")
    assert "Dear customer" not in line
