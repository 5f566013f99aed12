"""The floor on PostgreSQL: as `floor.py`, with the same rows by raw asyncpg in one transaction, durably.

`python -m bench.floor_postgres ADDRESS` prints its port and ends with its standard input.
"""

import asyncio
import importlib.util
import json
import sys
from typing import Any

import asyncpg
from aiohttp import web

POOL = 10
TABLES = """
CREATE TABLE inbound_key (connection_id text, gateway_id text, message_id bigint, PRIMARY KEY (connection_id, gateway_id));
CREATE TABLE contact (id bigserial PRIMARY KEY, version int, created_at bigint, name text, search text);
CREATE TABLE phone (id bigserial PRIMARY KEY, contact_id bigint, address text, type text, sms boolean);
CREATE INDEX ix_phone ON phone (address);
CREATE TABLE thread (id bigserial PRIMARY KEY, address text UNIQUE, repliable boolean, contact_id bigint, last_line_id bigint);
CREATE TABLE consent (line_id bigint, address text, state text, at bigint, PRIMARY KEY (line_id, address));
CREATE TABLE consent_ledger (id bigserial PRIMARY KEY, line_id bigint, address text, state text, at bigint, basis text, words text);
CREATE TABLE interaction (id bigserial PRIMARY KEY, version int, thread_id bigint, line_id bigint, direction text, state text, started_at bigint, waiting_since bigint);
CREATE UNIQUE INDEX uq_interaction_live ON interaction (thread_id) WHERE state <> 'ended';
CREATE TABLE message (id bigserial PRIMARY KEY, version int, thread_id bigint, interaction_id bigint, line_id bigint, direction text, at bigint, text text, state text, state_at bigint);
CREATE INDEX ix_message_thread ON message (thread_id, id);
CREATE INDEX ix_message_interaction ON message (interaction_id, id);
CREATE TABLE offer (id bigserial PRIMARY KEY, interaction_id bigint, agent_id bigint, number int, made_at bigint, deadline bigint, state text);
CREATE UNIQUE INDEX uq_offer_open ON offer (interaction_id) WHERE state = 'open';
CREATE TABLE case_event (id bigserial PRIMARY KEY, interaction_id bigint, at bigint, kind text);
CREATE TABLE stream (agent_id bigint PRIMARY KEY, seq bigint);
CREATE TABLE agent_record (agent_id bigint, seq bigint, at bigint, record text, PRIMARY KEY (agent_id, seq));
INSERT INTO stream VALUES (1, 0);
"""


class Floor:
    """The floor server."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._sockets: list[web.WebSocketResponse] = []

    async def _write(self, key: str, sender: str, text: str, now: int) -> str:
        async with self._pool.acquire() as conn, conn.transaction():
            one = conn.fetchval
            await conn.execute("INSERT INTO inbound_key VALUES ('sim', $1, NULL) ON CONFLICT DO NOTHING", key)
            contact = await one("INSERT INTO contact VALUES (DEFAULT, 1, $1, '', $2) RETURNING id", now, sender)
            await conn.execute("INSERT INTO phone VALUES (DEFAULT, $1, $2, 'Mobile', true)", contact, sender)
            thread = await one("INSERT INTO thread VALUES (DEFAULT, $1, true, $2, 1) RETURNING id", sender, contact)
            await conn.execute("INSERT INTO consent VALUES (1, $1, 'opted_in', $2)", sender, now)
            await conn.execute(
                "INSERT INTO consent_ledger VALUES (DEFAULT, 1, $1, 'opted_in', $2, 'texted first', $3)",
                sender,
                now,
                text,
            )
            chat = await one(
                "INSERT INTO interaction VALUES (DEFAULT, 1, $1, 1, 'in', 'offered', $2, $2) RETURNING id", thread, now
            )
            message = await one(
                "INSERT INTO message VALUES (DEFAULT, 1, $1, $2, 1, 'in', $3, $4, 'received', $3) RETURNING id",
                thread,
                chat,
                now,
                text,
            )
            await conn.execute(
                "UPDATE inbound_key SET message_id = $1 WHERE connection_id = 'sim' AND gateway_id = $2", message, key
            )
            offer = await one(
                "INSERT INTO offer VALUES (DEFAULT, $1, 1, 1, $2, $2::bigint + 20000, 'open') RETURNING id", chat, now
            )
            await conn.execute("INSERT INTO case_event VALUES (DEFAULT, $1, $2, 'offered')", chat, now)
            seq = await one("UPDATE stream SET seq = seq + 1 WHERE agent_id = 1 RETURNING seq")
            body = {"address": sender, "first_words": text}
            record = json.dumps({"seq": seq, "kind": "offer", "id": offer, "body": body})
            await conn.execute("INSERT INTO agent_record VALUES (1, $1, $2, $3)", seq, now, record)
        return record  # fmt: skip

    async def text(self, request: web.Request) -> web.Response:
        """One text."""
        body = await request.json()
        record = await self._write(body["id"], body["from"], body["text"], body["now"])
        for socket in list(self._sockets):
            await socket.send_str(record)
        return web.Response(text="ok")

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """One desktop."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self._sockets.append(socket)
        async for _ in socket:
            pass
        self._sockets.remove(socket)
        return socket


async def main() -> None:
    """The process's side."""
    async with asyncpg.create_pool(sys.argv[1], min_size=POOL, max_size=POOL, server_settings={"jit": "off"}) as pool:
        await pool.execute(TABLES)
        floor = Floor(pool)
        app = web.Application()
        app.router.add_post("/text", floor.text)
        app.router.add_get("/socket", floor.socket)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()


if __name__ == "__main__":
    factory: Any = None
    if importlib.util.find_spec("uvloop") is not None:
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as loop_runner:
        loop_runner.run(main())
