"""The drill of docs/operating.md: back up, lose the database, restore, and go on; a desktop runs all along."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from cti_client.wire import records
from cti_client.wire.codec import encode
from cti_client.wire.frames import Goodbye, Hello, Snapshot, Welcome
from tests.helpers.hub_command import HubCommand, hub_command
from tests.helpers.kannel import free_ports
from tests.helpers.postgres import ROLE, PostgresServer, need_postgres
from tests.helpers.running_hub import Desktop

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to leave in order by"),
]

TOKEN = "token-of-anna-in-tests"
SETTINGS = """
[hub]
database = "{database}"
port = {port}
[[connections]]
id = "sim"
kind = "simulator"
[[lines]]
address = "+15550100"
connection = "sim"
[[agents]]
name = "Anna"
token = "{token}"
"""


def run(program: str, *arguments: str) -> None:
    """One of PostgreSQL's programs, as the operator runs it."""
    subprocess.run([need_postgres() / program, *arguments], check=True, timeout=60, capture_output=True)


async def text_in(hub: HubCommand, http: aiohttp.ClientSession, sender: str) -> None:
    body = encode({"from": sender, "to": "+15550100", "text": f"Hello from {sender}"})
    async with http.post(f"{hub.url}/gateway/sim/handset/texts", data=body) as answer:
        assert answer.status == 200, await answer.text()


async def come_in(desk: Desktop, hub_id: str) -> Welcome:
    await desk.say(Hello(wire_least=1, wire_most=1, hub_id=hub_id, last_seq=desk.seq))
    return await desk.expect(Welcome)


def callers(desk: Desktop) -> set[str]:
    return {offer.address for offer in desk.all_of(records.Offer)}


async def leave(hub: HubCommand) -> None:
    hub.signal(signal.SIGTERM)
    assert await hub.ended() == 0


async def test_a_restored_backup_goes_on_and_desktops_start_from_a_snapshot(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    database = postgres.database()
    name = database.rpartition("/")[2]
    backup = str(tmp_path / "hub.dump")
    config = tmp_path / "hub.toml"
    config.write_text(SETTINGS.format(database=database, port=free_ports(1)[0], token=TOKEN))
    key = {"Authorization": f"Bearer {TOKEN}"}
    async with hub_command(config) as hub, aiohttp.ClientSession() as http:
        await hub.start()
        socket = f"{hub.url}/api/v1/agent"
        async with http.ws_connect(socket, headers=key) as ws:
            desk = Desktop(ws)
            welcome = await come_in(desk, "")
            await text_in(hub, http, "+12125550001")
            await desk.until(lambda one: len(callers(one)) == 1)
            await asyncio.to_thread(run, "pg_dump", "--format=custom", f"--file={backup}", database)
            await text_in(hub, http, "+12125550002")
            await desk.until(lambda one: len(callers(one)) == 2)
            await leave(hub)
            assert (await desk.expect(Goodbye)).reason == "shutdown"

        postgres.execute(f"DROP DATABASE {name}")
        postgres.execute(f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE template0")
        restore = ("--no-owner", f"--dbname={database}", "--exit-on-error", backup)
        await asyncio.to_thread(run, "pg_restore", *restore)

        await hub.start()
        async with http.ws_connect(socket, headers=key) as ws:
            desk.ws = ws
            assert (await come_in(desk, welcome.hub_id)).hub_id == welcome.hub_id
            await desk.expect(Snapshot)
            assert callers(desk) == {"+12125550001"}
            await text_in(hub, http, "+12125550002")
            await desk.until(lambda one: len(callers(one)) == 2)
        await leave(hub)
    assert [line for line in hub.lines if line["level"] in ("error", "critical")] == []
    assert any("was restored" in line["message"] for line in hub.lines)
