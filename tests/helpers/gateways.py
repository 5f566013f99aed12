"""What a gateway must let a test do, so that one suite can be run against each of them (tests/contract)."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import aiohttp

from cti_client.telephony.sms.connection import ConnectionSettings, SmsConnection, SplitMode, WebhookOutcome
from cti_client.telephony.sms.registry import make_connection
from tests.helpers.fake_phones import PhoneText
from tests.helpers.gateway_hub import PATIENCE_S
from tests.helpers.kannel import Kannel, free_ports

ANSWER_S = 2


class Gateway(Protocol):
    """A gateway and the phones behind it. `hub_port` is where it expects the hub."""

    hub_port: int

    def connection(self, split: SplitMode = SplitMode.CONCATENATE) -> SmsConnection:
        """Give a connection to it that waits two seconds for an answer, not started."""

    def lost(self, connection: SmsConnection) -> AbstractAsyncContextManager[SmsConnection]:
        """Make the gateway unreachable meanwhile; gives the started connection that shall find it so."""

    async def text(self, sender: str, to: str, text: str) -> None:
        """Let a phone text a line, until the network has taken it."""

    async def got(self, phone: str, count: int = 1) -> list[PhoneText]:
        """Give what arrived at the phone, once there are that many."""

    def frozen(self) -> AbstractAsyncContextManager[None]:
        """Freeze the gateway meanwhile: it answers nothing, and goes on where it was."""


class SimulatorGateway:
    """The simulator, whose phones are played over HTTP."""

    SECRET = "handset secret"

    def __init__(self) -> None:
        (self.hub_port,) = free_ports(1)

    def connection(self, split: SplitMode = SplitMode.CONCATENATE) -> SmsConnection:
        settings = ConnectionSettings(
            id="sim",
            kind="simulator",
            name="Simulator",
            split=split,
            secret=self.SECRET,
            options={"answer_limit_ms": str(ANSWER_S * 1000)},
        )
        return make_connection(settings)

    @asynccontextmanager
    async def lost(self, connection: SmsConnection) -> AsyncIterator[SmsConnection]:
        await self.call("POST", "gateway", {"state": "broken"})
        try:
            yield connection
        finally:
            await self.call("POST", "gateway", {"state": "up"})

    async def text(self, sender: str, to: str, text: str) -> None:
        body: dict[str, object] = {"from": sender, "to": to, "text": text, "id": uuid.uuid4().hex}
        while (await self._ask("POST", "texts", body))[0] == 503:  # noqa: ASYNC110 - it knows of its own tries alone
            await asyncio.sleep(0.05)  # a phone tries again

    async def got(self, phone: str, count: int = 1) -> list[PhoneText]:
        texts: list[PhoneText] = []
        after = 0
        async with asyncio.timeout(PATIENCE_S):
            while len(texts) < count:
                query = {"phone": phone, "after": str(after), "wait": "20"}
                for text in await self.call("GET", "inbox", query=query):
                    after = text["n"]
                    texts.append(PhoneText(text["from"], text["text"], tuple(text["part_texts"])))
        return texts

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        await self.call("POST", "gateway", {"state": "frozen"})
        try:
            yield
        finally:
            await self.call("POST", "gateway", {"state": "up"})

    async def call(
        self, method: str, name: str, body: dict[str, object] | None = None, query: dict[str, str] | None = None
    ) -> Any:
        """Call the handset API; fails unless it answers 200."""
        status, answer = await self._ask(method, name, body, query)
        assert status == 200, (status, answer)
        return answer

    async def _ask(
        self, method: str, name: str, body: dict[str, object] | None, query: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.SECRET}"}
        url = f"http://127.0.0.1:{self.hub_port}/gateway/sim/handset/{name}"
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, json=body, params=query, headers=headers) as response,
        ):
            is_json = response.content_type == "application/json"
            return response.status, await (response.json() if is_json else response.text())


class KannelGateway:
    """The real Kannel."""

    def __init__(self, kannel: Kannel) -> None:
        self._kannel = kannel
        self.hub_port = kannel.hub_port

    def connection(self, split: SplitMode = SplitMode.CONCATENATE) -> SmsConnection:
        return make_connection(self._kannel.settings(split=split, answer_seconds=str(ANSWER_S)))

    @asynccontextmanager
    async def lost(self, connection: SmsConnection) -> AsyncIterator[SmsConnection]:
        (nobody,) = free_ports(1)
        lost = make_connection(self._kannel.settings(url=f"http://127.0.0.1:{nobody}/cgi-bin/sendsms"))
        await lost.start(_nothing_comes)
        try:
            yield lost
        finally:
            await lost.stop()

    async def text(self, sender: str, to: str, text: str) -> None:
        self._kannel.phones.text(sender, to, text)

    async def got(self, phone: str, count: int = 1) -> list[PhoneText]:
        return await asyncio.to_thread(self._kannel.phones.wait_for, phone, count)

    @asynccontextmanager
    async def frozen(self) -> AsyncIterator[None]:
        with self._kannel.frozen():
            yield


async def _nothing_comes(outcome: WebhookOutcome) -> None:
    raise AssertionError(outcome)
