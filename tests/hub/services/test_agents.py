"""Who may sign in, besides those of the settings file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from cti_client.domain.agent import Presence
from cti_client.domain.errors import BadRequestError, NotFoundError, RuleError
from cti_client.domain.role import Role
from cti_client.hub.bus import Bus, Hint
from cti_client.hub.config import AgentConfig, HubConfig
from cti_client.hub.services.agents import (
    TOKENS,
    ListedAgent,
    add_agent,
    list_agents,
    new_token,
    remove_agent,
)
from cti_client.hub.services.configure import apply_configuration
from cti_client.hub.services.set_presence import agent_connected
from cti_client.hub.store import tables
from tests.helpers.hub_store import opened_store

SETTINGS = HubConfig(database=Path("unused"), agents=(AgentConfig(name="Anna", token="a" * 20),))


def hashes(conn: Connection) -> dict[str, str]:
    return {row.name: row.token_hash for row in conn.execute(select(tables.agent))}


def ids(conn: Connection) -> dict[str, int]:
    return {row.name: row.id for row in conn.execute(select(tables.agent))}


async def test_an_agent_of_the_admin_command_outlives_the_settings(tmp_path: Path) -> None:
    async with opened_store(tmp_path) as store:
        await store.write(apply_configuration, SETTINGS)
        await store.write(add_agent, "Bo", "hash of Bo")
        await store.write(apply_configuration, SETTINGS)
        assert await store.read(list_agents) == [
            ListedAgent("Anna", True, Presence.OFFLINE, Role.AGENT),
            ListedAgent("Bo", False, Presence.OFFLINE, Role.AGENT),
        ]
        await store.write(apply_configuration, replace(SETTINGS, agents=()))
        assert [one.name for one in await store.read(list_agents)] == ["Bo"]
        assert set(await store.read(lambda conn: conn.scalars(select(tables.stream.c.agent_id)).all())) == set(
            (await store.read(ids)).values()
        )


async def test_settings_take_an_added_agent_over(tmp_path: Path) -> None:
    async with opened_store(tmp_path) as store:
        await store.write(add_agent, "Anna", "old")
        await store.write(apply_configuration, SETTINGS)
        assert [one.configured for one in await store.read(list_agents)] == [True]
        assert (await store.read(hashes))["Anna"] != "old"


async def test_another_token_and_none(tmp_path: Path) -> None:
    bus = Bus()
    hints: list[Hint] = []
    async with opened_store(tmp_path, bus=bus) as store:
        stop = bus.on_hint(hints.append)
        await store.write(add_agent, "Bo", "first")
        bo = (await store.read(ids))["Bo"]
        await store.write(agent_connected, bo)
        await store.write(new_token, "Bo", "second")
        assert (await store.read(hashes)) == {"Bo": "second"}
        await store.write(remove_agent, "Bo")
        assert (await store.read(hashes)) == {"Bo": ""}
        assert await store.read(list_agents) == []
        row = await store.read(lambda conn: conn.execute(select(tables.agent.c.presence)).scalar())
        assert row == Presence.OFFLINE
        await store.write(add_agent, "Bo", "third")
        assert (await store.read(ids)) == {"Bo": bo}
        stop()
    assert any(TOKENS in hint.wakes for hint in hints)


@pytest.mark.parametrize("name", ["", " Bo", "Bo\nBy", "B" * 101, "Bo\x00"])
async def test_odd_names_are_refused(tmp_path: Path, name: str) -> None:
    async with opened_store(tmp_path) as store:
        with pytest.raises(BadRequestError):
            await store.write(add_agent, name, "hash")
        assert await store.read(list_agents) == []


@pytest.mark.parametrize(
    ("act", "name", "refusal"),
    [
        (lambda tx, name: add_agent(tx, name, "x"), "Anna", BadRequestError),
        (lambda tx, name: new_token(tx, name, "x"), "Anna", BadRequestError),
        (remove_agent, "Anna", BadRequestError),
        (lambda tx, name: new_token(tx, name, "x"), "Nobody", NotFoundError),
        (remove_agent, "Nobody", NotFoundError),
    ],
)
async def test_what_is_refused_changes_nothing(
    tmp_path: Path, act: Callable[..., None], name: str, refusal: type[RuleError]
) -> None:
    async with opened_store(tmp_path) as store:
        await store.write(apply_configuration, SETTINGS)
        before = await store.read(hashes)
        with pytest.raises(refusal, match=name):
            await store.write(act, name)
        assert await store.read(hashes) == before
