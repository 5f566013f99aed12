"""Settings become rows; what is no longer set is retired, never deleted."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Table, select, update

from cti_client.domain.agent import Presence
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, LineConfig
from cti_client.hub.services.configure import apply_configuration
from cti_client.hub.services.set_presence import agent_connected
from cti_client.hub.store import tables
from cti_client.hub.store.news import News
from cti_client.hub.store.store import Tx
from cti_client.hub.store.streams import last_seq, records_after
from cti_client.hub.token_hash import hash_token
from cti_client.telephony.sms.connection import ConnectionSettings
from tests.helpers.hub_store import opened_store

ANNA, BO = AgentConfig(name="Anna", token="a" * 20), AgentConfig(name="Bo", token="b" * 20)
SUPPORT = LineConfig(address="+1 (212) 555-0100", name="Support", connection="kannel", offer_seconds=30)
SHORT = LineConfig(address="12345", name="Votes", connection="kannel")
KANNEL = ConnectionConfig(
    settings=ConnectionSettings(id="kannel", kind="kannel", name="Kannel", secret="s3cret", options={"password": "p"})
)


def settings(folder: Path, *, lines: Sequence[LineConfig], agents: Sequence[AgentConfig]) -> HubConfig:
    return HubConfig(database=folder / "hub.db", connections=(KANNEL,), lines=tuple(lines), agents=tuple(agents))


def rows(conn: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in conn.execute(select(table)).mappings()]


async def test_settings_become_rows_and_again_change_nothing(tmp_path: Path) -> None:
    config = settings(tmp_path, lines=[SUPPORT, SHORT], agents=[ANNA, BO])
    async with opened_store(tmp_path) as store:
        await store.write(apply_configuration, config)
        first = [await store.read(rows, table) for table in (tables.line, tables.agent, tables.connection)]
        await store.write(apply_configuration, config)
        assert [await store.read(rows, table) for table in (tables.line, tables.agent, tables.connection)] == first
        lines, agents, connections = first
        assert [(line["address"], line["offer_seconds"]) for line in lines] == [("+12125550100", 30), ("12345", 20)]
        assert [agent["token_hash"] for agent in agents] == [hash_token(ANNA.token), hash_token(BO.token)]
        assert {row["agent_id"] for row in await store.read(rows, tables.stream)} == {row["id"] for row in agents}
        assert "s3cret" not in str(connections)
        assert ANNA.token not in str(agents)


async def test_again_writes_nothing_at_all(tmp_path: Path) -> None:
    """Every hub of several does it at its start, beside those that serve."""
    config = settings(tmp_path, lines=[SUPPORT, SHORT], agents=[ANNA, BO])
    writes: list[str] = []

    def watched(tx: Tx) -> None:
        raw: sqlite3.Connection = cast(Any, tx.conn.connection.driver_connection)
        before = raw.total_changes
        apply_configuration(tx, config)
        writes.append(f"{raw.total_changes - before} rows, {tx.news}, {tx.wakes}")

    async with opened_store(tmp_path) as store:
        await store.write(watched)
        await store.write(watched)
    assert not writes[0].startswith("0 rows")
    assert writes[1] == f"0 rows, {News()}, set()"


async def test_quiet_hours_that_the_file_does_not_name_stay_as_they_were_set(tmp_path: Path) -> None:
    async def hours(line: LineConfig) -> tuple[object, ...]:
        await store.write(apply_configuration, settings(tmp_path, lines=[line], agents=[ANNA]))
        (row,) = await store.read(rows, tables.line)
        return row["quiet_hours"], row["texts_from"], row["texts_until"]

    def set_on_the_screens(tx: Tx) -> None:
        tx.conn.execute(update(tables.line).values(texts_from=540))

    async with opened_store(tmp_path) as store:
        assert await hours(SUPPORT) == (True, 480, 1260)
        await store.write(set_on_the_screens)
        assert await hours(SUPPORT) == (True, 540, 1260)
        assert await hours(replace(SUPPORT, texts_from=600, quiet_hours=False)) == (False, 600, 1260)


async def test_a_line_that_is_gone_keeps_its_row_and_sends_no_more(tmp_path: Path) -> None:
    async with opened_store(tmp_path) as store:
        await store.write(apply_configuration, settings(tmp_path, lines=[SUPPORT, SHORT], agents=[ANNA]))
        renamed = replace(SUPPORT, name="Help desk")
        await store.write(apply_configuration, settings(tmp_path, lines=[renamed], agents=[ANNA]))
        lines = await store.read(rows, tables.line)
        assert [(line["name"], line["connection_id"]) for line in lines] == [("Help desk", "kannel"), ("Votes", None)]
        await store.write(apply_configuration, settings(tmp_path, lines=[], agents=[ANNA]))
        assert {line["connection_id"] for line in await store.read(rows, tables.line)} == {None}


async def test_an_agent_who_is_gone_cannot_sign_in_and_gets_no_offers(tmp_path: Path) -> None:
    async with opened_store(tmp_path) as store:
        await store.write(apply_configuration, settings(tmp_path, lines=[], agents=[ANNA, BO]))
        for agent in await store.read(rows, tables.agent):
            await store.write(agent_connected, agent["id"])
        await store.write(apply_configuration, settings(tmp_path, lines=[], agents=[ANNA]))
        anna, bo = await store.read(rows, tables.agent)
        assert (anna["presence"], bo["presence"]) == (Presence.AVAILABLE, Presence.OFFLINE)
        assert bo["token_hash"] == ""
        await store.write(apply_configuration, settings(tmp_path, lines=[], agents=[ANNA, BO]))
        assert [agent["id"] for agent in await store.read(rows, tables.agent)] == [anna["id"], bo["id"]]


async def test_a_line_renamed_sends_every_desktop_back_to_a_snapshot(tmp_path: Path) -> None:
    async with opened_store(tmp_path) as store:
        await store.write(apply_configuration, settings(tmp_path, lines=[SUPPORT], agents=[ANNA]))
        (anna,) = await store.read(rows, tables.agent)
        seen = await store.read(last_seq, anna["id"])
        await store.write(apply_configuration, settings(tmp_path, lines=[SUPPORT], agents=[ANNA]))
        assert await store.read(records_after, anna["id"], seen, 10) == []
        renamed = replace(SUPPORT, name="Help desk")
        await store.write(apply_configuration, settings(tmp_path, lines=[renamed], agents=[ANNA]))
        assert await store.read(records_after, anna["id"], seen, 10) is None


async def test_lines_share_the_consent_of_one_named_before_or_after_them(tmp_path: Path) -> None:
    pooled = replace(SUPPORT, pool=SHORT.address)
    async with opened_store(tmp_path) as store:
        for lines, expected in (
            ([pooled, SHORT], {"+12125550100": "12345", "12345": None}),
            ([SHORT, pooled], {"+12125550100": "12345", "12345": None}),
            ([SUPPORT, replace(SHORT, pool=SUPPORT.address)], {"+12125550100": None, "12345": "+12125550100"}),
            ([replace(SUPPORT, pool=""), replace(SHORT, pool="")], {"+12125550100": None, "12345": None}),
        ):
            await store.write(apply_configuration, settings(tmp_path, lines=lines, agents=[ANNA]))
            stored = await store.read(rows, tables.line)
            address = {line["id"]: line["address"] for line in stored}
            assert {line["address"]: address.get(line["consent_line_id"]) for line in stored} == expected


async def test_a_connection_that_is_no_longer_set_serves_no_more_and_comes_back(tmp_path: Path) -> None:
    config = settings(tmp_path, lines=[SUPPORT], agents=[ANNA])
    async with opened_store(tmp_path) as store:
        await store.write(apply_configuration, config)
        made_here = tables.connection.insert().values(id="desk", kind="kannel", name="D", origin="desk")

        def make(tx: Tx) -> None:
            tx.conn.execute(made_here)

        await store.write(make)
        without = replace(config, connections=(), lines=(replace(SUPPORT, connection=None),))
        await store.write(apply_configuration, without)
        active = {row["id"]: row["active"] for row in await store.read(rows, tables.connection)}
        assert active == {"kannel": False, "desk": True}
        await store.write(apply_configuration, config)
        assert all(row["active"] for row in await store.read(rows, tables.connection))
