"""A hub as the chaos starts it: where it cannot reach its database it is started again, any other end is told."""

import sys
from pathlib import Path

import pytest

from chaos import hubs as hubs_module
from chaos.hubs import HubServer, UnableError
from cti_client.hub.command import UNABLE, WRONG_SETTINGS
from tests.helpers.kannel import free_ports


@pytest.fixture
def away(tmp_path: Path) -> HubServer:
    """A hub whose database is not there."""
    config = tmp_path / "hub.toml"
    port, database = free_ports(2)
    text = hubs_module.settings(f"postgresql://hub@127.0.0.1:{database}/db", port, "http://127.0.0.1:1", "http://h", [])
    config.write_text(text, encoding="utf-8")
    return HubServer(0, config, port, tmp_path / "hub.log")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
async def test_a_hub_without_its_database_is_unable(away: HubServer) -> None:
    await away.start()
    with pytest.raises(UnableError):
        await away.ready()
    assert not away.runs
    assert away.ended_by_itself == UNABLE
    assert sum(away.complaints().values()) == 1


async def test_a_hub_with_wrong_settings_is_a_mistake(away: HubServer, tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text("[hub]\n", encoding="utf-8")
    await away.start()
    with pytest.raises(RuntimeError, match="ended while it started"):
        await away.ready()
    assert away.ended_by_itself == WRONG_SETTINGS


async def test_a_hub_that_was_killed_did_not_end_by_itself(away: HubServer) -> None:
    await away.start()
    await away.kill()
    assert not away.runs
    assert away.ended_by_itself is None
