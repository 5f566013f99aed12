"""B9 on the desktop: the person is asked about the hour, and sees it beside the number."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cti_client.desk.errors import HubAwayError, HubRefusedError
from cti_client.desk.tasks import TaskOwner
from cti_client.desk.views import PendingSend, PendingState
from cti_client.domain import Millis
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import Direction
from cti_client.ui import local_time
from cti_client.ui.case.customer_panel import CustomerPanel
from cti_client.ui.main.telephony_panel import TelephonyPanel
from cti_client.ui.models.thread_row import ChatContext, RowAction, message_row, pending_row
from cti_client.ui.numbers.consent_actions import ConsentActions
from cti_client.ui.numbers.new_chat_dialog import NewChatDialog
from cti_client.ui.numbers.number_actions import NumberActions
from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.ui.numbers.quiet_question import QuietQuestion, asks_about_hour
from cti_client.ui.numbers.there import ThereLabel, find_zones, there_tip, there_words
from cti_client.ui.theme import SPACE_L, Theme
from cti_client.wire.api import NumberAbilities, Problem
from tests.helpers.fake_desk import LINE, LINE_PL, MINUTE, START, FakeDesk, contact, interaction, message, offer
from tests.helpers.fitting import cut_texts, nameless
from tests.helpers.longer_language import LongerLanguage
from tests.helpers.phone_menu import choose
from tests.helpers.qt_loop import settled
from tests.helpers.shell_stage import Stage

WHY = "It is between 03:40 and 06:40 where the customer is. Texts there are allowed from 8:00 to 21:00."
TOO_EARLY = HubRefusedError(Problem(code="quiet_hours", text=WHY))
NEW_YORK, LOS_ANGELES = "America/New_York", "America/Los_Angeles"
NUMBER = "+12125551234"
NARROWEST_PX = 300
"""The left side of a case window."""
CHAT = ChatContext(12, START, "Anna", "Maria")


@pytest.fixture(autouse=True)
def _agent_in_berlin(monkeypatch: pytest.MonkeyPatch) -> None:
    """START is 16:00 there."""
    from zoneinfo import ZoneInfo

    def local(at: Millis) -> datetime:
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo("Europe/Berlin"))

    monkeypatch.setattr(local_time, "local", local)
    monkeypatch.setattr("cti_client.ui.numbers.there.local", local)


@pytest.fixture
def longer(qapp: QApplication) -> Iterator[None]:
    language = LongerLanguage()
    qapp.installTranslator(language)
    yield
    qapp.removeTranslator(language)


# The time there


def test_what_is_said_of_the_time_there() -> None:
    assert there_words(START, (NEW_YORK,)) == "10:00 there"
    assert there_words(START, (NEW_YORK, LOS_ANGELES)) == "07:00–10:00 there"
    assert there_words(START, ("Europe/Paris",)) == "", "it is the same time as here"
    assert there_words(START, ("Europe/Paris", "Atlantic/Azores")) == "14:00–16:00 there"
    assert there_words(START, ()) == ""
    assert there_tip(START, (NEW_YORK, LOS_ANGELES)) == "07:00 America/Los Angeles\n10:00 America/New York"


async def test_the_zones_are_those_of_number_line_and_address() -> None:
    assert await find_zones(NUMBER, LINE) == (NEW_YORK,)
    assert await find_zones(NUMBER, LINE, "90012", "USA") == (LOS_ANGELES,)
    assert await find_zones("+48601234567", None) == ("Europe/Warsaw",)
    assert await find_zones("12345", LINE_PL) == (), "a guess is not shown as a fact"
    assert await find_zones("12345", LINE, "90012", "USA") == (LOS_ANGELES,)


def test_it_ticks_and_goes_when_nothing_is_known(qtbot: QtBot) -> None:
    label = ThereLabel()
    qtbot.addWidget(label)
    label.show_zones((NEW_YORK,), START)
    assert (label.text(), label.isHidden()) == ("10:00 there", False)
    label.tick(START + MINUTE - 1)
    assert label.text() == "10:00 there"
    label.tick(START + MINUTE)
    assert (label.text(), label.toolTip()) == ("10:01 there", "10:01 America/New York")
    label.show_zones((), START + MINUTE)
    assert (label.text(), label.toolTip(), label.isHidden()) == ("", "", True)


def test_it_stands_beside_each_number_of_the_customer(theme: Theme, qtbot: QtBot) -> None:
    panel = CustomerPanel(theme)
    qtbot.addWidget(panel)
    panel.show_customer(interaction(contact=contact()))
    panel.show_zones({"+48601234567": (NEW_YORK,), "+48225550188": ("Europe/Warsaw",)}, START)
    assert [field.there.text() for field in panel.fields] == ["10:00 there", ""]
    panel.tick(START + 2 * MINUTE)
    assert [field.there.text() for field in panel.fields] == ["10:02 there", ""]


def test_a_request_says_the_time_there(theme: Theme, qtbot: QtBot) -> None:
    panel = TelephonyPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    panel.show_offers([offer(1), offer(2)], START)
    panel.show_zones(1, (LOS_ANGELES,), START)
    panel.show_zones(9, (NEW_YORK,), START)
    assert [card.there.text() for card in panel.cards] == ["07:00 there", ""]
    panel.tick(START + MINUTE)
    assert panel.cards[0].there.text() == "07:01 there"
    panel.show_offers([offer(3)], START)
    assert [card.there.text() for card in panel.cards] == [""], (
        "a card that is filled again forgets the former customer"
    )


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.usefixtures("longer")
def test_a_request_with_several_zones_fits(theme: Theme, qtbot: QtBot, dark: bool) -> None:
    theme.force(dark)
    panel = TelephonyPanel(theme)
    qtbot.addWidget(panel)
    panel.set_live(True)
    panel.show_offers([offer(1), offer(2, first_words="", last_case=None)], START)
    for number in (1, 2):
        panel.show_zones(number, (LOS_ANGELES, NEW_YORK), START)
    panel.resize(panel.minimumSizeHint())
    panel.show()
    assert [card.there.isVisible() for card in panel.cards] == [True, True]
    assert cut_texts(panel) == []
    assert nameless(panel) == []


@pytest.mark.usefixtures("longer")
def test_several_zones_fit_beside_a_number_in_the_narrowest_window(theme: Theme, qtbot: QtBot) -> None:
    panel = CustomerPanel(theme)
    qtbot.addWidget(panel)
    panel.show_customer(interaction(contact=contact()))
    panel.show_zones(dict.fromkeys(("+48601234567", "+48225550188"), (LOS_ANGELES, NEW_YORK)), START)
    panel.resize(theme.pixels(NARROWEST_PX) - 2 * SPACE_L, 400)
    panel.show()
    assert all(field.there.isVisible() for field in panel.fields)
    assert cut_texts(panel) == []
    assert nameless(panel) == []


async def test_the_shell_finds_where_the_customer_of_a_request_is(stage: Stage) -> None:
    stage.desk.put_offer(offer(address=NUMBER))
    await settled()
    card = stage.window.telephony.cards[0]
    await _until(lambda: card.there.text() == "10:00 there")


# The question


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.usefixtures("longer")
def test_the_question_fits(theme: Theme, qtbot: QtBot, dark: bool) -> None:
    theme.force(dark)
    question = QuietQuestion(WHY)
    qtbot.addWidget(question)
    question.show()
    assert cut_texts(question) == []
    assert nameless(question) == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_escape_and_enter_text_nobody(qtbot: QtBot, theme: Theme, key: Qt.Key) -> None:
    question = QuietQuestion(WHY)
    qtbot.addWidget(question)
    question.open()
    with qtbot.assertNotEmitted(question.confirmed):
        QTest.keyClick(question, key)
    assert not question.isVisible()


def test_only_a_refusal_for_the_hour_asks() -> None:
    assert asks_about_hour(TOO_EARLY)
    assert not asks_about_hour(HubRefusedError(Problem(code="opted_out", text="No.")))
    assert not asks_about_hour(HubAwayError())


# Phone buttons and the New chat dialog


@dataclass
class NightDesk:
    """A hub that starts a chat only where the person says yes to the hour."""

    desk: FakeDesk
    started: list[dict[str, Any]] = field(default_factory=list)

    async def check_number(self, address: str, line_id: int | None = None) -> NumberAbilities:
        return NumberAbilities(address=address, display=address, why_no_call="No.")

    async def start_chat(
        self, address: str, line_id: int | None = None, contact_id: int | None = None, **more: Any
    ) -> Any:
        self.started.append({"address": address, **more})
        if not more.get("in_quiet_hours"):
            raise TOO_EARLY
        return await self.desk.start_chat(address, line_id, contact_id, **more)


@pytest_asyncio.fixture
async def tasks() -> Any:
    owner = TaskOwner("test", lambda name, error: pytest.fail(f"{name}: {error!r}"))
    yield owner
    await owner.close()


@pytest.mark.parametrize("yes", [True, False])
async def test_a_phone_button_asks(qtbot: QtBot, theme: Theme, desk: FakeDesk, tasks: TaskOwner, yes: bool) -> None:
    night = NightDesk(desk)
    numbers = NumberActions(night, tasks, lambda _: True, lambda: True, ConsentActions(desk, theme, tasks))
    started: list[object] = []
    numbers.chat_started.connect(started.append)
    button = PhoneButton(theme)
    qtbot.addWidget(button)
    button.show_number(NUMBER, NUMBER)
    button.show()
    numbers.attach(button)
    button.ask()
    await settled()
    choose(button, "SMS chat")
    await settled()
    (question,) = button.findChildren(QuietQuestion)
    assert question.words.text() == WHY
    assert started == []
    (question.anyway if yes else question.not_now).click()
    await settled()
    assert len(started) == (1 if yes else 0)
    assert [one["in_quiet_hours"] for one in night.started] == ([False, True] if yes else [False])
    assert button.isEnabled()


async def test_the_new_chat_dialog_asks_in_its_place(stage: Stage) -> None:
    stage.shell.new_chat.ask()
    dialog = stage.shell.new_chat.dialog
    assert dialog is not None
    QTest.keyClicks(dialog.field.edit, NUMBER)
    dialog.check()
    await settled()
    await _until(lambda: dialog.field.there.text() == "10:00 there")
    stage.desk.failures["start_chat"] = TOO_EARLY
    dialog.start.click()
    await settled()
    assert (dialog.answer.text(), dialog.start.text(), dialog.cancel.text()) == (WHY, "Text anyway", "Not now")
    assert dialog.field.edit.text() == NUMBER
    assert cut_texts(dialog) == []
    del stage.desk.failures["start_chat"]
    dialog.start.click()
    await settled()
    assert [call.get("in_quiet_hours", False) for call in stage.desk.called("start_chat")] == [False, True]
    assert stage.shell.new_chat.dialog is None


def test_another_number_takes_the_question_back(theme: Theme, qtbot: QtBot) -> None:
    dialog = NewChatDialog(theme, (LINE, LINE_PL))
    qtbot.addWidget(dialog)
    dialog.open()
    QTest.keyClicks(dialog.field.edit, NUMBER)
    dialog.show_abilities(NUMBER, None, NumberAbilities(address=NUMBER, display=NUMBER))
    dialog.ask_about_hour(WHY)
    asks = [dialog.in_quiet_hours]
    with qtbot.assertNotEmitted(dialog.chat_wanted):
        QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert not dialog.isVisible(), "Enter is Not now"
    dialog.open()
    QTest.keyClicks(dialog.field.edit, "9")
    asks.append(dialog.in_quiet_hours)
    assert asks == [True, False]
    assert (dialog.start.text(), dialog.cancel.text()) == ("Start chat", "Cancel")
    assert (dialog.start.isDefault(), dialog.cancel.isDefault()) == (True, False)


# In the chat


def test_a_text_refused_for_the_hour_stands_in_the_chat() -> None:
    pending = PendingSend("a", 12, 12, "Good news", START, PendingState.ASK, TOO_EARLY.problem)
    row = pending_row(pending, CHAT)
    assert row.problem == WHY
    assert row.actions == (RowAction.SEND_ANYWAY, RowAction.TAKE_BACK, RowAction.DISCARD)


def test_a_scheduled_text_says_when_and_can_be_cancelled() -> None:
    waits: dict[str, Any] = {"direction": Direction.OUT, "policy": "welcome", "state": DeliveryState.SCHEDULED}
    row = message_row(message(2, at=START, retry_at=START + 30 * MINUTE, **waits), None, CHAT)
    when = local_time.clock(START + 30 * MINUTE)
    assert row.problem == f"It is too early or too late where {CHAT.customer} is; it goes out at {when}."
    assert row.actions == (RowAction.CANCEL,)
    tomorrow = message_row(message(2, at=START, retry_at=START + 24 * 60 * MINUTE, **waits), None, CHAT)
    assert "5 Mar" in tomorrow.problem


async def _until(condition: Any) -> None:
    """Zones are looked up in a thread of their own."""
    import asyncio

    async with asyncio.timeout(10):
        while not condition():
            await settled()
            await asyncio.to_thread(lambda: None)
