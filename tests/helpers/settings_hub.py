"""A running hub whose settings are changed over the wire, by an owner, an admin or whoever may not."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from cti_client.domain.role import Role
from cti_client.hub.config import AgentConfig
from cti_client.hub.secrets import new_key
from cti_client.hub.services.agents import add_agent
from cti_client.hub.store import tables
from cti_client.hub.store.open import make_bus, make_store
from cti_client.hub.store.store import OwnedStore
from cti_client.hub.token_hash import hash_token
from cti_client.telephony.sms.connection import ConnectionSettings, InboundMode, Intake, OutboundSms, SubmitOutcome
from cti_client.telephony.sms.registry import system_clock
from cti_client.wire import settings_api as api
from cti_client.wire.api import Accepted, Send, StartChat
from cti_client.wire.codec import encode
from cti_client.wire.consent_api import AllowSms, Basis, NumberConsent
from cti_client.wire.records import Message
from tests.helpers.fake_connection import FakeConnection, InJson
from tests.helpers.running_hub import CUSTOMER, OTHER_TOKEN, TOKEN, RefusedError, RunningHub, running_hub

KEY = new_key()
PASSWORD = "kannel-s-own-pass-word"
SECRET = "what-calls-must-carry"
NUMBER = "+12125550177"
ANNA_OWNS = (AgentConfig(name="Anna", token=TOKEN, role=Role.OWNER), AgentConfig(name="Bo", token=OTHER_TOKEN))

KANNEL = api.EditConnection(
    id="main",
    kind="kannel",
    name="Main gateway",
    options={"url": "http://127.0.0.1:9/cgi-bin/sendsms", "username": "chat", "password": PASSWORD},
    secret=SECRET,
)
PATIENCE_S = 20.0

SIMULATOR = api.EditConnection(id="spare", kind="simulator", name="Spare")


@asynccontextmanager
async def settings_hub(folder: Path, *gateways: FakeConnection, **options: Any) -> AsyncIterator["SettingsHub"]:
    """Anna is its owner, Bo an agent. `options` as of `running_hub`."""
    options = {"agents": ANNA_OWNS, "secrets_key": KEY, **options}
    async with running_hub(folder, *gateways, **options) as hub:
        yield SettingsHub(hub)


class SettingsHub:
    """Asks as Anna unless told otherwise."""

    def __init__(self, hub: RunningHub) -> None:
        self.hub = hub

    async def settings(self, token: str = TOKEN) -> api.AllSettings:
        return await self.ask("GET", "", token=token)

    async def ask(self, method: str, path: str, body: object = None, token: str = TOKEN) -> api.AllSettings:
        return await self.hub.call(method, "/settings" + path, body, api.AllSettings, token)

    async def refused(self, method: str, path: str, body: object = None, token: str = TOKEN) -> tuple[int, str, str]:
        """Status, code and field of a refusal."""
        try:
            await self.ask(method, path, body, token)
        except RefusedError as error:
            return error.status, error.problem.code, error.problem.field
        raise AssertionError("it was done")

    async def put(self, edit: api.EditConnection) -> api.AllSettings:
        return await self.ask("PUT", f"/connections/{edit.id}", edit)

    async def test(self, edit: api.EditConnection) -> api.TestResult:
        return await self.hub.call("POST", "/settings/connections/test", edit, api.TestResult)

    async def call_of_gateway(self, connection_id: str, line: str = NUMBER, sender: str = CUSTOMER) -> int:
        """A text by this connection's webhook; what the gateway is told."""
        body = encode(InJson(id=uuid.uuid4().hex, sender=sender, recipient=line, text="Hello"))
        async with self.hub.http.post(f"{self.hub.url}/gateway/{connection_id}/in", data=body) as answer:
            assert (answer.status == 503) == ("Retry-After" in answer.headers)
            return answer.status

    async def chat(self, line_id: int, customer: str = CUSTOMER) -> int:
        """Anna begins one with a customer who may be texted."""
        allow = AllowSms(address=customer, line_id=line_id, basis=Basis.CONTRACT)
        await self.hub.call("POST", "/numbers/allow", allow, NumberConsent)
        start = StartChat(address=customer, line_id=line_id)
        return (await self.hub.call("POST", "/chats", start, Accepted)).interaction_id

    async def say(self, chat: int, text: str) -> Message:
        """Anna writes to the customer."""
        now = time.time_ns() // 1_000_000
        send = Send(client_id=str(uuid.uuid4()), interaction_id=chat, text=text, composed_at=now)
        return await self.hub.call("POST", "/messages", send, Message)

    async def audit(self, query: str = "") -> api.Audit:
        return await self.hub.call("GET", f"/settings/audit{query}", None, api.Audit)


class Fakes:
    """Makes the gateways of the screens, and knows them: those that were only looked at were never started."""

    def __init__(self, inbound: InboundMode = InboundMode.WEBHOOK) -> None:
        self.made: list[KnownConnection] = []
        self.answer: Callable[[OutboundSms], Awaitable[SubmitOutcome]] | None = None
        """Of those made from now on."""
        self._inbound = inbound
        self._listeners: list[Fakes] = []
        self._news = asyncio.Condition()

    def __call__(self, settings: ConnectionSettings) -> "KnownConnection":
        made = KnownConnection(settings, self._inbound, self.told)
        if self.answer is not None:
            made.answer = self.answer
        self.made.append(made)
        return made

    def started(self, connection_id: str) -> list["KnownConnection"]:
        """In order, of this id."""
        return [one for one in self.made if one.intake is not None and one.settings.id == connection_id]

    def texts(self, connection_id: str) -> list[str]:
        """What was submitted by it, whichever gateway of that id it was."""
        return [sms.text for one in self.started(connection_id) for sms in one.submitted]

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait until `what` holds after a start, a submit or a stop."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(what)

    def share_news_with(self, *others: "Fakes") -> None:
        """Whoever waits here hears of theirs, too."""
        self._listeners.extend(one for one in others if one is not self)

    async def told(self) -> None:
        """Something has happened at a gateway."""
        for one in (self, *self._listeners):
            async with one._news:
                one._news.notify_all()


class KnownConnection(FakeConnection):
    """A fake gateway by the settings that the hub makes it of."""

    def __init__(self, settings: ConnectionSettings, inbound: InboundMode, tell: Callable[[], Any]) -> None:
        super().__init__(settings.id, inbound=inbound)
        self.settings = settings
        self._told = tell

    async def start(self, intake: Intake) -> None:
        assert not self.stopped
        await super().start(intake)
        await self._told()

    async def stop(self) -> None:
        await super().stop()
        await self._told()

    async def _tell(self) -> None:
        await super()._tell()
        await self._told()


@asynccontextmanager
async def beside(database: Path | str) -> AsyncIterator[OwnedStore]:
    """A store on a running hub's database, as the admin command has one."""
    bus = make_bus(database)
    store = make_store(database, system_clock, bus)
    await bus.open()
    await store.open()
    try:
        yield store
    finally:
        await store.close()
        await bus.close()


@asynccontextmanager
async def with_added_agent(database: str, name: str) -> AsyncIterator[tuple[OwnedStore, str]]:
    """An agent whom the admin command added: its store, and the agent's token."""
    async with beside(database) as store:
        token = f"token-of-{name}-in-tests"
        await store.write(add_agent, name, hash_token(token))
        yield store, token


async def everything_stored(database: Path | str) -> str:
    """All that the tables hold."""

    def read(conn: Connection) -> str:
        return repr([conn.execute(select(table)).all() for table in tables.metadata.sorted_tables])

    async with beside(database) as store:
        return await store.read(read)


def shown(settings: api.AllSettings, connection_id: str) -> api.ConnectionView:
    """One connection of the screens."""
    (found,) = [one for one in settings.connections if one.id == connection_id]
    return found


def edited(view: api.ConnectionView, **changes: Any) -> api.EditConnection:
    """What a screen sends back of a connection, with these changes."""
    names = ("id", "kind", "name", "version", "country", "text_policy", "separate", "per_second", "options", "secret")
    return api.EditConnection(**{name: getattr(view, name) for name in names} | changes)


def edited_line(view: api.LineView, **changes: Any) -> api.EditLine:
    """The same of a line."""
    names = api.EditLine.__struct_fields__
    return api.EditLine(**{name: getattr(view, name) for name in names} | changes)


def with_roles(**roles: Role) -> tuple[AgentConfig, ...]:
    """The two agents, as who they are."""
    return tuple(replace(one, role=roles.get(one.name, one.role)) for one in ANNA_OWNS)
