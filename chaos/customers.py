"""Customers who text at a steady rate: mostly one text, now and then two or three at once."""

import asyncio
import random

from chaos.gateway import Gateway
from chaos.tokens import customer

_AT_ONCE = (1, 1, 1, 1, 1, 1, 1, 2, 2, 3)
_WORDS = ("hello, is anybody there?", "my order has not come", "thank you!", "and one more thing", "when do you open")


class Customers:
    """So many phones. `rate` is in texts a second."""

    def __init__(self, phones: int, rate: float, gateway: Gateway, chance: random.Random) -> None:
        self._phones = phones
        self._rate = rate
        self._gateway = gateway
        self._chance = chance
        self._texts = 0

    async def run(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            address = customer(self._chance.randrange(self._phones))
            count = self._chance.choice(_AT_ONCE)
            for _ in range(count):
                self._texts += 1
                self._gateway.text(f"T{self._texts}", address, self._chance.choice(_WORDS))
            due += count / self._rate
            await asyncio.sleep(max(0.0, due - loop.time()))
