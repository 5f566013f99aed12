"""The real PostgreSQL server of a run, safe against power cuts as a team's is, and what may happen to it."""

import asyncio
import contextlib
import random

import asyncpg

from cti_client.hub.postgres_bus import CHANNEL
from tests.helpers.postgres import PostgresServer, postgres_programs

SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "max_connections": "150",
    "shared_buffers": "128MB",
}
"""Besides these, Debian's own."""

_FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class Database:
    """Owns the server from `start` to `stop`. `url` is what hubs are told."""

    def __init__(self, chance: random.Random) -> None:
        programs = postgres_programs()
        if programs is None:
            raise RuntimeError("PostgreSQL is not installed (initdb and pg_ctl not found)")
        self.url = ""
        self._chance = chance
        self._server = PostgresServer(programs, SETTINGS)

    async def start(self) -> None:
        """With one empty database."""
        await asyncio.to_thread(self._server.start)
        self.url = await asyncio.to_thread(self._server.empty_database)

    async def stop(self) -> None:
        """For good; everything goes."""
        await asyncio.to_thread(self._server.stop)

    async def restart(self) -> None:
        """`pg_ctl stop -m immediate`, which is a crash, and a start that recovers from it."""
        await asyncio.to_thread(self._server.restart)

    async def cut_hints(self) -> None:
        """End every connection that listens for hints."""
        await self._end(f"query LIKE '%{CHANNEL}%' OR query LIKE '%pg_notify%'", 1.0)

    async def cut_connections(self, share: float) -> None:
        """End this share of the hubs' connections, whatever they are doing."""
        await self._end("true", share)

    async def _end(self, which: str, share: float) -> None:
        with contextlib.suppress(*_FAULTS):
            admin = await self._server.connect("postgres")
            try:
                of_hubs = "backend_type = 'client backend' AND application_name = 'cti-client hub'"
                rows = await admin.fetch(f"SELECT pid FROM pg_stat_activity WHERE {of_hubs} AND ({which})")
                for row in rows:
                    if self._chance.random() < share:
                        await admin.fetchval("SELECT pg_terminate_backend($1)", row[0])
            finally:
                await admin.close(timeout=2)
