"""G2a: the line above the reply box, and what the case window says of its agent."""

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from cti_client.ui.case.company import Company
from cti_client.ui.theme import Theme
from cti_client.wire.frames import Looking, Typing
from cti_client.wire.topics import Peer, Shared, SharedThread
from tests.helpers.case_stage import Stage, stage
from tests.helpers.fake_desk import START

__all__ = ["stage"]

MINUTE = 60_000
ANNA = Peer(name="Anna", holds=True)
BEN = Peer(name="Ben")


def typing(peer: Peer, until: int) -> Peer:
    return Peer(name=peer.name, holds=peer.holds, types_until=until)


@pytest.fixture
def line(theme: Theme, qtbot: QtBot) -> Company:
    made = Company(theme)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize(
    ("shared", "said"),
    [
        (None, ""),
        (SharedThread(thread_id=1, peers=(ANNA,)), "Anna has this customer now"),
        (SharedThread(thread_id=1, peers=(BEN,)), "Ben is looking at this chat too"),
        (SharedThread(thread_id=1, peers=(BEN, Peer(name="Cara"))), "Ben and Cara look at it too"),
        (SharedThread(thread_id=1, peers=(typing(ANNA, START + 1),)), "Anna is typing…"),
        (
            SharedThread(thread_id=1, peers=(typing(ANNA, START + 1), typing(BEN, START + 1))),
            "Anna and Ben are typing…",
        ),
        (
            SharedThread(thread_id=1, peers=(ANNA,), replied_by="Anna", replied_at=START - 2 * MINUTE),
            "Anna replied 2 min ago",
        ),
        (SharedThread(thread_id=1, peers=(ANNA,), replied_by="Anna", replied_at=START), "Anna replied just now"),
        (
            SharedThread(thread_id=1, peers=(typing(ANNA, START + 1),), replied_by="Anna", replied_at=START),
            "Anna is typing… · Anna replied just now",
        ),
        (
            SharedThread(thread_id=1, peers=(ANNA,), replied_by="Anna", replied_at=START - 60 * MINUTE),
            "Anna has this customer now",
        ),
    ],
)
def test_what_it_says(line: Company, shared: SharedThread | None, said: str) -> None:
    line.show_shared(shared, START)
    assert line.line.text() == said
    assert line.accessibleName() == said
    assert line.isVisible() is bool(said)


def test_typing_ends_by_itself(line: Company) -> None:
    line.show_shared(SharedThread(thread_id=1, peers=(typing(ANNA, START + 6_000),)), START)
    line.tick(START + 5_999)
    assert line.line.text() == "Anna is typing…"
    line.tick(START + 6_000)
    assert line.line.text() == "Anna has this customer now"


async def test_what_is_written_is_told_where_somebody_sees_it(stage: Stage) -> None:
    await stage.open()
    thread_id = stage.desk.interactions[12].thread_id
    stage.desk.said.clear()
    stage.window.reply.editor.setFocus()
    QTest.keyClicks(stage.window.reply.editor, "a")
    assert stage.desk.said == []
    stage.desk.sharing.hear(Shared(threads=(SharedThread(thread_id=thread_id, peers=(BEN,)),)))
    assert stage.window.body.company.line.text() == "Ben is looking at this chat too"
    QTest.keyClicks(stage.window.reply.editor, "bc")
    assert stage.desk.said == [Typing(thread_id=thread_id)]


async def test_a_chat_that_somebody_took_over_says_so_and_is_looked_at(stage: Stage) -> None:
    await stage.open()
    thread_id = stage.desk.interactions[12].thread_id
    stage.desk.said.clear()
    stage.desk.partings[12] = "Ben has taken over this chat."
    stage.desk.drop_interaction(12)
    assert stage.window.banner.text == "Ben has taken over this chat."
    assert stage.desk.said == [Looking(threads=(thread_id,))]
    await stage.session.close()
    assert stage.desk.said[-1] == Looking()
