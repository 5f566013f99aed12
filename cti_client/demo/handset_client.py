"""The handset's side of the simulator: HTTP, nothing else."""

from dataclasses import dataclass
from enum import Enum, auto

import aiohttp


class HandsetError(Exception):
    """The simulator did not take the text or does not answer; `str()` says it in one sentence."""


class PhoneState(Enum):
    """How a phone takes texts."""

    ON = auto()
    OFF = auto()
    """Texts wait in the network until it is on."""
    REFUSED = auto()
    """The network refuses texts to it."""


@dataclass(frozen=True, slots=True)
class PhoneText:
    """A text as the phone shows it. `number` grows with every text that arrived at this phone."""

    number: int
    sender: str
    text: str
    parts: int


class HandsetClient:
    """Plays customers' phones against the simulator connection at `base` (`http://127.0.0.1:PORT/gateway/ID`)."""

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=40))
        return self._session

    async def text(self, sender: str, recipient: str, text: str) -> None:
        """Send a text from `sender` to our line `recipient`. Raises `HandsetError` if it was not taken."""
        await self._post("texts", {"from": sender, "to": recipient, "text": text}, "did not take the text")

    async def set_state(self, phone: str, state: PhoneState) -> None:
        """From now on the phone is so. Raises `HandsetError`."""
        treatment = "refuse" if state is PhoneState.REFUSED else "take"
        await self._post("number", {"phone": phone, "treatment": treatment}, "refused")
        await self._post("phone", {"phone": phone, "on": state is not PhoneState.OFF}, "refused")

    async def _post(self, name: str, body: dict[str, object], otherwise: str) -> None:
        try:
            async with self._http().post(f"{self._base}/handset/{name}", json=body) as answer:
                if answer.status >= 300:
                    raise HandsetError(f"The network {otherwise} (HTTP {answer.status}).")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise HandsetError("The network does not answer.") from error

    async def inbox(self, phone: str, after: int, wait: float) -> list[PhoneText]:
        """Texts that arrived at `phone` after number `after`; waits up to `wait` seconds for the first."""
        query = {"phone": phone, "after": str(after), "wait": str(wait)}
        try:
            async with self._http().get(f"{self._base}/handset/inbox", params=query) as answer:
                if answer.status >= 300:
                    raise HandsetError(f"The network refused (HTTP {answer.status}).")
                rows = await answer.json()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise HandsetError("The network does not answer.") from error
        return [PhoneText(row["n"], row["from"], row["text"], row["parts"]) for row in rows]

    async def close(self) -> None:
        """Let go of the sockets."""
        if self._session is not None:
            await self._session.close()
            self._session = None
