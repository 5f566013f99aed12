"""A process of its own that plays Kannel's sendsms: takes every text at once and notes when.

`python -m bench.gateway` prints its port, serves `GET /cgi-bin/sendsms`, and answers `GET /arrivals` with JSON: each text and
the monotonic seconds at which it came. It ends with its standard input.
"""

import asyncio
import sys
import time

from aiohttp import web


class Gateway:
    """Notes arrivals by text."""

    def __init__(self) -> None:
        self._arrivals: dict[str, float] = {}

    async def take(self, request: web.Request) -> web.Response:
        """One submit."""
        self._arrivals.setdefault(request.query.get("text", ""), time.monotonic())
        return web.Response(status=202, text="0: Accepted for delivery")

    async def arrivals(self, _request: web.Request) -> web.Response:
        """What came since this was asked last."""
        came, self._arrivals = self._arrivals, {}
        came.pop("", None)  # the hub tries whether Kannel is there
        return web.json_response(came)


async def main() -> None:
    """Serve until the standard input ends."""
    gateway = Gateway()
    app = web.Application()
    app.router.add_get("/cgi-bin/sendsms", gateway.take)
    app.router.add_get("/arrivals", gateway.arrivals)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
