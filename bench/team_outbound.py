"""Texts through to a gateway from a hub on PostgreSQL, beside a bare client: as `outbound.py` measures it on SQLite."""

import tempfile
import uuid
from pathlib import Path

import aiohttp

from bench.figures import Figure, percentile
from bench.outbound import QUEUED, arrivals, delays, floor, open_chats, per_second, queue_all, running_gateway, steadily
from bench.team_database import Database, running_database
from bench.team_rig import TeamHub, add_agents, in_store, running
from cti_client.telephony.sms.registry import system_clock
from cti_client.wire import api, codec

_SETTINGS = """
[hub]
database = "{database}"
port = {port}
chats_per_agent = {chats}
public_url = "http://127.0.0.1:9"
[[connections]]
id = "kannel"
kind = "kannel"
secret = "bench"
[connections.options]
url = "GATEWAY/cgi-bin/sendsms"
username = "bench"
password = "bench"
[[lines]]
address = "+18005550100"
name = "Bench"
connection = "kannel"
"""


async def measure() -> list[Figure]:
    """How many a second from a full outbox, and how long one takes."""
    with running_database() as server, tempfile.TemporaryDirectory() as folder:
        async with aiohttp.ClientSession() as session, running_gateway() as gateway:
            least_rate, least = await floor(session, gateway)
            our_rate, our = await _ours(session, gateway, server, Path(folder))
    return [
        Figure("texts to the gateway, floor (bare client)", least_rate, "/s"),
        Figure("texts to the gateway, full outbox, PostgreSQL", our_rate, "/s"),
        Figure("text to the gateway, floor, p50", percentile(least, 0.5), "ms"),
        Figure("send to the gateway, PostgreSQL, 20/s, p50", percentile(our, 0.5), "ms"),
        Figure("send to the gateway, PostgreSQL, 20/s, p99", percentile(our, 0.99), "ms"),
    ]


async def _ours(
    session: aiohttp.ClientSession, gateway: str, server: Database, folder: Path
) -> tuple[float, list[float]]:
    address = server.new("hub")
    (token,) = await in_store(address, add_agents, 1)
    hub = TeamHub(folder, address, settings=_SETTINGS.replace("GATEWAY", gateway))
    async with running(hub):  # which makes the line
        chats = await in_store(address, open_chats, QUEUED)
    await in_store(address, queue_all, chats)
    async with running(hub):
        rate = per_second(await arrivals(session, gateway, QUEUED))
        headers = {"Authorization": f"Bearer {token}"}

        async def send(number: int) -> str:
            words = f"Sent {number}"
            body = api.Send(
                client_id=str(uuid.uuid4()), interaction_id=chats[number], text=words, composed_at=system_clock()
            )
            async with session.post(f"{hub.url}/api/v1/messages", data=codec.encode(body), headers=headers) as answer:
                if answer.status >= 300:
                    raise RuntimeError(f"a text was refused: HTTP {answer.status} {await answer.text()}")
                await answer.read()
            return words

        began = await steadily(send)
        return rate, delays(began, await arrivals(session, gateway, len(began)))
