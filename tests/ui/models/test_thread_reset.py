"""A9, D3: news that overtake a page of messages."""

import msgspec
from pytestqt.qtbot import QtBot

from cti_client.ui.models.thread import ThreadModel
from cti_client.ui.models.thread_row import ChatContext
from cti_client.wire.api import MessagePage
from tests.helpers.fake_desk import START
from tests.helpers.long_thread import nth


def test_a_text_that_came_while_the_newest_page_was_on_its_way_stays(qtbot: QtBot) -> None:
    model = ThreadModel(12, ChatContext(12, START, "Anna", "Maria"))
    model.reset(MessagePage(messages=(nth(1),), more_before=True))
    model.upsert(nth(2))
    model.reset(MessagePage(messages=(nth(1),)))
    assert [model.row_at(at).message_id for at in range(model.rowCount())] == [1, 2]  # type: ignore[union-attr]  # rows


def test_a_state_that_came_while_the_newest_page_was_on_its_way_stays(qtbot: QtBot) -> None:
    model = ThreadModel(12, ChatContext(12, START, "Anna", "Maria"))
    model.reset(MessagePage(messages=(nth(1),)))
    model.upsert(msgspec.structs.replace(nth(1), version=nth(1).version + 1, note="newer"))
    model.reset(MessagePage(messages=(nth(1),)))
    row = model.row_at(0)
    assert row is not None
    assert row.note == "newer"
