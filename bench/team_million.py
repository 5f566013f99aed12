"""A hub whose database holds a million messages against one that holds ten thousand, measure by measure in turns.

Customers have ten messages and one closed case each. A turn is a whole small piece of work: a known customer texts, the
agent accepts, reads the first page, looks at the list of cases, comes back after a lost link, and closes the case.
"""

import asyncio
import json
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from bench.figures import Figure, percentile
from bench.team_database import running_database
from bench.team_rig import LINE, TeamHub, add_agents, in_store, running
from cti_client.domain.interaction import Disposition
from cti_client.wire import WIRE_LEAST, WIRE_MOST, api, codec, frames, records

B = TypeVar("B", records.Offer, records.Interaction)

FEW, MANY = 10_000, 1_000_000
EACH = 10
AGENTS = 20
TURNS = 60
WARM = 10
SLOWER = 1.2
PATIENCE_S = 30.0
_PAGE = {"limit": "50"}

SEED = """
SET session_replication_role = replica; -- rows that are made to fit need not be checked one by one
INSERT INTO contact (id, created_at, name, search, town)
    SELECT i, 1750000000000, 'Customer ' || i, 'customer ' || i, 'Springfield' FROM generate_series(1::bigint, {customers}) i;
INSERT INTO phone (contact_id, address, type, sms)
    SELECT i, '+1666' || lpad(i::text, 7, '0'), 'Mobile', true FROM generate_series(1::bigint, {customers}) i;
INSERT INTO thread (id, address, repliable, contact_id, last_line_id)
    SELECT i, '+1666' || lpad(i::text, 7, '0'), true, i, {line} FROM generate_series(1::bigint, {customers}) i;
INSERT INTO consent (line_id, address, state, at)
    SELECT {line}, address, 'opted_in', 1750000000000 FROM thread;
INSERT INTO consent_ledger (line_id, address, state, at, basis, words)
    SELECT {line}, address, 'opted_in', 1750000000000, 'texted first', 'Hello' FROM thread;
INSERT INTO case_file (id, thread_id, contact_id, agent_id, subject, status, opened_at, last_at, closed_at, disposition)
    SELECT i, i, i, {agent} + i % {agents}, 'Earlier', 'closed', 1750000000000 + i * 60000, 1750000300000 + i * 60000,
           1750000300000 + i * 60000, 'resolved' FROM generate_series(1::bigint, {customers}) i;
INSERT INTO interaction
    (id, thread_id, line_id, direction, state, started_at, accepted_at, ended_at, agent_id, case_id, disposition)
    SELECT i, i, {line}, 'in', 'ended', 1750000000000 + i * 60000, 1750000010000 + i * 60000, 1750000300000 + i * 60000,
           {agent} + i % {agents}, i, 'resolved' FROM generate_series(1::bigint, {customers}) i;
INSERT INTO offer (interaction_id, agent_id, number, made_at, deadline, state, answered_at)
    SELECT i, {agent} + i % {agents}, 1, 1750000000000 + i * 60000, 1750000020000 + i * 60000, 'accepted',
           1750000010000 + i * 60000 FROM generate_series(1::bigint, {customers}) i;
INSERT INTO case_event (interaction_id, case_id, at, kind, agent_id)
    SELECT i, i, 1750000010000 + i * 60000, kind, {agent} + i % {agents}
    FROM generate_series(1::bigint, {customers}) i, unnest(ARRAY['offered', 'accepted', 'closed']) kind;
INSERT INTO message (id, thread_id, interaction_id, line_id, direction, at, text, state, state_at, agent_id)
    SELECT i, 1 + i % {customers}, 1 + i % {customers}, {line}, CASE i % 2 WHEN 0 THEN 'in' ELSE 'out' END,
           1750000000000 + i, 'Message ' || i || ': is the parcel on its way, and when does the courier come by?',
           CASE i % 2 WHEN 0 THEN 'received' ELSE 'delivered' END, 1750000000000 + i,
           CASE i % 2 WHEN 0 THEN NULL ELSE {agent} END FROM generate_series(1::bigint, {messages}) i;
INSERT INTO inbound_key (connection_id, gateway_id, message_id)
    SELECT 'simulator', 'seed' || id, id FROM message WHERE direction = 'in';
"""
_NUMBERED = ("contact", "thread", "case_file", "interaction", "message")


def seed(messages: int) -> str:
    """Statements for so many messages. The hub has run before, so that its line is there."""
    agent, line = "(SELECT min(id) FROM agent)", "(SELECT min(id) FROM line)"
    rows = SEED.format(customers=messages // EACH, messages=messages, agents=AGENTS, agent=agent, line=line)
    sequences = (f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}));" for table in _NUMBERED)
    return rows + "".join(sequences)


class Person:
    """An agent at work, who measures."""

    def __init__(self, http: aiohttp.ClientSession, hub: TeamHub, token: str) -> None:
        self._http, self._hub = http, hub
        self._headers = {"Authorization": f"Bearer {token}"}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self.ms: dict[str, list[float]] = defaultdict(list)

    async def come(self) -> None:
        """Connect anew, from a snapshot."""
        if self._socket is not None:
            await self._socket.close()
        began = time.perf_counter()
        url = f"{self._hub.url}/api/v1/agent"
        self._socket = await self._http.ws_connect(url, headers=self._headers, compress=0)
        hello = frames.Hello(wire_least=WIRE_LEAST, wire_most=WIRE_MOST, client="bench")
        await self._socket.send_str(codec.encode(hello).decode())
        while not isinstance(await self._frame(), frames.Snapshot):
            pass
        self._note("snapshot", began)

    async def turn(self, number: int) -> None:
        """One customer."""
        began = time.perf_counter()
        body = {"id": f"turn{number}", "from": f"+1666{number:07d}", "to": LINE, "text": f"It is me again, {number}."}
        _, offer = await asyncio.gather(self._call("POST", self._hub.post, body), self._record(records.Offer))
        self._note("text to record", began)
        began = time.perf_counter()
        accept = api.Accept(number=offer.number)
        _, chat = await asyncio.gather(
            self._api("POST", f"offers/{offer.id}/accept", accept), self._record(records.Interaction)
        )
        self._note("accept to open chat", began)
        began = time.perf_counter()
        await self._api("GET", f"threads/{chat.thread_id}/messages", query=_PAGE)
        self._note("first page of a case", began)
        began = time.perf_counter()
        await self._api("GET", "cases", query=_PAGE)
        self._note("list of cases", began)
        await self.come()
        await self._api("POST", f"interactions/{chat.id}/close", api.Close(disposition=Disposition.RESOLVED))

    async def leave(self) -> None:
        """Hang up."""
        if self._socket is not None:
            await self._socket.close()

    def _note(self, name: str, began: float) -> None:
        self.ms[name].append((time.perf_counter() - began) * 1000)

    async def _frame(self) -> frames.HubFrame | None:
        assert self._socket is not None
        return codec.decode_hub_frame((await self._socket.receive(PATIENCE_S)).data)

    async def _record(self, kind: type[B]) -> B:
        while True:
            frame = await self._frame()
            for record in frame.records if isinstance(frame, frames.Records) else ():
                body = codec.decode_body(record)
                if isinstance(body, kind):
                    return body

    async def _api(self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None) -> None:
        data = None if body is None else json.loads(codec.encode(body))
        await self._call(method, f"{self._hub.url}/api/v1/{path}", data, query)

    async def _call(self, method: str, url: str, body: Any, query: dict[str, str] | None = None) -> None:
        async with self._http.request(method, url, json=body, params=query, headers=self._headers) as answer:
            if answer.status >= 300:
                raise RuntimeError(f"{url}: HTTP {answer.status} {await answer.text()}")
            await answer.read()


async def measure() -> list[Figure]:
    """Medians of both sizes, in turns, and how much slower the large one is."""
    people: dict[int, Person] = {}
    async with AsyncExitStack() as stack:
        server = stack.enter_context(running_database())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        for size in (FEW, MANY):
            address = server.new(f"of{size}")
            tokens = await in_store(address, add_agents, AGENTS)
            hub = TeamHub(folder, address, name=f"of{size}")
            async with running(hub):  # which makes the line
                await asyncio.to_thread(server.run, f"of{size}", seed(size))
            server.run(f"of{size}", "VACUUM ANALYZE")
            await stack.enter_async_context(running(hub))
            people[size] = Person(http, hub, tokens[0])
        server.run("postgres", "CHECKPOINT")
        for person in people.values():
            await person.come()
        for number in range(1, TURNS + 1):
            for person in people.values():
                await person.turn(number)
        for person in people.values():
            await person.leave()
    figures = []
    for name in people[FEW].ms:
        few, many = (percentile(people[size].ms[name][WARM:], 0.5) for size in (FEW, MANY))
        slower = many / few
        figures += [
            Figure(f"{name}, {FEW} messages, p50", few, "ms"),
            Figure(f"{name}, {MANY} messages, p50", many, "ms"),
            Figure(f"{name}, {MANY} over {FEW}", slower, "x", f"at most {SLOWER}x", slower <= SLOWER),
        ]
    return figures
