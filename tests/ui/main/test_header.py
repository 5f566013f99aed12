import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from cti_client.desk.views import LinkStatus, LinkView
from cti_client.domain.agent import Presence
from cti_client.ui.main.header import Header
from cti_client.ui.main.reason_dialog import ReasonDialog
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.pill import Pill
from cti_client.wire.topics import ConnectionHealth, Connections, OwnPresence
from tests.helpers.fake_desk import SECOND, START


@pytest.fixture
def header(theme: Theme, qtbot: QtBot) -> Header:
    made = Header(theme)
    qtbot.addWidget(made)
    made.resize(1200, 60)
    made.show()
    return made


def health(id_: str, **changes: object) -> ConnectionHealth:
    values: dict[str, object] = {"id": id_, "name": id_, "kind": "kannel", "ok": True, "since": START}
    return ConnectionHealth(**(values | changes))  # type: ignore[arg-type]  # the keywords are the test's own


def pills(header: Header) -> list[str]:
    return [pill.text() for pill in header.findChildren(Pill) if pill.isVisible()]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (LinkStatus.LIVE, "● Live"),
        (LinkStatus.CONNECTING, "Connecting…"),
        (LinkStatus.SYNCING, "Loading…"),
        (LinkStatus.OFFLINE, "Offline · trying again in 5 s"),
        (LinkStatus.REFUSED, "Not connected"),
    ],
)
def test_link_states(header: Header, status: LinkStatus, said: str) -> None:
    header.show_link(LinkView(status, "why", START + 5 * SECOND), 0, START)
    assert pills(header) == [said]
    assert "why" in header.link.toolTip()


def test_the_wait_for_the_next_attempt_counts_down(header: Header) -> None:
    header.show_link(LinkView(LinkStatus.OFFLINE, "", START + 5 * SECOND), 0, START)
    header.tick(START + 3 * SECOND)
    assert pills(header) == ["Offline · trying again in 2 s"]
    header.tick(START + 6 * SECOND)
    assert pills(header) == ["Offline"]


def test_unsent_texts_are_counted(header: Header) -> None:
    header.show_link(LinkView(LinkStatus.LIVE), 2, START)
    assert pills(header) == ["● Live", "2 not sent yet"]
    header.show_link(LinkView(LinkStatus.LIVE), 0, START)
    assert pills(header) == ["● Live"]


def test_gateways_speak_only_where_something_must_be_said(header: Header) -> None:
    header.show_link(LinkView(LinkStatus.LIVE), 0, START)
    header.show_connections(Connections(connections=(health("good"), health("Simulator", simulated=True))))
    assert pills(header) == ["● Live", "Simulator: no real texts"]
    broken = Connections(connections=(health("Kannel", ok=False, detail="<b>refused</b>"), health("good")))
    header.show_connections(broken)
    assert [pill for pill in pills(header) if "Kannel" in pill] == ["Kannel is down"]
    [pill] = [one for one in header.findChildren(Pill) if one.text() == "Kannel is down"]
    assert "<b>" not in pill.toolTip()


def test_presence_names_its_reason(header: Header) -> None:
    header.show_presence(OwnPresence(presence=Presence.AWAY, reason="Lunch"))
    assert header.presence.text() == "Away · Lunch"
    assert header.presence.accessibleName() == "Presence: Away · Lunch"


def actions(menu: QMenu) -> dict[str, QAction]:
    found: dict[str, QAction] = {}
    for action in menu.actions():
        inner = action.menu()
        found |= actions(inner) if isinstance(inner, QMenu) else {action.text(): action}
    return found


def test_every_presence_can_be_chosen(header: Header) -> None:
    chosen: list[tuple[Presence, str]] = []
    header.presence_chosen.connect(lambda presence, reason: chosen.append((presence, reason)))
    menu = header.presence.findChild(QMenu)
    assert isinstance(menu, QMenu)
    for name, action in actions(menu).items():
        if name != "Other…":
            action.trigger()
    assert chosen == [
        (Presence.AVAILABLE, ""),
        (Presence.BUSY, ""),
        (Presence.AWAY, "Break"),
        (Presence.AWAY, "Lunch"),
        (Presence.AWAY, "Meeting"),
        (Presence.AWAY, "Training"),
        (Presence.OFFLINE, ""),
    ]


def test_the_menu_ticks_what_the_hub_says_and_nothing_else(header: Header) -> None:
    menu = header.presence.findChild(QMenu)
    assert isinstance(menu, QMenu)

    def ticked() -> list[str]:
        return [name for name, action in actions(menu).items() if action.isChecked()]

    header.show_presence(OwnPresence(presence=Presence.BUSY))
    assert ticked() == ["Busy"]
    actions(menu)["Lunch"].trigger()
    assert ticked() == ["Busy"], "the hub has not said so yet"
    header.show_presence(OwnPresence(presence=Presence.AWAY, reason="Lunch"))
    assert ticked() == ["Lunch"]
    header.show_presence(OwnPresence(presence=Presence.AWAY, reason="Dentist"))
    assert ticked() == ["Other…"]
    header.show_presence(OwnPresence(presence=Presence.MISSED))
    assert ticked() == []


def test_another_reason_can_be_written(header: Header) -> None:
    chosen: list[tuple[Presence, str]] = []
    header.presence_chosen.connect(lambda presence, reason: chosen.append((presence, reason)))
    menu = header.presence.findChild(QMenu)
    assert isinstance(menu, QMenu)
    actions(menu)["Other…"].trigger()
    dialog = header.findChild(ReasonDialog)
    assert isinstance(dialog, ReasonDialog)
    assert not dialog.set_button.isEnabled()
    QTest.keyClicks(dialog.reason, "  At the   dentist ")
    QTest.keyClick(dialog.reason, Qt.Key.Key_Return)
    assert chosen == [(Presence.AWAY, "At the dentist")]


def test_missed_is_loud_and_ended_by_one_click(header: Header) -> None:
    chosen: list[Presence] = []
    header.presence_chosen.connect(lambda presence, _reason: chosen.append(presence))
    header.show_presence(OwnPresence(presence=Presence.AVAILABLE))
    assert not header.back.isVisible()
    header.show_presence(OwnPresence(presence=Presence.MISSED))
    assert header.presence.text() == "Missed"
    assert header.presence.property("kind") == "danger"
    assert "not answered" in header.presence.toolTip()
    assert header.new_chat.property("kind") != "primary"
    assert header.back.isVisible()
    header.back.click()
    assert chosen == [Presence.AVAILABLE]
    header.show_presence(OwnPresence(presence=Presence.AVAILABLE))
    assert not header.back.isVisible()
    assert header.new_chat.property("kind") == "primary"


def test_the_presence_menu_opens_by_keys(header: Header, qtbot: QtBot) -> None:
    header.activateWindow()
    qtbot.waitUntil(header.isActiveWindow)
    menu = header.presence.findChild(QMenu)
    assert isinstance(menu, QMenu)
    QTest.keyClick(header, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert menu.isVisible()
    menu.close()


def test_a_short_header_has_two_rows(header: Header) -> None:
    header.show_link(LinkView(LinkStatus.OFFLINE, "", START + 30 * SECOND), 12, START)
    one_row = header.sizeHint().height()
    header.resize(500, 60)
    assert header.sizeHint().height() > one_row
    header.resize(1200, 60)
    assert header.sizeHint().height() == one_row


def test_the_drawers_button_counts_what_rings_and_what_waits(header: Header) -> None:
    said = []
    for ringing, waiting in ((0, 0), (1, 0), (1, 2), (0, 2)):
        header.show_ringing(ringing)
        header.show_waiting(waiting)
        said.append((header.telephony.text(), header.telephony.accessibleName()))
    assert said == [
        ("Telephony", "Telephony"),
        ("Telephony (1)", "Telephony, 1 ringing"),
        ("Telephony (3)", "Telephony, 1 ringing, 2 waiting"),
        ("Telephony (2)", "Telephony, 2 waiting"),
    ]
