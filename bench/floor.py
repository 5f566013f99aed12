"""The floor: the least that any hub must do for one text, with nothing of ours in it.

An aiohttp server takes a POST, writes the same rows with raw sqlite3 (WAL, synchronous=FULL) in one transaction, and only
then sends one JSON frame over a bare WebSocket. Our own path is measured against it in the same run.
"""

import asyncio
import json
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from aiohttp import web

TABLES = """
CREATE TABLE inbound_key (connection_id TEXT, gateway_id TEXT, message_id INTEGER, PRIMARY KEY (connection_id, gateway_id)) WITHOUT ROWID;
CREATE TABLE contact (id INTEGER PRIMARY KEY, version INTEGER, created_at INTEGER, name TEXT, search TEXT);
CREATE TABLE phone (id INTEGER PRIMARY KEY, contact_id INTEGER, address TEXT, type TEXT, sms INTEGER);
CREATE INDEX ix_phone ON phone (address);
CREATE TABLE thread (id INTEGER PRIMARY KEY, address TEXT UNIQUE, repliable INTEGER, contact_id INTEGER, last_line_id INTEGER);
CREATE TABLE consent (line_id INTEGER, address TEXT, state TEXT, at INTEGER, PRIMARY KEY (line_id, address));
CREATE TABLE consent_ledger (id INTEGER PRIMARY KEY, line_id INTEGER, address TEXT, state TEXT, at INTEGER, basis TEXT, words TEXT);
CREATE TABLE interaction (id INTEGER PRIMARY KEY, version INTEGER, thread_id INTEGER, line_id INTEGER, direction TEXT, state TEXT, started_at INTEGER, waiting_since INTEGER);
CREATE UNIQUE INDEX uq_interaction_live ON interaction (thread_id) WHERE state <> 'ended';
CREATE TABLE message (id INTEGER PRIMARY KEY, version INTEGER, thread_id INTEGER, interaction_id INTEGER, line_id INTEGER, direction TEXT, at INTEGER, text TEXT, state TEXT, state_at INTEGER);
CREATE INDEX ix_message_thread ON message (thread_id, id);
CREATE INDEX ix_message_interaction ON message (interaction_id, id);
CREATE TABLE offer (id INTEGER PRIMARY KEY, interaction_id INTEGER, agent_id INTEGER, number INTEGER, made_at INTEGER, deadline INTEGER, state TEXT);
CREATE UNIQUE INDEX uq_offer_open ON offer (interaction_id) WHERE state = 'open';
CREATE TABLE case_event (id INTEGER PRIMARY KEY, interaction_id INTEGER, at INTEGER, kind TEXT);
CREATE TABLE stream (agent_id INTEGER PRIMARY KEY, seq INTEGER);
CREATE TABLE agent_record (agent_id INTEGER, seq INTEGER, at INTEGER, record TEXT, PRIMARY KEY (agent_id, seq)) WITHOUT ROWID;
INSERT INTO stream VALUES (1, 0);
"""


class Floor:
    """The floor server. `start()` gives its port; POST /text, WebSocket /socket."""

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "floor.db", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(TABLES)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="floor-writer")
        self._sockets: list[web.WebSocketResponse] = []
        self._runner: web.AppRunner | None = None

    def _write(self, key: str, sender: str, text: str, now: int) -> str:
        run = self._db.execute
        run("BEGIN IMMEDIATE")
        run("INSERT INTO inbound_key VALUES ('sim', ?, NULL) ON CONFLICT DO NOTHING", (key,))
        contact = run("INSERT INTO contact VALUES (NULL, 1, ?, '', ?)", (now, sender)).lastrowid
        run("INSERT INTO phone VALUES (NULL, ?, ?, 'Mobile', 1)", (contact, sender))
        thread = run("INSERT INTO thread VALUES (NULL, ?, 1, ?, 1)", (sender, contact)).lastrowid
        run("INSERT INTO consent VALUES (1, ?, 'opted_in', ?)", (sender, now))
        run("INSERT INTO consent_ledger VALUES (NULL, 1, ?, 'opted_in', ?, 'texted first', ?)", (sender, now, text))
        chat = run(
            "INSERT INTO interaction VALUES (NULL, 1, ?, 1, 'in', 'offered', ?, ?)", (thread, now, now)
        ).lastrowid
        message = run(
            "INSERT INTO message VALUES (NULL, 1, ?, ?, 1, 'in', ?, ?, 'received', ?)", (thread, chat, now, text, now)
        ).lastrowid
        run("UPDATE inbound_key SET message_id = ? WHERE connection_id = 'sim' AND gateway_id = ?", (message, key))
        offer = run("INSERT INTO offer VALUES (NULL, ?, 1, 1, ?, ?, 'open')", (chat, now, now + 20000)).lastrowid
        run("INSERT INTO case_event VALUES (NULL, ?, ?, 'offered')", (chat, now))
        seq = run("UPDATE stream SET seq = seq + 1 WHERE agent_id = 1 RETURNING seq").fetchone()[0]
        record = json.dumps(
            {"seq": seq, "kind": "offer", "id": offer, "body": {"address": sender, "first_words": text}}
        )
        run("INSERT INTO agent_record VALUES (1, ?, ?, ?)", (seq, now, record))
        run("COMMIT")
        return record

    async def _text(self, request: web.Request) -> web.Response:
        body = await request.json()
        work = partial(self._write, body["id"], body["from"], body["text"], body["now"])
        record = await asyncio.get_running_loop().run_in_executor(self._writer, work)
        for socket in list(self._sockets):
            await socket.send_str(record)
        return web.Response(text="ok")

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        self._sockets.append(socket)
        async for _ in socket:
            pass
        self._sockets.remove(socket)
        return socket

    async def start(self) -> int:
        """Serve on a free loopback port."""
        app = web.Application()
        app.router.add_post("/text", self._text)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        assert site._server is not None
        return int(site._server.sockets[0].getsockname()[1])  # type: ignore[attr-defined]  # asyncio's server has it

    async def stop(self) -> None:
        """Stop and close the file."""
        if self._runner is not None:
            await self._runner.cleanup()
        self._writer.shutdown()
        self._db.close()


class FloorProcess:
    """The floor in a process of its own, as the desktop's hub is. Ends with its pipe."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "bench.floor", str(folder)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self) -> int:
        """The port."""
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())

    def stop(self) -> None:
        """Stop and wait."""
        self._process.communicate(timeout=10)


async def main() -> None:
    """The process's side."""
    floor = Floor(Path(sys.argv[1]))
    print(await floor.start(), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await floor.stop()


if __name__ == "__main__":
    asyncio.run(main())
