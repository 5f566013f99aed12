"""The whole main job through the real screens, with no display: text in, accept, reply, close, again, STOP, outbound.

It drives the widgets by mouse and key events, prints a line a step, saves a picture a screen, and ends with
`tour: N steps passed`. A step that does not happen ends it with exit status 1 and what was expected.
"""

import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QWidget

from cti_client.bootstrap import run_in_qt
from cti_client.demo.demo import demo_desktop
from cti_client.demo.tour_consent import ConsentSteps
from cti_client.demo.tour_kit import (
    TourError,
    button,
    click,
    focus_widget,
    picture,
    press,
    reads,
    until,
    visible,
    write,
)
from cti_client.demo.tour_settings import SettingsSteps
from cti_client.demo.tour_stage import Stage
from cti_client.demo.tour_text import TextSteps
from cti_client.domain.errors import OPTED_OUT_TEXT
from cti_client.paths import paths_in

SCREEN_FILE = Path(__file__).resolve().parents[2] / "resources" / "offscreen.json"
CTRL = Qt.KeyboardModifier.ControlModifier

QUESTION = "Hello! Can I still change the delivery address of order 88210?"
SECOND = "It is urgent, the courier comes today."
THIRD = "One more thing: does the courier ring before?"
LONG_REPLY = (
    "Good morning Maria, of course! I have changed the delivery address of order 88210. "
    "The courier comes tomorrow between 9 and 13 and rings 20 minutes before. "
    "If nobody is at home, the parcel waits at the shop on the corner, ul. Prosta 18, for seven days. "
    "You can follow it at https://parcels.example/88210 at any time. "
    "Please write here if anything is missing or broken, we will make it good at once."
)


class Tour:
    """One run through the product. `say` prints."""

    def __init__(self, stage: Stage, say: Callable[[str], None]) -> None:
        self._stage, self._say = stage, say
        self._texts = TextSteps(stage)
        self._consent = ConsentSteps(stage)
        self._settings = SettingsSteps(stage)
        self.passed = 0

    async def run(self) -> None:
        """All steps in order. Raises `TourError` at the first that does not happen."""
        steps: list[tuple[str, Callable[[], Awaitable[str]]]] = [
            ("The desktop opens and is live", self._opens),
            ("A customer texts the line: the panel rings", self._rings),
            ("Accept: the case window pops", self._accepts),
            ("The address is found", self._address),
            ("The whole history is there, each message with its age", self._history),
            ("A reply of three parts reaches the phone as one text", self._replies),
            ("What the line does not send is marked and replaced", self._texts.refuses_emoji),
            ("A canned reply goes in at the cursor", self._texts.canned),
            ("A text that failed is sent again, and tells how it went", self._texts.fails),
            ("A second text joins the open case", self._joins),
            ("Close ends the chat", self._closes),
            ("The next text offers the recent case or a new one", self._offers_choice),
            ("STOP opts out, and a reply is refused", self._stops),
            ("A number without consent: Allow SMS keeps the proof", self._consent.allows),
            ("The phone button starts an outbound chat", self._outbound),
            ("An owner sets up a connection and tests it", self._settings.connection),
            ("A line goes by it, and texts find their way", self._settings.line),
            ("A canned reply is written for everybody", self._settings.reply),
        ]
        for number, (name, step) in enumerate(steps, 1):
            detail = await step()
            self.passed = number
            self._say(f"{number:2}. {name}{': ' if detail else ''}{detail}")

    async def _opens(self) -> str:
        window = self._stage.desktop.window
        await until(lambda: window.isVisible(), "the main window")
        await until(lambda: reads(window, "Live"), "the header to say Live")
        await until(lambda: self._stage.handset.isVisible(), "the handset window")
        await self._stage.settled()
        await picture(window, self._stage.folder, "01-main")
        return ""

    async def _rings(self) -> str:
        await self._stage.text_in(QUESTION)
        card = await until(self._stage.card, "a request in the telephony panel")
        if not reads(card, "SMS Chat Request") or not reads(card, "SMS+48601234567"):
            raise TourError("expected the card to show SMS Chat Request and SMS+48601234567")
        await picture(self._stage.desktop.window, self._stage.folder, "02-request")
        await picture(self._stage.handset, self._stage.folder, "02-request-handset")
        return "Name “SMS Chat Request”, Call ID “SMS+48601234567”"

    async def _accepts(self) -> str:
        card = await until(self._stage.card, "the request")
        accept = button(card, "Accept")
        if accept is None:
            raise TourError("expected an Accept button")
        click(accept)
        window = await until(self._stage.case, "a case window")
        await until(lambda: window.shows_chat, "the chat in the case window")
        await until(lambda: any("601 234 567" in edit.text() for edit in visible(window, QLineEdit)), "the number")
        await until(lambda: focus_widget() is window.reply.editor, "the keyboard in the reply box")
        return "the number is filled in, the keyboard is in the reply box"

    async def _address(self) -> str:
        window = await until(self._stage.case, "the case window")
        await until(lambda: reads(window, "ul. Długa 14/3"), "the address ul. Długa 14/3")
        return "ul. Długa 14/3, 00-238 Warszawa"

    async def _history(self) -> str:
        window = await until(self._stage.case, "the case window")
        await until(lambda: self._stage.message(window, "Dziękuję!"), "the last text of the earlier case")
        await until(lambda: self._stage.message(window, QUESTION), "the customer's question")
        old = await until(lambda: self._stage.message(window, "Dziękuję!"), "the old text")
        if "3 d before" not in old:
            raise TourError(f"expected the age “3 d before” on the old text, it says: {old}")
        new = await until(lambda: self._stage.message(window, QUESTION), "the question")
        if "+00:00" not in new:
            raise TourError(f"expected the age “+00:00” on the first text of this chat, it says: {new}")
        await self._stage.settled()
        await picture(window, self._stage.folder, "03-case")
        return "“3 d before” for the past, “+00:00” for now"

    async def _replies(self) -> str:
        window = await until(self._stage.case, "the case window")
        write(window.reply.editor, LONG_REPLY)
        await until(lambda: reads(window, "3 parts"), "the counter to say 3 parts")
        await picture(window, self._stage.folder, "04-reply")
        press(window.reply.editor, Qt.Key.Key_Return, CTRL)
        await until(lambda: window.reply.editor.toPlainText() == "", "an empty reply box")
        await until(lambda: LONG_REPLY in self._stage.handset.texts("+48601234567"), "the reply on the handset")
        await until(
            lambda: "The phone of" in (self._stage.message(window, LONG_REPLY) or ""), "the reply marked as delivered"
        )
        await self._stage.settled()
        await picture(window, self._stage.folder, "05-delivered")
        await picture(self._stage.handset, self._stage.folder, "05-delivered-handset")
        return "3 parts, one text on the handset, delivered"

    async def _joins(self) -> str:
        window = await until(self._stage.case, "the case window")
        await self._stage.text_in(SECOND)
        await until(lambda: self._stage.message(window, SECOND), "the second text in the open case")
        if self._stage.card() is not None:
            raise TourError("expected no new request while the case is open")
        await picture(self._stage.desktop.window, self._stage.folder, "06-open-chat")
        return "no new request"

    async def _closes(self) -> str:
        window = await until(self._stage.case, "the case window")
        await self._stage.press_button(window, "Close case")
        dialog = await until(self._stage.dialog, "the question how it ended")
        await picture(dialog, self._stage.folder, "07-close")
        await self._stage.press_button(dialog, "Close case")
        await until(lambda: self._stage.case() is None, "the case window to go")
        return ""

    async def _offers_choice(self) -> str:
        await self._stage.text_in(THIRD)
        card = await until(self._stage.card, "a new request")
        accept = await until(lambda: button(card, "Accept · continue C-"), "Accept to offer the recent case")
        words = accept.text().replace("&", "")
        arrow = next(found for found in visible(card, type(accept)) if found is not accept and _is_arrow(found))
        click(arrow)
        menu = await until(lambda: _menu(), "the choice of Continue or New")
        choices = [action.text().replace("&", "") for action in menu.actions() if action.text()]
        if not any(text.startswith("Continue") for text in choices) or "New case" not in choices:
            raise TourError(f"expected Continue and New case, the menu has {choices}")
        await picture(self._stage.desktop.window, self._stage.folder, "08-continue-or-new")
        press(menu, Qt.Key.Key_Escape)
        await until(lambda: _menu() is None, "the menu to go")
        click(accept)
        window = await until(self._stage.case, "the case window")
        await until(lambda: self._stage.message(window, THIRD), "the third text")
        return f"“{words}” or a new case"

    async def _stops(self) -> str:
        window = await until(self._stage.case, "the case window")
        await self._stage.text_in("STOP")
        await until(lambda: reads(window, OPTED_OUT_TEXT), "the refusal in the reply box")
        await until(lambda: reads(window, "SMS opted out"), "the consent badge")
        if window.reply.send.isEnabled():
            raise TourError("expected Send to be off for a number that has opted out")
        if self._stage.card() is not None:
            raise TourError("expected STOP to ring nobody")
        await self._stage.settled()
        await picture(window, self._stage.folder, "09-opted-out")
        await self._stage.press_button(window, "Close case")
        dialog = await until(self._stage.dialog, "the question how it ended")
        await self._stage.press_button(dialog, "Close case")
        await until(lambda: self._stage.case() is None, "the case window to go")
        return OPTED_OUT_TEXT

    async def _outbound(self) -> str:
        window = self._stage.desktop.window
        await self._stage.press_button(window, "New chat")
        dialog = await until(self._stage.dialog, "the dialog for a new chat")
        field = await until(lambda: next(iter(visible(dialog, QLineEdit)), None), "a field for the number")
        write(field, "+34 612 345 678")
        await picture(dialog, self._stage.folder, "10-new-chat")
        phone = await until(lambda: button(dialog, "Text or call"), "the phone button")
        click(phone)
        menu = await until(lambda: _menu(), "the question: text or call")
        action = next(action for action in menu.actions() if "SMS chat" in action.text())
        _click_action(menu, action)
        case = await until(self._stage.case, "the case window of the outbound chat")
        await until(lambda: case.shows_chat and reads(case, "Luis García"), "Luis García in the case window")
        write(case.reply.editor, "Hola Luis, your order is ready.")
        press(case.reply.editor, Qt.Key.Key_Return, CTRL)
        write(self._stage.handset.phone, "Luis")
        await until(lambda: self._stage.handset.number == "+34612345678", "the handset of Luis")
        await until(lambda: self._stage.handset.texts("+34612345678"), "the text on his handset")
        await self._stage.settled()
        await picture(case, self._stage.folder, "11-outbound")
        await picture(window, self._stage.folder, "12-end")
        return "to +34 612 345 678"


def _is_arrow(found: QWidget) -> bool:
    return (found.width() < 60 and "hoose" not in found.accessibleName()) or bool(found.property("part") == "arrow")


def _menu() -> QMenu | None:
    popup = QApplication.activePopupWidget()
    return popup if isinstance(popup, QMenu) else None


def _click_action(menu: QMenu, action: object) -> None:
    from PySide6.QtGui import QAction
    from PySide6.QtTest import QTest

    assert isinstance(action, QAction)
    QTest.mouseClick(
        menu, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, menu.actionGeometry(action).center()
    )


def run_tour(out: Path, *, data: Path | None, theme: str, quiet: bool) -> int:
    """Run the tour in a data folder of its own; the exit status."""
    say: Callable[[str], None] = (lambda _: None) if quiet else (lambda line: print(line, flush=True))
    out.mkdir(parents=True, exist_ok=True)
    if os.environ.get("QT_QPA_PLATFORM", "") == "offscreen":
        # Its own screen is 800 x 800; and it complains at each thing that only a real screen can do.
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={SCREEN_FILE}"
        os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false;qt.core.qobject.connect.warning=false")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return run_in_qt(lambda app: _tour(app, out, data or Path(folder), theme, say))


async def _tour(app: QApplication, out: Path, data: Path, theme: str, say: Callable[[str], None]) -> int:
    async with demo_desktop(app, paths_in(data), theme=theme, quiet=True) as (desktop, handset):
        tour = Tour(Stage(desktop, handset, out), say)
        try:
            await tour.run()
        except TourError as error:
            print(f"tour: step {tour.passed + 1} failed: {error}", file=sys.stderr, flush=True)
            for number, window in enumerate(QApplication.topLevelWidgets()):
                if window.isVisible() and not isinstance(window, QLabel):
                    await picture(window, out, f"failed-{number}")
            return 1
        say(f"The pictures are in {out}")
        print(f"tour: {tour.passed} steps passed", flush=True)
        return 0
