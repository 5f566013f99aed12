"""Sends the desktops away whose token was revoked, at whichever hub it was."""

import asyncio

from cti_client.hub.web.agent_sockets import AgentSockets
from cti_client.hub.web.tokens import TokenBook

_NET_SECONDS = 5.0


class KeyWatch:
    """Looks at the tokens when it is woken, and every five seconds in case a wake-up was lost."""

    def __init__(self, tokens: TokenBook, sockets: AgentSockets) -> None:
        self._tokens = tokens
        self._sockets = sockets
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Some agent's token is another one now."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled. Raises `StoreAwayError`; then run it again."""
        while True:
            woken = self._woken.is_set()
            self._woken.clear()
            if woken or self._sockets.many:
                await self._tokens.refresh()
                self._sockets.dismiss(self._tokens.knows)
            try:
                async with asyncio.timeout(_NET_SECONDS):
                    await self._woken.wait()
            except TimeoutError:
                continue
