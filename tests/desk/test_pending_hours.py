"""B9: an unsent text that the hub refuses for the hour where the customer is asks, and goes by a yes."""

from cti_client.desk.errors import HubRefusedError
from cti_client.desk.pending_sends import STALE
from cti_client.desk.views import PendingState
from cti_client.domain.errors import QuietHoursError
from cti_client.wire.api import Problem, Send
from tests.desk.test_pending_sends import CHAT, OTHER_CHAT, Bench, bench, send

__all__ = ["bench"]  # a fixture


async def asleep(send: Send) -> None:
    """The hub at night, to a chat of which the customer knows nothing yet."""
    if not send.in_quiet_hours:
        raise HubRefusedError(Problem(code=QuietHoursError.code, text="It is 06:40 where the customer is."))


async def test_one_yes_to_the_hour_lets_all_texts_of_the_chat_go_in_order(bench: Bench) -> None:
    bench.hub.before = asleep
    async with bench.desktop(live=False) as pending:
        await send(pending, "first", "second")
        (elsewhere,) = await send(pending, "elsewhere", chat=OTHER_CHAT)
        pending.set_live(True)
        await bench.states(pending, *[PendingState.ASK] * 2)
        asking = pending.pending_of(CHAT)
        assert {one.problem.text for one in asking if one.problem} == {"It is 06:40 where the customer is."}
        assert not any(post.in_quiet_hours for post in bench.hub.posts)

        await pending.resend(asking[1].client_id)
        await bench.until(lambda: not pending.pending_of(CHAT))
        assert [one.client_id for one in pending.all] == [elsewhere]

    assert bench.hub.texts == ["first", "second"]
    assert [(post.text, post.in_quiet_hours) for post in bench.hub.posts if post.in_quiet_hours] == [
        ("first", True),
        ("second", True),
    ]


async def test_a_yes_to_waiting_long_is_none_to_the_hour(bench: Bench) -> None:
    bench.hub.before = asleep
    async with bench.desktop(live=False) as pending:
        (client_id,) = await send(pending, "one")
        bench.clock.time += STALE + 1
        pending.set_live(True)
        await bench.states(pending, PendingState.ASK)
        await pending.resend(client_id)
        await bench.until(lambda: len(bench.hub.posts) == 1)
        await bench.states(pending, PendingState.ASK)
        assert [post.in_quiet_hours for post in bench.hub.posts] == [False]
        assert await pending.discard(client_id) == "one", "the text is the person's still"


async def test_after_a_restart_the_hour_is_asked_about_again(bench: Bench) -> None:
    bench.hub.before = asleep
    async with bench.desktop() as pending:
        await send(pending, "one")
        await bench.states(pending, PendingState.ASK)
    async with bench.desktop() as pending:
        await bench.states(pending, PendingState.ASK)
        await pending.resend(pending.pending_of(CHAT)[0].client_id)
        await bench.gone(pending)
    assert bench.hub.texts == ["one"]
