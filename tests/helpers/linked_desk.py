"""Desks without widgets: the desktop's own link, state and requests, against hubs that really run."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from cti_client.desk import link as machine
from cti_client.desk.hub_client import HubAccess, HubClient
from cti_client.desk.link_driver import LinkDriver
from cti_client.desk.sharing import Sharing
from cti_client.desk.state import DeskState
from cti_client.desk.views import LinkStatus
from cti_client.domain.agent import Presence
from cti_client.hub.bootstrap import Hub
from cti_client.hub.config import AgentConfig, ConnectionConfig, HubConfig, LineConfig
from cti_client.wire import api, topics
from cti_client.wire.codec import decode_topic, encode
from cti_client.wire.frames import Looking, Typing
from cti_client.wire.records import Interaction, Message, Offer
from tests.helpers.fake_connection import FakeConnection, InJson

T = TypeVar("T")

LINE = "+15550100"
NAMES = ("Anna", "Ben", "Cara", "Dora", "Emil")
PATIENCE_S = 20.0


class LinkedDesk:
    """One agent's desk. `until` waits for what the hub says; nothing is asked twice."""

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.state = DeskState()
        self.topics: dict[str, Any] = {}
        self.partings: dict[int, str] = {}
        self.pushed_out = ""
        self.now = 0
        self._client = HubClient(HubAccess(url, token_of(name)))
        self._driver = LinkDriver(self._client, self._hear, self._changed, client="test")
        self.sharing = Sharing(self._say, lambda: self.now, self._changed)
        self._words: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def sign_in(self) -> "LinkedDesk":
        """Connect, and wait until the present is known."""
        self._task = asyncio.create_task(self._driver.run(), name=f"desk of {self.name}")
        await self.until(lambda: self._driver.link.status is LinkStatus.LIVE and "presence" in self.topics)
        return self

    async def leave(self) -> None:
        """The link ends, as with the power."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, *self._words, return_exceptions=True)
        await self._client.close()

    async def until(self, what: Callable[[], T]) -> T:
        """The first answer that is true."""
        async with asyncio.timeout(PATIENCE_S):
            while not (answer := what()):
                self._news.clear()
                await self._news.wait()
        return answer

    @property
    def offers(self) -> list[Offer]:
        return list(self.state.offers.values())

    @property
    def chats(self) -> dict[int, Interaction]:
        return dict(self.state.interactions)

    @property
    def presence(self) -> Presence:
        value: topics.OwnPresence = self.topics["presence"]
        return value.presence

    @property
    def waiting(self) -> list[topics.WaitingChat]:
        value: topics.Waiting = self.topics.get("waiting", topics.Waiting())
        return list(value.chats)

    async def offer(self) -> Offer:
        """The request that rings."""
        return (await self.until(lambda: self.offers))[0]

    async def accept(self, offer: Offer) -> api.Accepted:
        """Raises `HubRefusedError`."""
        body = api.Accept(number=offer.number)
        return await self._client.call("POST", f"/offers/{offer.id}/accept", api.Accepted, body)

    async def decline(self, offer: Offer) -> None:
        await self._client.call("POST", f"/offers/{offer.id}/decline", api.Done, api.Decline(number=offer.number))

    async def take(self, interaction_id: int) -> api.Accepted:
        """Raises `HubRefusedError`."""
        return await self._client.call("POST", f"/waiting/{interaction_id}/take", api.Accepted, api.Take())

    async def send(self, interaction_id: int, text: str, composed_at: int) -> Message:
        body = api.Send(
            client_id=f"{self.name} {text}", interaction_id=interaction_id, text=text, composed_at=composed_at
        )
        return await self._client.call("POST", "/messages", Message, body)

    async def set_presence(self, presence: Presence) -> None:
        await self._client.call("POST", "/presence", api.Done, api.SetPresence(presence=presence))
        await self.until(lambda: self.presence is presence)

    def _hear(self, output: machine.Output) -> None:
        match output:
            case machine.Welcomed(welcome):
                self.now = welcome.now
            case machine.Replace(snapshot):
                self.state.replace(snapshot)
            case machine.Apply(records):
                for record in records.records:
                    for change in self.state.apply(record):
                        if change.removed and change.parting:
                            self.partings[change.id] = change.parting
            case machine.Show(topic):
                value = decode_topic(topic)
                if isinstance(value, topics.Shared):
                    self.sharing.hear(value)
                self.topics[topic.name] = value
            case machine.PushedOut(text):
                self.pushed_out = text
            case machine.Say():
                pass

    def _changed(self) -> None:
        self.sharing.set_live(self._driver.link.status is LinkStatus.LIVE)
        self._news.set()

    def _say(self, frame: Looking | Typing) -> None:
        task = asyncio.create_task(self._driver.say(frame))
        self._words.add(task)
        task.add_done_callback(self._words.discard)


def token_of(name: str) -> str:
    """Everybody's token in the tests."""
    return f"token-of-{name.lower()}-in-tests"


@dataclass
class Team:
    """Hubs over one database, and the desks that are signed in."""

    urls: list[str]
    stack: AsyncExitStack
    http: aiohttp.ClientSession
    texts: int = 0
    desks: list[LinkedDesk] = field(default_factory=list)

    async def sign_in(self, name: str, hub: int = 0) -> LinkedDesk:
        """One agent, at that hub."""
        desk = LinkedDesk(name, self.urls[hub])
        self.stack.push_async_callback(desk.leave)
        self.desks.append(await desk.sign_in())
        return desk

    async def text(self, sender: str, text: str = "Hello", hub: int = 0) -> None:
        """A customer's text, brought to that hub by the gateway."""
        self.texts += 1
        body = encode(InJson(id=f"in-{self.texts}", sender=sender, recipient=LINE, text=text))
        async with self.http.post(f"{self.urls[hub]}/gateway/fake/in", data=body) as answer:
            assert answer.status == 200


def customer(number: int) -> str:
    """Somebody's number."""
    return f"+1212555{number:04d}"


@asynccontextmanager
async def team(
    database: str | Path, *, hubs: int = 1, offer_seconds: int = 60, grace_seconds: float = 60.0, **options: Any
) -> AsyncIterator[Team]:
    """Hubs on this database, with five agents. Desks that are signed in leave at the end."""
    async with AsyncExitStack() as stack:
        urls = []
        for _ in range(hubs):
            gateway = FakeConnection()
            config = HubConfig(
                database=database,
                connections=(ConnectionConfig(settings=gateway.settings, test_seconds=0),),
                lines=(
                    LineConfig(
                        address=LINE, name="Support", connection="fake", offer_seconds=offer_seconds, quiet_hours=False
                    ),
                ),
                agents=tuple(AgentConfig(name=name, token=token_of(name)) for name in NAMES),
                grace_seconds=grace_seconds,
                **options,
            )
            hub = Hub(config, lambda _, one=gateway: one)  # type: ignore[misc]  # mypy sees no default there
            urls.append(await hub.start())
            stack.push_async_callback(hub.stop)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        async with AsyncExitStack() as desks:
            yield Team(urls, desks, http)
