"""What a desktop says after its Hello: what is malformed ends the link with a word, and one line in the log."""

import logging
from pathlib import Path
from typing import Any

import pytest

from cti_client.hub.services.share_thread import look_at
from cti_client.hub.store.sqlite import SqliteStore
from cti_client.hub.web.agent_sockets import AgentSockets
from cti_client.wire.codec import encode
from cti_client.wire.frames import Goodbye, Looking, Snapshot, Typing
from tests.helpers.running_hub import running_hub, web_lines
from tests.helpers.scripted_store import ScriptedStore


@pytest.mark.parametrize(
    "frame",
    [
        "garbage",
        "[]",
        '{"t":"looking","threads":"all"}',
        '{"t":"typing"}',
        '{"t":"typing","thread_id":-1}',
        encode(Looking(threads=(2**70,))).decode(),
        encode(Typing(thread_id=2**63)).decode(),
        encode(Looking(threads=(1, -(2**70)))).decode(),
    ],
)
async def test_a_malformed_frame_is_a_goodbye(tmp_path: Path, frame: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        async with running_hub(tmp_path) as hub, hub.desktop() as anna:
            await anna.expect(Snapshot)
            await anna.ws.send_str(frame)
            await anna.ws.send_str(frame)
            assert (await anna.goodbye()).reason == "bad_frame"
    assert len([line for line in web_lines(caplog) if "malformed" in line]) == 1


async def test_a_frame_of_a_newer_desktop_is_passed_over(tmp_path: Path) -> None:
    async with running_hub(tmp_path) as hub, hub.desktop() as anna:
        await anna.expect(Snapshot)
        await anna.ws.send_str('{"t":"waving","hand":2}')
        await anna.say(Typing(thread_id=2**63 - 1))
        await anna.say(Looking(threads=(2**63 - 1,)))
        await hub.text_in("Hello")
        await anna.until(lambda desk: bool(desk.held))
        assert not [frame for frame in anna.frames if isinstance(frame, Goodbye)]


async def test_a_mistake_of_ours_in_hearing_a_frame_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write = SqliteStore.write

    async def failing(store: SqliteStore, fn: Any, *args: Any, **kwargs: Any) -> Any:
        if fn is look_at:
            raise ArithmeticError("private words")
        return await write(store, fn, *args, **kwargs)

    async with running_hub(tmp_path, mistakes=True) as hub, hub.desktop() as anna:
        await anna.expect(Snapshot)
        monkeypatch.setattr(SqliteStore, "write", failing)
        await anna.say(Looking(threads=(1,)))
        while await anna.next() is not None:
            pass
    (line,) = [line for line in web_lines(caplog) if "ArithmeticError" in line]
    assert "private" not in line


class Greeted:
    """A desktop's socket, and what it was told at last."""

    def __init__(self) -> None:
        self.told = ""

    def leave(self, reason: str, text: str = "") -> None:
        self.told = reason


class Ended(ScriptedStore):
    async def on_write(self, fn: Any, *args: Any) -> Any:
        assert fn.__name__ == "process_ended"


async def test_a_desktop_that_was_greeted_before_the_hub_stops_leaves_as_well() -> None:
    sockets = AgentSockets(Ended(), process_id="p", most=9)
    await sockets.close(1.0)
    greeted: Any = Greeted()
    await sockets.enter(greeted)
    assert (greeted.told, sockets.many) == ("shutdown", 0)
