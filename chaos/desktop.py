"""One agent's desktop without widgets: the product's own link, state, requests and unsent texts.

What it shows goes into the ledger: the texts and replies that stand in its chats, the requests before it and, while
its link is live, which chats it shows as its own.
"""

import random
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from chaos.ledger import Ledger
from chaos.numbers import NumberWatch
from chaos.sabotage import Sabotage, Saboteur
from chaos.tokens import token_of
from cti_client.desk import link as machine
from cti_client.desk.errors import UndecidedSendError
from cti_client.desk.hub_client import HubAccess, HubClient
from cti_client.desk.link_driver import LinkDriver
from cti_client.desk.pending_sends import PendingSends
from cti_client.desk.state import Change, DeskState
from cti_client.desk.tasks import TaskOwner
from cti_client.desk.views import LinkStatus, PendingState
from cti_client.domain import Millis
from cti_client.domain.interaction import Direction
from cti_client.wire import api, topics
from cti_client.wire.codec import decode_hello, decode_hub_frame, decode_topic
from cti_client.wire.frames import Records, Snapshot
from cti_client.wire.records import Interaction, Message, Offer

if TYPE_CHECKING:
    import aiohttp

T = TypeVar("T")


class Desktop:
    """Lives from `open` to `close`, which is as sudden as the end of its process. `on_news`: something has changed."""

    def __init__(
        self,
        number: int,
        access: HubAccess,
        database: Path,
        key: bytes,
        ledger: Ledger,
        saboteur: Saboteur,
        on_news: Callable[[], None],
        on_failure: Callable[[str, BaseException], None],
    ) -> None:
        self.number = number
        self.state = DeskState()
        self.waiting: tuple[topics.WaitingChat, ...] = ()
        self.presence: topics.OwnPresence | None = None
        self.tasks = TaskOwner(f"desktop {number}", on_failure)
        self._database = database
        self._key = key
        self._ledger = ledger
        self._on_news = on_news
        self._client = HubClient(access)
        self._numbers = NumberWatch(f"agent {number}", ledger.gaps)
        self._driver = LinkDriver(
            WatchedSource(self._client, self._numbers, saboteur),
            self._hear,
            self._follow,
            client="chaos",
            desktop=secrets.token_hex(8),
        )
        self._live = False
        self._shown: dict[int, str] = {}
        """The chats that the ledger was told of, with their customers."""
        self.pending = PendingSends(
            self.tasks, self._post, _wall_clock, self._look_at_pending, self._sent, lambda _: None
        )

    @property
    def live(self) -> bool:
        """What it shows is the present."""
        return self._live

    async def open(self) -> None:
        """Begin to connect."""
        self.tasks.start(self._driver.run(), "link")
        await self.pending.open(self._database, (self._key,))

    async def close(self) -> None:
        """End everything. What is unsent stays on disk."""
        for chat in self.state.interactions.values():
            self._ledger.note(chat.address, f"the desktop of agent {self.number} goes")
        await self.tasks.close()
        await self.pending.close()
        await self._client.close()
        self._set_live(False)

    async def call(self, path: str, as_type: type[T], body: object) -> T:
        """A command. Raises as `HubClient.call` does."""
        return await self._client.call("POST", path, as_type, body)

    async def ask(self, path: str, as_type: type[T]) -> T:
        """A query. Raises as `HubClient.call` does."""
        return await self._client.call("GET", path, as_type)

    # --- what comes ----------------------------------------------------------------------------------------------

    def _hear(self, output: machine.Output) -> None:
        match output:
            case machine.Welcomed(welcome):
                self.pending.use(welcome.hub_id, welcome.agent_id)
            case machine.Replace(snapshot):
                self.state.replace(snapshot)
                self._note_all()
            case machine.Apply(records):
                for record in records.records:
                    for change in self.state.apply(record):
                        self._note(change)
            case machine.Show(topic):
                value = decode_topic(topic)
                if isinstance(value, topics.Waiting):
                    self.waiting = value.chats
                elif isinstance(value, topics.OwnPresence):
                    self.presence = value
            case machine.PushedOut():
                self._ledger.counts["desktops told that they were replaced"] += 1
            case _:
                pass
        self._show_held()
        self._on_news()

    def _follow(self) -> None:
        live = self._driver.link.status is LinkStatus.LIVE
        if live != self._live:
            self._set_live(live)
            self._show_held()
            self.pending.set_live(live)
            self._on_news()
        if self._driver.link.status is LinkStatus.REFUSED:
            self._ledger.counts[f"links refused: {self._driver.link.detail}"] += 1

    def _set_live(self, live: bool) -> None:
        if self._live and not live:
            self._ledger.counts["links lost"] += 1
            self._ledger.link_lost(self.number)
            for interaction_id, address in self._shown.items():
                self._ledger.hides_held(self.number, interaction_id, address, time.monotonic())
            self._shown.clear()
        elif live and not self._live:
            self._ledger.link_live(self.number, time.monotonic())
        self._live = live

    def retry(self) -> None:
        """The person presses Retry."""
        self._driver.retry()

    @property
    def refused(self) -> bool:
        """The hub does not want this desktop."""
        return self._driver.link.status is LinkStatus.REFUSED

    # --- what the ledger is told ---------------------------------------------------------------------------------

    def _show_held(self) -> None:
        if not self._live:
            return
        held, now = self.state.interactions, time.monotonic()
        for interaction_id in [one for one in self._shown if one not in held]:
            self._ledger.hides_held(self.number, interaction_id, self._shown.pop(interaction_id), now)
        for interaction_id, chat in held.items():
            if interaction_id not in self._shown:
                self._shown[interaction_id] = chat.address
                self._ledger.threads[chat.address] = chat.thread_id
                self._ledger.shows_held(self.number, interaction_id, chat.address, now)

    def _note_all(self) -> None:
        for offer in self.state.offers.values():
            self._note_offer(offer)
        for interaction_id, chat in self.state.interactions.items():
            for message in self.state.messages_of(interaction_id):
                self._note_message(message, chat)

    def _note(self, change: Change) -> None:
        body = change.body
        if isinstance(body, Offer) and not change.removed:
            self._note_offer(body)
        elif isinstance(body, Message) and not change.removed:
            chats = self.state.interactions.values()
            chat = next((one for one in chats if one.thread_id == body.thread_id), None)
            if chat is not None:  # else it stands on no screen
                self._note_message(body, chat)

    def _note_offer(self, offer: Offer) -> None:
        self._ledger.text_offered(token_of(offer.first_words), time.monotonic())
        self._ledger.note(offer.address, f"request {offer.number} of {offer.interaction_id} at agent {self.number}")

    def _note_message(self, message: Message, chat: Interaction) -> None:
        token = token_of(message.text)
        if message.direction is Direction.IN:
            self._ledger.text_seen(token, message.id, chat.address)
        else:
            self._ledger.reply_state(token, message.state, message.version)
            self._took(message)

    def _took(self, message: Message) -> None:
        token = token_of(message.text)
        if token in self._ledger.replies:
            self._ledger.reply_taken(token)
        self.pending.hub_has(message)

    # --- replies -------------------------------------------------------------------------------------------------

    async def reply(self, chat: Interaction, token: str, words: str) -> None:
        """Keep it on disk; it goes by itself."""
        self._ledger.reply_written(token, chat.address, self.number)
        await self.pending.send(chat.id, chat.thread_id, f"{token} {words}")

    async def _post(self, send: api.Send) -> Message:
        self._ledger.counts["replies said to a hub"] += 1
        return await self.call("/messages", Message, send)

    def _sent(self, message: Message) -> None:
        self._ledger.reply_taken(token_of(message.text))
        self._ledger.reply_state(token_of(message.text), message.state, message.version)

    def _look_at_pending(self, interaction_id: int) -> None:
        for one in self.pending.pending_of(interaction_id):
            if one.state is PendingState.ASK:
                self.tasks.start(self.pending.resend(one.client_id), "yes to an old reply")
            elif one.state is PendingState.REFUSED:
                code = one.problem.code if one.problem is not None else ""
                self.tasks.start(self._take_back(one.client_id, token_of(one.text), code), "reply back")

    async def _take_back(self, client_id: str, token: str, code: str) -> None:
        try:
            if not await self.pending.discard(client_id):
                return
        except UndecidedSendError:
            return
        self._ledger.reply_refused(token, code)
        self._ledger.counts[f"replies refused: {code}"] += 1


class WatchedSource:
    """Sockets whose record numbers are counted on their way."""

    def __init__(self, client: HubClient, numbers: NumberWatch, saboteur: Saboteur) -> None:
        self._client = client
        self._numbers = numbers
        self._saboteur = saboteur

    async def open_socket(self) -> "aiohttp.ClientWebSocketResponse":
        """As `HubClient.open_socket`."""
        socket = await self._client.open_socket()
        return cast("aiohttp.ClientWebSocketResponse", WatchedSocket(socket, self._numbers, self._saboteur))


class WatchedSocket:
    """The part of a socket that the link's driver uses."""

    def __init__(self, socket: "aiohttp.ClientWebSocketResponse", numbers: NumberWatch, saboteur: Saboteur) -> None:
        self._socket = socket
        self._numbers = numbers
        self._saboteur = saboteur

    async def send_str(self, data: str) -> None:
        self._numbers.hello(decode_hello(data).last_seq)
        await self._socket.send_str(data)

    async def receive(self) -> "aiohttp.WSMessage":
        while True:
            message = await self._socket.receive()
            frame = None
            if isinstance(message.data, str):
                try:
                    frame = decode_hub_frame(message.data)
                except msgspec.DecodeError:
                    frame = None  # the link will say what it thinks of it
            if isinstance(frame, Records):
                if self._saboteur.strikes(Sabotage.GAP):
                    continue
                self._numbers.records(record.seq for record in frame.records)
            elif isinstance(frame, Snapshot):
                self._numbers.snapshot(frame.seq)
            return message

    async def close(self) -> None:
        await self._socket.close()


def fresh_access(url: str, token: str) -> HubAccess:
    """Where the hubs are, for one agent."""
    return HubAccess(url, token)


def _wall_clock() -> Millis:
    return round(time.time() * 1000)


def chance_of(seed: int, name: str) -> random.Random:
    """Chances of one part of a run: the same seed gives the same, whatever the others do."""
    return random.Random(f"{seed}:{name}")
