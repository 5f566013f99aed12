import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from cti_client.ui.main.tray import Tray
from cti_client.ui.theme import Theme
from tests.helpers.fake_desk import FakeDesk, interaction, offer
from tests.helpers.qt_loop import settled
from tests.helpers.shell_stage import Quiet, Stage


async def test_without_a_tray_closing_asks(stage: Stage, qtbot: QtBot) -> None:
    stage.desk.put_interaction(interaction(12))
    stage.window.close()
    assert stage.window.isVisible()
    question = stage.shell.leaving.question
    assert question is not None
    quits: list[bool] = []
    stage.shell.quit_wanted.connect(lambda: quits.append(True))
    question.reject()
    assert not quits
    stage.window.close()
    assert stage.shell.leaving.question is not None
    stage.shell.leaving.question.keep.click()
    assert stage.window.isMinimized()
    assert not quits
    stage.window.close()
    assert stage.shell.leaving.question is not None
    stage.shell.leaving.question.quit.click()
    assert quits == [True]
    assert stage.desk.called("close_chat") == [], "quitting is not closing (A8)"
    await settled()


async def test_without_a_tray_a_request_brings_the_window_back_quietly(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerted: list[object] = []
    monkeypatch.setattr(QApplication, "alert", lambda widget: alerted.append(widget))
    for away, id_ in ((stage.window.showMinimized, 1), (stage.window.hide, 2)):
        away()
        quiet = Quiet(stage.window)
        stage.desk.put_offer(offer(id_))
        assert stage.window.isVisible()
        assert not stage.window.isMinimized()
        assert quiet.shown == [True]
        assert not stage.window.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    assert alerted == [stage.window, stage.window]
    await settled()


async def test_with_a_tray_a_request_leaves_the_window_in_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tray, "available", property(lambda self: True))
    stage.window.hide()
    stage.desk.put_offer(offer())
    assert not stage.window.isVisible()
    await settled()


@pytest.mark.parametrize("tray", [False, True])
async def test_quit_of_the_menu_asks_while_a_chat_is_open(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tray: bool
) -> None:
    monkeypatch.setattr(Tray, "available", property(lambda self: tray))
    quits: list[bool] = []
    stage.shell.quit_wanted.connect(lambda: quits.append(True))
    stage.window.navigation.quit_wanted.emit()
    assert quits == [True], "nothing is open, nothing is asked"
    stage.desk.put_interaction(interaction(12))
    stage.window.navigation.quit_wanted.emit()
    question = stage.shell.leaving.question
    assert question is not None
    said = " ".join(label.text() for label in question.findChildren(QLabel))
    assert "Your open chat stays open" in said
    assert ("tray" in said, "task bar" in said) == (tray, not tray), "says how to get back"
    question.keep.click()
    assert quits == [True]
    assert (stage.window.isHidden(), stage.window.isMinimized()) == (tray, not tray)
    stage.window.navigation.quit_wanted.emit()
    assert stage.shell.leaving.question is not None
    stage.shell.leaving.question.quit.click()
    assert quits == [True, True]
    await settled()


async def test_with_a_tray_closing_hides(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Tray, "available", property(lambda self: True))
    told: list[str] = []
    monkeypatch.setattr(Tray, "message", lambda self, title, text: told.append(text))
    for _ in range(2):
        stage.window.close()
        assert not stage.window.isVisible()
        assert stage.shell.leaving.question is None
        stage.tray.open_wanted.emit()
        assert stage.window.isVisible()
    assert len(told) == 1, "said once"


async def test_appearance_is_changed_at_once(stage: Stage) -> None:
    stage.preferences.appearance = "dark"
    assert stage.theme.dark
    stage.preferences.appearance = "light"
    assert not stage.theme.dark


async def test_close_ends_everything_and_no_chat(
    qtbot: QtBot, theme: Theme, settings: QSettings, desk: FakeDesk
) -> None:
    stage = Stage(theme, settings, desk)
    stage.shell.start()
    desk.put_interaction(interaction(12))
    desk.put_offer(offer())
    window = stage.case(12)
    await stage.shell.close()
    assert not window.isVisible()
    assert not stage.window.isVisible()
    assert not stage.ringer.ringing
    assert desk.called("close_chat") == []
    desk.put_offer(offer(2))
    assert stage.window.telephony.card(2) is None
