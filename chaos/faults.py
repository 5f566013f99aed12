"""What goes wrong, one thing after the other, by chance."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from chaos.agent import Agent
from chaos.database import Database
from chaos.gateway import Gateway, Weather
from chaos.hubs import GRACE_SECONDS, HubServer, UnableError
from chaos.proxy import Proxy
from cti_client.desk.tasks import TaskOwner

_PAUSE_SECONDS = (2.0, 6.0)
_DOWN_SECONDS = (0.5, 8.0)
_HINTS_CUT_SECONDS = (2.0, 8.0)
_STORM_SECONDS = (5.0, 12.0)


class Faults:
    """Makes them while `run` runs; `mend` puts everything right again. `counts` says how many of each."""

    def __init__(
        self,
        chance: random.Random,
        hubs: Sequence[HubServer],
        database: Database,
        proxy: Proxy,
        gateway: Gateway,
        agents: Sequence[Agent],
        say: Callable[[str], None],
        on_failure: Callable[[str, BaseException], None],
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._chance = chance
        self._hubs = hubs
        self._database = database
        self._proxy = proxy
        self._gateway = gateway
        self._agents = agents
        self._say = say
        self._tasks = TaskOwner("faults", on_failure)
        self._under_way: set[str] = set()
        self._database_work = asyncio.Lock()
        self._restart: asyncio.Future[None] | None = None

    @property
    def kills(self) -> int:
        """Hubs that were ended by SIGKILL."""
        return self.counts["hub killed"]

    async def run(self) -> None:
        """Until cancelled."""
        kinds: list[tuple[int, str, Callable[[], Awaitable[None]]]] = [
            (6, "hub killed", self._kill_hub),
            (1, "hub asked to leave", self._hub_leaves),
            (1, "database restarted", self._restart_database),
            (2, "hints cut", self._cut_hints),
            (2, "database connections cut", self._cut_connections),
            (3, "sockets half-open", self._freeze),
            (2, "sockets cut", self._cut),
            (3, "gateway loses answers", self._answers_lost),
            (2, "gateway slow", self._slow),
            (1, "gateway has no room", self._no_room),
            (2, "desktop away", self._desktop_away),
        ]
        await self._make("hub killed", self._kill_hub)  # no run without one
        while True:
            await asyncio.sleep(self._chance.uniform(*_PAUSE_SECONDS))
            _, name, make = self._chance.choices(kinds, [weight for weight, _, _ in kinds])[0]
            await self._make(name, make)

    async def _make(self, name: str, make: Callable[[], Awaitable[None]]) -> None:
        before = self.counts[name]
        await make()
        if self.counts[name] > before:  # else the same is under way already, or only one hub is left
            self._say(name if self.counts[name] == before + 1 else f"{name}: {self.counts[name] - before}")

    async def mend(self) -> None:
        """All hubs run, the database too, the gateway is well, every agent is there."""
        self._gateway.weather = Weather()
        await self._tasks.close()
        if self._restart is not None:
            await self._restart
        await asyncio.gather(*(self._bring_up(hub) for hub in self._hubs))
        for agent in self._agents:
            if agent.desktop is None:
                await agent.arrive()

    async def _bring_up(self, hub: HubServer) -> None:
        if hub.runs:
            with contextlib.suppress(UnableError):
                await hub.ready()
                return
        await hub.serve()

    # --- hubs ----------------------------------------------------------------------------------------------------

    async def _kill_hub(self) -> None:
        await self._end_hub("hub killed", lambda hub: hub.kill())

    async def _hub_leaves(self) -> None:
        await self._end_hub("hub asked to leave", lambda hub: hub.leave())

    async def _end_hub(self, name: str, end: Callable[[HubServer], Awaitable[None]]) -> None:
        running = [hub for hub in self._hubs if hub.runs and f"hub {hub.number}" not in self._under_way]
        if len(running) < 2:  # one stays
            return
        hub = self._chance.choice(running)
        self.counts[name] += 1
        self._start(f"hub {hub.number}", self._down(hub, end))

    async def _down(self, hub: HubServer, end: Callable[[HubServer], Awaitable[None]]) -> None:
        await end(hub)
        await asyncio.sleep(self._chance.uniform(*_DOWN_SECONDS))
        await hub.serve()

    # --- the database --------------------------------------------------------------------------------------------

    async def _restart_database(self) -> None:
        if "database" in self._under_way:
            return
        self.counts["database restarted"] += 1

        async def work() -> None:
            async with self._database_work:
                self._restart = asyncio.ensure_future(self._database.restart())
                await asyncio.shield(self._restart)  # half a restart would leave no database

        self._start("database", work())

    async def _cut_hints(self) -> None:
        if "hints" in self._under_way:
            return
        self.counts["hints cut"] += 1
        self._start("hints", self._no_hints(self._chance.uniform(*_HINTS_CUT_SECONDS)))

    async def _no_hints(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            async with self._database_work:
                await self._database.cut_hints()
            await asyncio.sleep(0.3)

    async def _cut_connections(self) -> None:
        self.counts["database connections cut"] += 1
        async with self._database_work:
            await self._database.cut_connections(0.5)

    # --- the network ---------------------------------------------------------------------------------------------

    async def _freeze(self) -> None:
        self.counts["sockets half-open"] += self._proxy.freeze(self._chance.uniform(0.02, 0.2))

    async def _cut(self) -> None:
        self.counts["sockets cut"] += self._proxy.cut(self._chance.uniform(0.02, 0.2))

    # --- the gateway ---------------------------------------------------------------------------------------------

    async def _answers_lost(self) -> None:
        self._storm("gateway loses answers", Weather(loses_answer=0.3))

    async def _slow(self) -> None:
        self._storm("gateway slow", Weather(is_slow=0.8))

    async def _no_room(self) -> None:
        self._storm("gateway has no room", Weather(has_no_room=0.5))

    def _storm(self, name: str, weather: Weather) -> None:
        if "gateway" in self._under_way:
            return
        self.counts[name] += 1

        async def work() -> None:
            self._gateway.weather = weather
            await asyncio.sleep(self._chance.uniform(*_STORM_SECONDS))
            self._gateway.weather = Weather()

        self._start("gateway", work())

    # --- agents --------------------------------------------------------------------------------------------------

    async def _desktop_away(self) -> None:
        """Some for a moment, some for longer than the grace time: then others get their customers."""
        for agent in self._chance.sample(list(self._agents), max(1, len(self._agents) // 20)):
            if f"agent {agent.number}" not in self._under_way:
                self.counts["desktop away"] += 1
                self._start(f"agent {agent.number}", self._away(agent, self._chance.uniform(0.5, 2 * GRACE_SECONDS)))

    async def _away(self, agent: Agent, seconds: float) -> None:
        await agent.leave()
        await asyncio.sleep(seconds)
        await agent.arrive()

    def _start(self, name: str, work: "Awaitable[None]") -> None:
        async def whole() -> None:
            try:
                await work
            finally:
                self._under_way.discard(name)

        self._under_way.add(name)
        self._tasks.start(whole(), name)
