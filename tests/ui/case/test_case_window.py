from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QRect, QSettings, Qt
from PySide6.QtGui import QScreen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cti_client.desk.lookup import LookupView, SourceStatus, SourceView
from cti_client.domain.consent import ConsentState
from cti_client.domain.interaction import Disposition
from cti_client.ui.case.case_window import CaseWindow
from cti_client.ui.case.close_case_dialog import CloseCaseDialog
from cti_client.ui.case.reply_box import SLACK_PX, ReplyBox
from cti_client.ui.chat.link_dialog import LinkDialog
from cti_client.ui.links import find_links
from cti_client.ui.models.thread import ThreadModel
from cti_client.ui.models.thread_row import ChatContext
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.label import Label
from cti_client.wire.api import Candidate, TimelineEntry
from tests.helpers.fake_desk import CASE_BRIEF, START, case, contact, interaction
from tests.helpers.fitting import cut_texts, nameless
from tests.helpers.long_thread import page
from tests.helpers.longer_language import LongerLanguage

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LONG_NAME = "Aleksandra Wiśniewska-Brzęczyszczykiewicz von und zu Hohenstein"


def fill(window: CaseWindow, name: str = "Maria Kowalska") -> ThreadModel:
    """Show a chat with everything in it that can be in it."""
    record = interaction(contact=contact(name=name))
    window.header.show_interaction(record, START)
    window.reply.show_customer(12, name, record.address_display)
    window.side.customer.show_customer(record, "Poland")
    window.side.fields.show_categories(("Delivery", "Billing"))
    window.side.fields.show_case(case())
    window.side.choice.show_case(record, case(), START, "Anna")
    entries = [
        TimelineEntry(at=START, kind="accepted", text="Accepted by Anna"),
        TimelineEntry(at=CASE_BRIEF.last_at, kind="case", text="", case=CASE_BRIEF),
    ]
    window.side.timeline.show_entries(entries, START)
    window.side.address.show_lookup(lookup_view(), record.contact)
    model = ThreadModel(12, ChatContext(12, START - 3_600_000, "Anna", name), window)
    window.chat.show_thread(model)
    model.reset(page(60))
    window.show_chat(name)
    return model


def lookup_view() -> LookupView:
    sources = (
        SourceView("contacts", "Own contacts", SourceStatus.NONE),
        SourceView("slow", "Company directory", SourceStatus.SLOW),
        SourceView("broken", "Town register", SourceStatus.BROKEN, (), "It did not answer."),
        SourceView("c", "C", SourceStatus.FOUND, (Candidate(name="Maria Kowalska", street="ul. Długa 14/3"),)),
    )
    return LookupView(sources)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> CaseWindow:
    made = CaseWindow(theme, 12, lambda url: None)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_return_presses_the_focused_button(window: CaseWindow, qtbot: QtBot, key: Qt.Key) -> None:
    fill(window)
    window.show()
    window.activateWindow()
    window.reply.set_draft("Yes")
    window.reply.send.setFocus()
    with qtbot.waitSignal(window.reply.send_requested) as heard:
        QTest.keyClick(window.reply.send, key)
    assert heard.args == ["Yes"]
    window.body.close_case.setFocus()
    with qtbot.waitSignal(window.close_wanted):
        QTest.keyClick(window.body.close_case, key)
    shown = window.side.isVisible()
    window.header.details.setFocus()
    QTest.keyClick(window.header.details, key)
    assert window.side.isVisible() is not shown, "an icon alone is a button too"


def test_return_elsewhere_presses_nothing(window: CaseWindow, qtbot: QtBot) -> None:
    fill(window)
    window.show()
    window.activateWindow()
    window.reply.set_draft("Yes")
    window.reply.editor.setFocus()
    with qtbot.assertNotEmitted(window.reply.send_requested), qtbot.assertNotEmitted(window.close_wanted):
        QTest.keyClick(window.reply.editor, Qt.Key.Key_Return)
        window.reply.send.setFocus()
        QTest.keyClick(window.reply.send, Qt.Key.Key_Return, SHIFT)
    assert window.reply.text() == "Yes\n"


def lay_out(window: QWidget, width: int, height: int) -> None:
    window.resize(width, height)
    window.show()
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    settle(window)


def settle(window: QWidget) -> None:
    """Let all layouts come to rest."""
    QApplication.processEvents()
    window.grab()


def focus(window: QWidget) -> QWidget:
    """Where the keyboard is, in this window."""
    found = window.focusWidget()
    assert found is not None
    return found


# States


def test_it_says_accepting_before_anything_else_is_made(window: CaseWindow) -> None:
    window.show_accepting("Maria")
    lay_out(window, 1160, 820)
    assert not window.shows_chat
    assert window.findChildren(ReplyBox) == []
    assert [label.text() for label in window.state.findChildren(Label) if label.text()] == ["Accepting Maria…"]


def test_the_keyboard_is_in_the_reply_box_once_the_chat_is_there(window: CaseWindow) -> None:
    lay_out(window, 1160, 820)
    fill(window)
    assert focus(window) is window.reply.editor
    window.side.fields.subject.setFocus()
    window.show_chat("Maria Kowalska")
    assert focus(window) is window.side.fields.subject


def test_a_lost_race_is_told_and_the_window_can_go(window: CaseWindow, qtbot: QtBot) -> None:
    lay_out(window, 1160, 820)
    window.show_taken("Anna")
    assert window.windowTitle() == "Taken by Anna"
    with qtbot.waitSignal(window.finished) as heard:
        window.state.acted.emit()
    assert heard.args == [12]
    assert not window.isVisible()


def test_the_close_button_of_the_window_hides_it_and_ends_nothing(window: CaseWindow, qtbot: QtBot) -> None:
    lay_out(window, 1160, 820)
    fill(window)
    with (
        qtbot.waitSignal(window.hidden),
        qtbot.assertNotEmitted(window.finished),
        qtbot.assertNotEmitted(window.close_wanted),
    ):
        QTest.keyClick(window, Qt.Key.Key_W, CTRL)
    assert not window.isVisible()
    window.bring_to_front()
    assert window.isVisible()
    assert window.shows_chat


def test_no_reply_needed_says_that_it_closes_the_case(window: CaseWindow, qtbot: QtBot) -> None:
    fill(window)
    assert window.body.no_reply.toolTip() == "Close the case: no reply needed"
    with qtbot.waitSignal(window.no_reply_wanted):
        window.body.no_reply.click()


def test_close_case_asks_and_nothing_closes_yet(window: CaseWindow, qtbot: QtBot) -> None:
    lay_out(window, 1160, 820)
    fill(window)
    with qtbot.waitSignal(window.close_wanted):
        QTest.mouseClick(window.body.close_case, Qt.MouseButton.LeftButton)
    assert window.isVisible()
    with qtbot.waitSignal(window.close_wanted):
        QTest.keyClick(window, Qt.Key.Key_W, CTRL | SHIFT)
    assert window.isVisible()


def test_an_ended_chat_can_be_read_and_then_closes_for_good(window: CaseWindow, qtbot: QtBot) -> None:
    lay_out(window, 1160, 820)
    fill(window)
    window.reply.editor.setPlainText("not sent")
    window.show_ended("This chat has ended.")
    assert window.reply.text() == "not sent"
    assert not window.reply.send.isEnabled()
    assert not window.body.no_reply.isVisible()
    with qtbot.waitSignal(window.finished):
        QTest.mouseClick(window.body.close_case, Qt.MouseButton.LeftButton)


def test_it_remembers_its_place(
    qtbot: QtBot, theme: Theme, settings: QSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QScreen, "availableGeometry", lambda screen: QRect(0, 0, 1920, 1040))
    first = CaseWindow(theme, 1, lambda url: None, settings=settings, slot=2)
    qtbot.addWidget(first)
    lay_out(first, 701, 502)
    first.close_for_good()
    for slot, size in ((2, (701, 502)), (0, (1160, 820))):
        again = CaseWindow(theme, 2, lambda url: None, settings=settings, slot=slot)
        qtbot.addWidget(again)
        assert (again.width(), again.height()) == size


def test_the_waiting_timer_counts_by_the_hubs_clock(window: CaseWindow) -> None:
    window.tick(START)  # before there is a chat
    fill(window)
    assert window.header.waiting.text() == "customer waiting 3:12"
    window.tick(START + 5_000)
    assert window.header.waiting.text() == "customer waiting 3:17"
    window.header.show_interaction(interaction(waiting_since=None), START)
    assert window.header.waiting.isHidden()


def test_nobody_waits_who_cannot_be_answered(window: CaseWindow) -> None:
    fill(window)
    window.header.show_interaction(interaction(consent=ConsentState.OPTED_OUT), START)
    window.tick(START + 5_000)
    assert window.header.waiting.isHidden()
    window.header.show_interaction(interaction(), START)
    assert not window.header.waiting.isHidden()


# Widths


def test_a_narrow_window_shows_one_side_at_a_time(window: CaseWindow) -> None:
    lay_out(window, 560, 820)
    fill(window)
    lay_out(window, 560, 820)
    assert not window.side.isVisible()
    QTest.keyClick(window, Qt.Key.Key_F4)
    assert window.side.isVisible()
    assert not window.chat.isVisible()
    QTest.mouseClick(window.side.back, Qt.MouseButton.LeftButton)
    assert window.chat.isVisible()
    assert focus(window) is window.reply.editor
    lay_out(window, 1160, 820)
    assert window.side.isVisible()
    assert window.chat.isVisible()


@pytest.fixture
def longer_language(qapp: QApplication) -> Iterator[None]:
    translator = LongerLanguage()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [420, 560, 800, 1160, 1600])
@pytest.mark.parametrize("name", ["Maria Kowalska", LONG_NAME], ids=["short", "long"])
def test_no_text_is_cut_off(window: CaseWindow, theme: Theme, dark: bool, width: int, name: str) -> None:
    theme.force(dark)
    fill(window, name)
    check_fit(window, width)


@pytest.mark.usefixtures("longer_language")
@pytest.mark.parametrize("width", [420, 800, 1160])
def test_no_text_is_cut_off_in_a_language_a_third_longer(window: CaseWindow, width: int) -> None:
    fill(window)
    check_fit(window, width)


def check_fit(window: CaseWindow, width: int) -> None:
    window.banner.say("No link to the hub. What you write is kept; what you send waits here.", "caution")
    window.problem.say("The hub does not answer.", "bad", dismissible=True)
    window.reply.block_opted_out("Orders PL")
    window.reply.editor.setPlainText("“ł” – " * 5)
    window.side.address.search.setChecked(True)
    window.side.customer.edit.click()
    window.side.fields.conflict()
    window.side.customer.fields[0].say("The customer has opted out of texts from this line.")
    lay_out(window, width, 820)
    assert cut_texts(window) == []
    assert nameless(window) == []
    if window.body.narrow:
        window.body.toggle_details()
        settle(window)
        assert cut_texts(window) == []
        assert nameless(window) == []


def test_tab_goes_through_the_window_in_the_order_of_reading(window: CaseWindow) -> None:
    lay_out(window, 1160, 820)
    fill(window)
    window.reply.setFocus()
    seen: list[QWidget] = []
    for _ in range(60):
        QTest.keyClick(focus(window), Qt.Key.Key_Tab)
        if focus(window) is window.reply.editor:
            break
        seen.append(focus(window))
    else:
        raise AssertionError("Tab never came back to the reply box")
    side = window.side
    order = {
        "window.body.no_reply": window.body.no_reply,
        "window.body.close_case": window.body.close_case,
        "side.customer.edit": side.customer.edit,
        "side.customer.fields[0].edit": side.customer.fields[0].edit,
        "side.customer.fields[0].button": side.customer.fields[0].button,
        "side.customer.fields[1].edit": side.customer.fields[1].edit,
        "side.address.search": side.address.search,
        "side.fields.subject": side.fields.subject,
        "side.fields.category": side.fields.category,
        "side.fields.status": side.fields.status,
        "side.fields.notes": side.fields.notes,
        "side.timeline": side.timeline,
        "window.header.details": window.header.details,
        "window.chat.messages": window.chat.messages,
    }
    names = {id(widget): name for name, widget in order.items()}
    assert [names[id(widget)] for widget in seen if id(widget) in names] == list(order)


# Dialogs


@pytest.mark.parametrize("disposition", list(Disposition))
def test_every_disposition_can_be_chosen_by_keyboard(qtbot: QtBot, theme: Theme, disposition: Disposition) -> None:
    dialog = CloseCaseDialog(theme, "Maria")
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    dialog.open()
    dialog.activateWindow()
    assert QTest.qWaitForWindowActive(dialog)
    for _ in range(list(dialog.buttons).index(disposition)):
        QTest.keyClick(focus(dialog), Qt.Key.Key_Down)
    with qtbot.waitSignal(dialog.close_chosen) as heard:
        QTest.keyClick(focus(dialog), Qt.Key.Key_Return)
    assert heard.args == [disposition]
    assert dialog.isVisible()
    assert not dialog.close_button.isEnabled()
    dialog.fail("The hub does not answer.")
    assert dialog.close_button.isEnabled()
    assert dialog.problem.text == "The hub does not answer."


def test_escape_leaves_the_case_open(qtbot: QtBot, theme: Theme) -> None:
    dialog = CloseCaseDialog(theme, "Maria", unsent="A text has not been sent.")
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    dialog.open()
    dialog.activateWindow()
    assert QTest.qWaitForWindowActive(dialog)
    assert dialog.warning.text == "A text has not been sent."
    with qtbot.assertNotEmitted(dialog.close_chosen):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.mark.parametrize("kind", ["close", "link"])
def test_no_text_of_a_dialog_is_cut_off(qtbot: QtBot, theme: Theme, kind: str) -> None:
    (link,) = find_links("http://paypal.com@very-long-host-name.evil.example/" + "path/" * 40)
    dialog = (
        CloseCaseDialog(theme, LONG_NAME, unsent="A text has not been sent.")
        if kind == "close"
        else LinkDialog(theme, link)
    )
    qtbot.addWidget(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    dialog.open()
    settle(dialog)
    assert cut_texts(dialog) == []
    assert nameless(dialog) == []


def test_a_link_opens_only_after_yes_and_a_deceptive_one_offers_no_first(qtbot: QtBot, theme: Theme) -> None:
    for text, default in (("https://good.example/x", "open_button"), ("http://a@evil.example", "cancel_button")):
        (link,) = find_links(text)
        dialog = LinkDialog(theme, link)
        qtbot.addWidget(dialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        dialog.open()
        dialog.activateWindow()
        assert getattr(dialog, default).isDefault()
        with qtbot.assertNotEmitted(dialog.confirmed):
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
        dialog.open()
        with qtbot.waitSignal(dialog.confirmed) as heard:
            dialog.open_button.click()
        assert heard.args == [link.url]


def test_the_field_for_words_takes_the_focus_when_searching(window: CaseWindow) -> None:
    lay_out(window, 1160, 820)
    fill(window)
    window.side.address.search.click()
    assert focus(window) is window.side.address.query


def test_escape_closes_the_search_and_goes_back_to_the_reply_box(window: CaseWindow) -> None:
    lay_out(window, 1160, 820)
    fill(window)
    window.side.address.search.click()
    QTest.keyClick(window.side.address.query, Qt.Key.Key_Escape)
    assert not window.side.address.query.isVisible()
    assert focus(window) is window.reply.editor


def test_escape_closes_the_form_and_goes_back_to_the_reply_box(window: CaseWindow, qtbot: QtBot) -> None:
    lay_out(window, 1160, 820)
    fill(window)
    window.side.customer.edit.click()
    form = window.side.customer.form
    assert form.isVisible()
    QTest.keyClicks(form.edits["name"], "Somebody else")
    with qtbot.assertNotEmitted(form.saved):
        QTest.keyClick(form.edits["name"], Qt.Key.Key_Escape)
    assert not form.isVisible()
    assert window.side.customer.edit.isEnabled()
    assert focus(window) is window.reply.editor


@pytest.mark.parametrize(("height", "lines"), [(820, 10), (480, 7)])
def test_a_long_reply_takes_its_room_from_the_chat(window: CaseWindow, height: int, lines: int) -> None:
    lay_out(window, 1160, height)
    fill(window)
    settle(window)
    editor, before = window.reply.editor, window.chat.height()
    low = editor.height()
    editor.setPlainText("\n" * 30)
    for _ in range(3):  # from the box outwards, a layout at a time
        settle(window)
    assert editor.viewport().height() - SLACK_PX == lines * editor.line_height()
    assert before - window.chat.height() == editor.height() - low > 0
    assert window.height() == height
