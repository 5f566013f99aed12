import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from cti_client.demo.tour_kit import button, click, press, visible
from cti_client.desk.views import LinkStatus, PendingSend, PendingState
from cti_client.domain.consent import ConsentState
from cti_client.ui.main.unsent_dialog import MOST, UnsentDialog
from cti_client.ui.theme import Theme
from cti_client.wire.api import Problem
from tests.helpers.fake_desk import START, interaction
from tests.helpers.fitting import cut_texts, nameless
from tests.helpers.qt_loop import settled
from tests.helpers.shell_stage import Stage

LONG = "x" * 120


def text(number: int, words: str = "On its way.", chat: int = 12, **changes: object) -> PendingSend:
    values: dict[str, object] = {"state": PendingState.WAITING, "customer": "Maria Kowalska"} | changes
    return PendingSend(f"send-{number}", chat, chat, words, START, **values)  # type: ignore[arg-type]  # as named


def words_of(dialog: UnsentDialog) -> list[str]:
    return [label.text().replace("\u200b", "") for label in visible(dialog, QLabel)]


def opened(stage: Stage) -> UnsentDialog | None:
    return stage.shell.unsent.dialog


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> UnsentDialog:
    made = UnsentDialog(theme)
    qtbot.addWidget(made)
    made.open()
    return made


async def test_without_a_link_it_shows_whose_texts_wait(stage: Stage) -> None:
    assert not stage.window.header.unsent.isVisible()
    stage.desk.put_link(LinkStatus.OFFLINE)
    stage.desk.put_pending(text(1, "First"))
    stage.desk.put_pending(text(2, "Second", chat=13, customer=""))
    click(stage.window.header.unsent)
    dialog = stage.shell.unsent.dialog
    assert dialog is not None
    said = words_of(dialog)
    assert "They are kept on this computer and go by themselves once the hub answers." in said
    assert [one for one in said if one in ("Maria Kowalska", "First", "A customer", "Second")] == [
        "Maria Kowalska",
        "First",
        "A customer",
        "Second",
    ]
    assert button(dialog, "Go to the chat") is None, "neither chat is on the screen"

    stage.desk.drop_pending("send-1")
    stage.desk.put_link(LinkStatus.LIVE)
    assert "First" not in words_of(dialog)
    assert "They go by themselves, unless one asks you first." in words_of(dialog)
    stage.desk.drop_pending("send-2")
    assert "Everything has gone." in words_of(dialog)
    dialog.reject()
    assert stage.shell.unsent.dialog is None
    await settled()


async def test_a_text_of_a_chat_on_the_screen_leads_there(stage: Stage) -> None:
    stage.desk.put_interaction(interaction(12))
    stage.desk.put_link(LinkStatus.OFFLINE)
    stage.desk.put_pending(text(1))
    stage.window.header.unsent_wanted.emit()
    dialog = stage.shell.unsent.dialog
    assert dialog is not None
    go = button(dialog, "Go to the chat")
    assert go is not None
    gone_to: list[int] = []
    stage.shell.unsent.chat_chosen.connect(gone_to.append)
    stage.case(12).hide()
    stage.shown.clear()
    click(go)
    assert gone_to == [12]
    assert stage.shown == [(12, "to the front")]
    await settled()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
async def test_by_the_keyboard(stage: Stage, key: Qt.Key) -> None:
    stage.desk.put_pending(text(1))
    pill = stage.window.header.unsent
    assert pill.focusPolicy() & Qt.FocusPolicy.TabFocus
    press(pill, Qt.Key.Key_A)
    assert opened(stage) is None
    press(pill, key)
    dialog = opened(stage)
    assert dialog is not None
    dialog.reject()
    await settled()


def test_why_a_text_asks_or_was_refused(dialog: UnsentDialog) -> None:
    asks = Problem(code="stale_send", text="Send it now?")
    dialog.show_texts([text(1, state=PendingState.ASK, problem=asks)], {}, live=True)
    assert "Send it now?" in words_of(dialog)


def test_words_of_outside_are_no_markup_and_not_cut(dialog: UnsentDialog) -> None:
    texts = [text(1, f"<b>{LONG}</b>\nsecond line", customer=LONG), text(2, "short")]
    dialog.show_texts(texts, {12: ConsentState.OPTED_OUT}, live=False)
    for width in (320, 480):
        dialog.resize(width, 420)
        for _ in range(3):
            QApplication.processEvents()
        assert "\n".join(cut_texts(dialog)) == ""
    assert f"<b>{LONG}</b>\nsecond line" in words_of(dialog)
    assert nameless(dialog) == []


def test_very_many_are_counted(dialog: UnsentDialog) -> None:
    dialog.show_texts([text(number) for number in range(MOST + 7)], {}, live=False)
    assert "and 7 more" in words_of(dialog)
