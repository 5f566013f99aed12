"""A hub of forty lines: serves one connection's webhook over real HTTP and keeps what came, in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from cti_client.telephony.sms.connection import (
    DeliveryReport,
    InboundSms,
    SmsConnection,
    WebhookOutcome,
    WebhookRefusedError,
    WebhookRequest,
)

PATIENCE_S = 30.0


class GatewayHub:
    """What a connection brought. `away`: the store cannot be reached, gateways are answered 503."""

    def __init__(self) -> None:
        self.texts: list[InboundSms] = []
        self.reports: list[DeliveryReport] = []
        self.refused: list[int] = []
        self.away = False
        self.turned_away = 0
        self._news = asyncio.Condition()

    async def store(self, outcome: WebhookOutcome) -> None:
        """Keep it, once for each gateway id, as the hub's store does."""
        if self.away:
            await self._turn_away()
            raise ConnectionError("the store is away")
        known = {text.gateway_id for text in self.texts}
        async with self._news:
            self.texts += [text for text in outcome.texts if text.gateway_id not in known]
            self.reports += outcome.reports
            self._news.notify_all()

    async def until(self, what: Callable[[], bool]) -> None:
        """Wait for it to come true; fails after half a minute."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(what)

    async def text_from(self, sender: str) -> InboundSms:
        """Give the first text of that sender, when it comes."""
        await self.until(lambda: any(text.sender == sender for text in self.texts))
        return next(text for text in self.texts if text.sender == sender)

    def reports_on(self, message_id: int) -> list[DeliveryReport]:
        """Give the reports on that message so far."""
        return [report for report in self.reports if report.message_id == message_id]

    async def serve(self, connection: SmsConnection, request: web.Request) -> web.Response:
        """Answer the gateway after storing."""
        call = WebhookRequest(
            method=request.method,
            path=request.match_info["tail"],
            query={key: tuple(request.query.getall(key)) for key in request.query},
            headers={key.lower(): value for key, value in request.headers.items()},
            body=await request.read(),
            raw_query=request.rel_url.raw_query_string,
        )
        try:
            outcome = await connection.on_webhook(call)
            await self.store(outcome)
        except WebhookRefusedError as refused:
            async with self._news:
                self.refused.append(refused.status)
                self._news.notify_all()
            return web.Response(status=refused.status)
        except ConnectionError:
            return web.Response(status=503)
        reply = outcome.reply
        return web.Response(status=reply.status, body=reply.body, content_type=reply.content_type)

    async def _turn_away(self) -> None:
        async with self._news:
            self.turned_away += 1
            self._news.notify_all()


@asynccontextmanager
async def serving(hub: GatewayHub, connection: SmsConnection, port: int) -> AsyncIterator[None]:
    """Let the hub listen on that port of the loopback interface, with the connection started."""
    app = web.Application()

    async def handle(request: web.Request) -> web.Response:
        return await hub.serve(connection, request)

    app.router.add_route("*", f"/gateway/{connection.settings.id}/{{tail:.*}}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await connection.start(hub.store)
        try:
            yield
        finally:
            await connection.stop()
    finally:
        await runner.cleanup()
        # Closed connections let go of their sockets in the loop's next round; one that Kannel has just opened again for
        # an older text takes a few more.
        for _ in range(5):
            await asyncio.sleep(0)
