"""The hub's rules for a Send, in memory: known ids answer the same, late texts need a yes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from cti_client.desk.errors import HubAwayError, HubRefusedError
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.errors import StaleSendError
from cti_client.domain.interaction import Direction
from cti_client.wire.api import Problem, Send
from cti_client.wire.records import Message

STALE = 120_000


async def at_once(_: Send) -> None:
    return


@dataclass
class PostingHub:
    now: Callable[[], int]
    stored: dict[str, Message] = field(default_factory=dict)
    posts: list[Send] = field(default_factory=list)
    before: Callable[[Send], Awaitable[None]] = at_once
    """Runs before the hub looks at a text: may wait, or raise so that it never arrives."""
    after: Callable[[Send], Awaitable[None]] = at_once
    """Runs after the hub has stored a text: may raise so that the answer is lost."""
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def texts(self) -> list[str]:
        """What customers get, in order."""
        return [message.text for message in self.stored.values()]

    async def post(self, send: Send) -> Message:
        self.posts.append(send)
        async with self.news:
            self.news.notify_all()
        await self.before(send)
        message = self.stored.get(send.client_id)
        if message is None:
            if not send.confirmed and self.now() - send.composed_at > STALE:
                raise HubRefusedError(Problem(code=StaleSendError.code, text="It waited too long."))
            message = Message(
                id=len(self.stored) + 1,
                version=1,
                thread_id=1,
                interaction_id=send.interaction_id,
                line_id=1,
                direction=Direction.OUT,
                at=self.now(),
                text=send.text,
                state=DeliveryState.QUEUED,
                client_id=send.client_id,
            )
            self.stored[send.client_id] = message
        await self.after(send)
        return message

    async def posted(self, count: int) -> None:
        """Returns once that many requests have come."""
        async with asyncio.timeout(10), self.news:
            await self.news.wait_for(lambda: len(self.posts) >= count)


def refusing(code: str, text: str = "No.") -> Callable[[Send], Awaitable[None]]:
    async def refuse(_: Send) -> None:
        raise HubRefusedError(Problem(code=code, text=text))

    return refuse


class Away:
    """Raises as a hub that cannot be reached, until `back`."""

    def __init__(self) -> None:
        self.away = True

    async def __call__(self, _: Send) -> None:
        if self.away:
            raise HubAwayError


class Gate:
    """Holds requests until it is opened."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    async def __call__(self, _: Send) -> None:
        await self.open.wait()
