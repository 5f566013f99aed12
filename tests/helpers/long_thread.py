"""A thread of any length whose messages are made when they are asked for, and a desk that serves its pages."""

from typing import Any

from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import Direction
from cti_client.wire.api import MessagePage
from cti_client.wire.records import Message
from tests.helpers.fake_desk import START, FakeDesk, message

STEP = 60_000


def nth(number: int, **changes: Any) -> Message:
    """Message `number` (from 1) of thread 12, one a minute, every third one ours; the last is an hour old."""
    mine = number % 3 == 0
    values: dict[str, Any] = {
        "at": START - 3_600_000 + number * STEP,
        "text": f"Message {number}. " + "Some more words to read. " * (number % 5),
        "direction": Direction.OUT if mine else Direction.IN,
        "state": DeliveryState.DELIVERED if mine else DeliveryState.RECEIVED,
        "author": "Anna" if mine else "",
    }
    return message(number, **(values | changes))


def page(total: int, before: int | None = None, after: int | None = None, limit: int = 50) -> MessagePage:
    """As the hub pages a thread of `total` messages."""
    if after is not None:
        first, last = after + 1, min(total, after + limit)
    else:
        last = total if before is None else min(total, before - 1)
        first = max(1, last - limit + 1)
    return MessagePage(
        messages=tuple(nth(number) for number in range(first, last + 1)),
        more_before=first > 1,
        more_after=last < total,
    )


class LongThreadDesk(FakeDesk):
    """Serves pages of a thread of `total` messages."""

    total = 1_000

    async def message_page(
        self, thread_id: int, before: int | None = None, after: int | None = None, limit: int = 50
    ) -> MessagePage:
        asked = {"thread_id": thread_id, "before": before, "after": after, "limit": limit}
        return self._answer("message_page", page(self.total, before, after, limit), **asked)
