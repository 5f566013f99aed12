"""How the page looks and is got about: every section and form, both themes, narrow and wide, in a longer language."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from cti_client.ui.settings.leave_question import LeaveQuestion
from cti_client.ui.settings.list_section import ListSection
from cti_client.ui.settings.page import SettingsPage
from cti_client.ui.settings.remove_question import RemoveQuestion
from cti_client.ui.theme import Theme
from cti_client.wire import settings_api as api
from tests.helpers import fake_settings
from tests.helpers.fitting import cut_texts, nameless
from tests.helpers.longer_language import LongerLanguage
from tests.helpers.settings_scene import SAMPLES, SettingsScene

LONG = "Wilhelmina von und zu Hohenstein-Wolkenburg-Grafenau"
SENTENCE = "Kannel refuses the user name or the password. Set them as they stand in its group sendsms-user."
NARROWEST, USUAL, WIDE = 476, 560, 900
"""What the rail and the panel leave of a window of 640, 1360 and 1900."""


@pytest.fixture
def longer_language(qapp: QApplication) -> Iterator[None]:
    language = LongerLanguage()
    QCoreApplication.installTranslator(language)
    yield
    QCoreApplication.removeTranslator(language)


def full(theme: Theme, qtbot: QtBot) -> SettingsPage:
    """Long names, trouble, a line that sends nothing."""
    page = SettingsPage(theme, lambda: SAMPLES)
    qtbot.addWidget(page)
    long_connection = fake_settings.connection("long", name=LONG, trouble=SENTENCE)
    long_line = fake_settings.line(
        3, name=LONG, connection=None, carrier_answers_keywords=True, pool_line_id=1, address="+15550199"
    )
    usual = fake_settings.all_settings()
    page.show_settings(
        fake_settings.all_settings(
            connections=(*usual.connections, long_connection),
            lines=(*usual.lines, long_line),
            replies=(*usual.replies, fake_settings.reply(3, shortcut="long", title=LONG, text=f"{{foo}} {LONG}")),
            keeps_secrets=False,
        )
    )
    changes = (api.AuditChange(field="address of the gateway", before="http://a" * 12, after=LONG),)
    page.log.show_page(
        None, api.Audit(entries=(fake_settings.entry(2), fake_settings.entry(1, changes=changes)), more=True)
    )
    return page


def opened(page: SettingsPage, place: int, key: object) -> None:
    page.bar.wanted.emit(place)
    section = page.sections[place]
    assert isinstance(section, ListSection)
    section.open(key)


def shown_trial(page: SettingsPage) -> None:
    opened(page, 0, "long")
    page.connections.show_trial(api.TestResult(ok=False, text=SENTENCE))


def shown_trying(page: SettingsPage) -> None:
    opened(page, 0, "kannel")
    page.connections.form.trial.show_trying()


def shown_refusal(page: SettingsPage) -> None:
    opened(page, 1, None)
    page.lines.save()


def shown_conflict(page: SettingsPage) -> None:
    opened(page, 4, 3)
    page.replies.form.heading.setText("Mine")
    page.replies.form.rebase({"title": "Theirs"})
    page.replies.form.conflict()


def shown_offline(page: SettingsPage) -> None:
    opened(page, 4, 3)
    page.replies.form.heading.setText("Mine")
    page.show_live(False)


def shown_not_allowed(page: SettingsPage) -> None:
    page.show_allowed(False)


STATES: dict[str, Callable[[SettingsPage], object]] = {
    "connections": lambda page: page.bar.wanted.emit(0),
    "connection": lambda page: opened(page, 0, "long"),
    "connection of the file": lambda page: opened(page, 0, "simulator"),
    "new connection": lambda page: opened(page, 0, None),
    "trial": shown_trial,
    "trying": shown_trying,
    "lines": lambda page: page.bar.wanted.emit(1),
    "line": lambda page: opened(page, 1, 3),
    "line of the file": lambda page: opened(page, 1, 2),
    "refused": shown_refusal,
    "routing": lambda page: page.bar.wanted.emit(2),
    "automatic texts": lambda page: page.bar.wanted.emit(3),
    "texts of a line": lambda page: opened(page, 3, 3),
    "replies": lambda page: page.bar.wanted.emit(4),
    "reply": lambda page: opened(page, 4, 3),
    "conflict": shown_conflict,
    "offline": shown_offline,
    "log": lambda page: page.bar.wanted.emit(5),
    "not allowed": shown_not_allowed,
}


def current(page: SettingsPage) -> str:
    return page.current.name


def lay_out(window: QWidget, width: int, height: int = 640) -> None:
    window.resize(width, height)
    window.show()
    for _ in range(4):
        QApplication.processEvents()


@pytest.mark.parametrize("state", STATES)
def test_no_text_is_cut_and_everything_has_a_name(qtbot: QtBot, theme: Theme, state: str) -> None:
    page = full(theme, qtbot)
    STATES[state](page)
    for dark in (False, True):
        theme.force(dark)
        for width in (NARROWEST, USUAL, WIDE):
            lay_out(page, width)
            assert page.width() == width
            assert "\n".join(cut_texts(page)) == ""
    assert nameless(page) == []


@pytest.mark.parametrize("state", STATES)
def test_no_text_is_cut_in_a_longer_language(longer_language: None, qtbot: QtBot, theme: Theme, state: str) -> None:
    page = full(theme, qtbot)
    STATES[state](page)
    for width in (NARROWEST, USUAL, WIDE):
        lay_out(page, width)
        assert page.width() == width
        assert "\n".join(cut_texts(page)) == ""


def test_empty_lists_say_what_to_do(longer_language: None, qtbot: QtBot, theme: Theme) -> None:
    page = SettingsPage(theme, lambda: SAMPLES)
    qtbot.addWidget(page)
    for state in (page.show_loading, lambda: page.show_error(SENTENCE), lambda: page.show_live(False)):
        state()
        lay_out(page, NARROWEST)
        assert cut_texts(page) == []
    page.show_live(True)
    page.show_settings(
        fake_settings.all_settings(connections=(), lines=(), rules=(), replies=(), kinds=(fake_settings.KANNEL,))
    )
    page.log.show_page(None, api.Audit(entries=()))
    for place in range(len(page.sections)):
        page.bar.wanted.emit(place)
        lay_out(page, NARROWEST)
        assert cut_texts(page) == []
        assert nameless(page) == []


@pytest.mark.parametrize("why", ["", "It cannot be saved now: there is no link to the hub."])
def test_questions_are_not_cut(longer_language: None, qtbot: QtBot, theme: Theme, why: str) -> None:
    questions: list[QDialog] = [LeaveQuestion(theme, why), RemoveQuestion(theme, LONG + LONG, SENTENCE)]
    for question in questions:
        qtbot.addWidget(question)
        lay_out(question, 10, 10)
        assert cut_texts(question) == []
        assert nameless(question) == []


def test_a_low_window_still_shows_the_field_at_fault_and_save(qtbot: QtBot, theme: Theme) -> None:
    page = full(theme, qtbot)
    shown_refusal(page)
    lay_out(page, NARROWEST, 360)
    assert page.height() == 360
    form = page.lines.form
    assert not form.save.visibleRegion().isEmpty()
    assert not form.fields["address"].problem.visibleRegion().isEmpty()


def focus_way(page: SettingsPage, first: QWidget, steps: int) -> list[str]:
    first.setFocus()
    seen = []
    for _ in range(steps):
        focus = QApplication.focusWidget()
        assert focus is not None
        seen.append(focus.accessibleName() or getattr(focus, "text", str)())
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    return seen


def test_tab_goes_through_a_form_in_reading_order(qtbot: QtBot, theme: Theme) -> None:
    page = full(theme, qtbot)
    opened(page, 0, "kannel")
    page.connections.form.name.setText("Other")
    lay_out(page, USUAL)
    page.activateWindow()
    assert focus_way(page, page.connections.form.back, 17) == [
        "All connections",
        "Name",
        "Address of sendsms",
        "User name",
        "Replace: Password",
        "Longest text, in parts (optional)",
        "SMSC (optional)",
        "Replace: Secret of its calls",
        "Address for received texts",
        "Copy: Address for received texts",
        "Test this connection",
        "Characters it lets through",
        "Long text",
        "Texts a second",
        "Country",
        "Remove connection…",
        "Discard",
    ]


def test_arrow_keys_go_along_the_sections(qtbot: QtBot, theme: Theme) -> None:
    page = full(theme, qtbot)
    lay_out(page, USUAL)
    page.activateWindow()
    page.bar.buttons[0].setFocus()
    QTest.keyClick(page.bar.buttons[0], Qt.Key.Key_Right)
    assert current(page) == "Lines"
    assert page.bar.buttons[1].hasFocus()
    QTest.keyClick(page.bar.buttons[1], Qt.Key.Key_Left)
    QTest.keyClick(page.bar.buttons[0], Qt.Key.Key_Left)
    assert current(page) == "Change log"


async def test_leaving_what_is_typed_asks(scene: SettingsScene) -> None:
    page = scene.page
    page.connections.open("kannel")
    page.connections.form.name.setText("Mine")
    await scene.go_to(1)
    assert current(page) == "Connections"
    assert page.bar.buttons[0].isChecked()
    assert page.question is not None
    page.question.stay.click()
    assert current(page) == "Connections"
    assert page.connections.form.name.text() == "Mine"
    page.connections.form.back.click()
    assert page.question is not None
    page.question.discard.click()
    assert not page.connections.form_shown
    assert scene.called("put_connection") == []


async def test_leaving_by_save_goes_on_once_it_is_saved(scene: SettingsScene) -> None:
    page = scene.page
    page.connections.open("kannel")
    page.connections.form.name.setText("Mine")
    held = scene.hub.hold()
    await scene.go_to(1)
    assert page.question is not None
    page.question.save.click()
    await scene.calm()
    assert current(page) == "Connections"
    held.set_result(None)
    await scene.calm()
    assert current(page) == "Lines"
    assert scene.hub.now.connections[0].name == "Mine"


async def test_leaving_by_save_stays_where_it_is_refused(scene: SettingsScene) -> None:
    page = scene.page
    page.connections.open("kannel")
    page.connections.form.name.setText("Mine")
    scene.hub.refuse("put_connection", "bad_request", "No.", "name")
    await scene.go_to(1)
    assert page.question is not None
    page.question.save.click()
    await scene.calm()
    assert current(page) == "Connections"
    assert page.connections.form.fields["name"].problem.text() == "No."
    scene.hub.failures.clear()
    page.connections.form.save.click()
    await scene.calm()
    assert current(page) == "Connections"  # what was wanted then is forgotten


async def test_leaving_while_it_is_saved_waits_for_it(scene: SettingsScene) -> None:
    page = scene.page
    page.connections.open("kannel")
    page.connections.form.name.setText("Mine")
    held = scene.hub.hold()
    page.connections.form.save.click()
    await scene.go_to(2)
    assert current(page) == "Connections"
    assert page.question is None
    held.set_result(None)
    await scene.calm()
    assert current(page) == "Routing"
