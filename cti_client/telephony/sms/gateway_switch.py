"""How a simulated gateway behaves at the moment."""

import asyncio
from enum import StrEnum


class GatewayState(StrEnum):
    """How the simulated gateway treats submits."""

    UP = "up"
    BUSY = "busy"
    """Takes nothing now, says try again later."""
    BROKEN = "broken"
    """Cannot be reached."""
    FROZEN = "frozen"
    """Answers nothing, and yet sends the texts when it thaws."""

    @property
    def complaint(self) -> str:
        """What is wrong, in a sentence; empty where nothing is."""
        return _COMPLAINTS[self]


_COMPLAINTS = {
    GatewayState.UP: "",
    GatewayState.BUSY: "The simulated gateway is busy.",
    GatewayState.BROKEN: "The simulated gateway cannot be reached.",
    GatewayState.FROZEN: "The simulated gateway gives no answer.",
}


class GatewaySwitch:
    """The state, and the delay before each answer."""

    def __init__(self) -> None:
        self.state = GatewayState.UP
        self.delay_ms = 0
        self._moving = asyncio.Event()
        self._moving.set()

    def turn(self, state: GatewayState, delay_ms: int = 0) -> None:
        """Behave so from now on. Leaving `FROZEN` lets the texts held meanwhile go."""
        self.state = state
        self.delay_ms = delay_ms
        if state is GatewayState.FROZEN:
            self._moving.clear()
        else:
            self._moving.set()

    async def until_it_moves(self) -> None:
        """Return when the gateway gets to the next text: after the thaw, and after the delay."""
        await self._moving.wait()
        if self.delay_ms:
            await asyncio.sleep(self.delay_ms / 1000)
