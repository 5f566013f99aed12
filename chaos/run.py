"""One run: everything is started, works in peace, works among faults, settles, and is judged."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from bench.figures import percentile
from chaos.agent import Agent
from chaos.customers import Customers
from chaos.database import Database
from chaos.desktop import Desktop, chance_of, fresh_access
from chaos.ending import differences, read_histories
from chaos.faults import Faults
from chaos.gateway import Gateway
from chaos.hubs import HubServer, settings
from chaos.ledger import Ledger, Verdict
from chaos.proxy import Proxy
from chaos.sabotage import Sabotage, Saboteur
from cti_client.desk.tasks import TaskOwner
from tests.helpers.kannel import free_ports

HUBS = 3
HOPELESS_SECONDS = 130.0
"""Nothing has moved for so long: nothing will. A submit whose hub was killed is unknown after its lease of 90 s."""
QUIET_SECONDS = 5.0
_SYNC_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for."""

    seed: int
    calm_seconds: float
    fault_seconds: float
    agents: int
    phones: int
    rate: float
    sabotage: Sabotage | None


@dataclass(slots=True)
class World:
    """Everything that takes part."""

    ledger: Ledger
    gateway: Gateway
    hubs: Sequence[HubServer]
    agents: Sequence[Agent]
    access: Sequence[tuple[str, str]]
    front: str
    customers: Customers
    faults: Faults
    saboteur: Saboteur
    folder: Path
    key: bytes
    mistakes: list[str]


async def run(plan: Plan, folder: Path, say: Callable[[str], None]) -> tuple[Verdict, World]:
    """All of it. What goes wrong in the chaos's own tasks is in `mistakes`, and makes the run worth nothing."""
    async with _world(plan, folder, say) as world:
        tasks = TaskOwner("run", lambda name, error: world.mistakes.append(f"{name}: {error!r}"))
        try:
            texting = tasks.start(world.customers.run(), "customers")
            await asyncio.sleep(plan.calm_seconds)
            world.ledger.calm = False
            if plan.fault_seconds:
                say("faults begin")
                breaking = tasks.start(world.faults.run(), "faults")
                await asyncio.sleep(plan.fault_seconds)
                breaking.cancel()
                await asyncio.gather(breaking, return_exceptions=True)
            texting.cancel()
            await asyncio.gather(texting, return_exceptions=True)
            say("faults end; everything is to settle")
            await world.faults.mend()
            await _settle(world, say)
            await _compare(world)
            await read_histories(world.agents, world.ledger)
            return world.ledger.judge(time.monotonic()), world
        finally:
            await tasks.close()


@asynccontextmanager
async def _world(plan: Plan, folder: Path, say: Callable[[str], None]) -> AsyncIterator[World]:
    mistakes: list[str] = []

    def failed(name: str, error: BaseException) -> None:
        mistakes.append(f"{name}: {error!r}")

    async with AsyncExitStack() as closing:
        ledger = Ledger()
        saboteur = Saboteur(plan.sabotage, chance_of(plan.seed, "sabotage"))
        database = Database(chance_of(plan.seed, "database"))
        closing.push_async_callback(database.stop)
        await database.start()
        ports = free_ports(HUBS)
        proxy = Proxy(ports, chance_of(plan.seed, "proxy"), failed)
        closing.push_async_callback(proxy.close)
        front = await proxy.start()
        gateway = Gateway(ledger, chance_of(plan.seed, "gateway"), saboteur, failed, twice=0.1)
        closing.push_async_callback(gateway.close)
        sendsms = await gateway.start()
        access = [(f"Agent {number}", secrets.token_urlsafe(24)) for number in range(plan.agents)]
        hubs = []
        for number, port in enumerate(ports):
            config = folder / f"hub{number}.toml"
            config.write_text(settings(database.url, port, front, sendsms, access), encoding="utf-8")
            hub = HubServer(number, config, port, folder / f"hub{number}.log")
            closing.push_async_callback(hub.leave)
            hubs.append(hub)
        for hub in hubs:
            await hub.start()
        await asyncio.gather(*(hub.ready() for hub in hubs))
        gateway.front, gateway.hubs = front, [hub.url for hub in hubs]
        say(f"{HUBS} hubs, {plan.agents} agents, {plan.rate:g} texts/s of {plan.phones} phones; logs in {folder}")
        agents = []
        key = Fernet.generate_key()
        for number, (_, token) in enumerate(access):

            def open_desktop(look: Callable[[], None], number: int = number, token: str = token) -> Desktop:
                at, file = fresh_access(front, token), folder / f"agent{number}.db"
                return Desktop(number, at, file, key, ledger, saboteur, look, failed)

            agent = Agent(number, plan.agents, open_desktop, ledger, saboteur, chance_of(plan.seed, f"agent {number}"))
            closing.push_async_callback(agent.leave)
            agents.append(agent)
            await agent.arrive()
        await _until(lambda: all(one.desktop is not None and one.desktop.live for one in agents), _SYNC_SECONDS)
        customers = Customers(plan.phones, plan.rate, gateway, chance_of(plan.seed, "customers"))
        faults = Faults(chance_of(plan.seed, "faults"), hubs, database, proxy, gateway, agents, say, failed)
        yield World(ledger, gateway, hubs, agents, access, front, customers, faults, saboteur, folder, key, mistakes)


async def _settle(world: World, say: Callable[[str], None]) -> None:
    """Until nothing is open any more and nothing has moved for a while, or there is no hope."""
    for agent in world.agents:
        agent.diligent = True
        agent.look()
    began = time.monotonic()
    quiet_since = began
    before: list[str] = []
    told = began
    while time.monotonic() - quiet_since < HOPELESS_SECONDS:
        points = [*world.ledger.open_points(), *_unrest(world)]
        if points != before:
            before, quiet_since = points, time.monotonic()
        if not points and time.monotonic() - quiet_since >= QUIET_SECONDS:
            break
        if time.monotonic() - told >= 15.0:
            told = time.monotonic()
            say(f"not settled yet: {len(points)}, as {points[0] if points else 'nothing'}")
        await asyncio.sleep(0.25)
    say(f"settled after {time.monotonic() - began:.0f} s")


def _unrest(world: World) -> list[str]:
    points = ["calls of the gateway are under way"] if world.gateway.calls else []
    for agent in world.agents:
        desktop = agent.desktop
        if desktop is None or not desktop.live:
            points.append(f"agent {agent.number} has no live link")
        elif desktop.state.offers:
            points.append(f"agent {agent.number} has requests")
        elif desktop.pending.unsent:
            points.append(f"agent {agent.number} has unsent texts")
        elif desktop.waiting:
            points.append("chats wait for anybody")
        elif desktop.state.interactions:
            points.append(f"agent {agent.number} has chats")
    return points


async def _compare(world: World) -> None:
    """What each desktop holds must be what a new desktop of the same agent is told."""
    for agent in world.agents:
        old = agent.desktop
        assert old is not None
        fresh_ledger = Ledger()
        token = world.access[agent.number][1]
        access, file = fresh_access(world.front, token), world.folder / f"fresh{agent.number}.db"
        saboteur = Saboteur(None, chance_of(0, ""))
        new = Desktop(agent.number, access, file, world.key, fresh_ledger, saboteur, lambda: None, tasks_failed(world))
        try:
            await new.open()
            await _until(lambda: new.live, _SYNC_SECONDS)  # noqa: B023  it is awaited here
            world.ledger.gaps += differences(f"agent {agent.number}", old.state, new.state)
        finally:
            await new.close()


def tasks_failed(world: World) -> Callable[[str, BaseException], None]:
    """Where the failures of the chaos's own tasks go."""
    return lambda name, error: world.mistakes.append(f"{name}: {error!r}")


async def _until(holds: Callable[[], bool], seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.05)


def delays(ledger: Ledger) -> list[str]:
    """From the press of Send on the phone to the request on a desktop, for texts that began a chat."""
    rows = []
    for name, calm in (("without faults", True), ("with faults", False)):
        times = [
            (one.offered_at - one.sent_at) * 1000
            for one in ledger.texts.values()
            if one.offered_at is not None and one.calm is calm
        ]
        if times:
            rows.append(
                f"text to offer {name}: p50 {percentile(times, 0.5):.0f} ms, p99 {percentile(times, 0.99):.0f} ms"
                f" ({len(times)} chats)"
            )
    return rows
