"""The tour's steps around one text: what is refused, what is canned, what failed and goes again."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from cti_client.demo.handset_client import PhoneState
from cti_client.demo.tour_kit import TourError, click, picture, press, until, visible, write
from cti_client.demo.tour_stage import Stage
from cti_client.domain.delivery import DeliveryState
from cti_client.ui.chat.message_history_dialog import MessageHistoryDialog
from cti_client.ui.models.thread_row import ThreadRow
from cti_client.ui.widgets.label import Label

CTRL = Qt.KeyboardModifier.ControlModifier
MARIA = "+48601234567"
WITH_EMOJI = "See you tomorrow \U0001f600 \U0001f4e6"
FAILS = "The courier has your parcel now."


class TextSteps:
    """In an open chat with Maria."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def refuses_emoji(self) -> str:
        """A11."""
        window = await until(self._stage.case, "the case window")
        reply = window.reply
        QGuiApplication.clipboard().setText(WITH_EMOJI)  # no key types them
        press(reply.editor, Qt.Key.Key_V, CTRL)
        await until(lambda: reply.replace.isVisible(), "the button that replaces what does not go")
        if reply.send.isEnabled():
            raise TourError("expected Send to be off while emoji stand in the text")
        said = reply.notice.text
        await self._stage.settled()
        await picture(window, self._stage.folder, "13-emoji-refused")
        click(reply.replace)
        if reply.text() != "See you tomorrow :D ":
            raise TourError(f"expected the emoji in letters, the box has: {reply.text()!r}")
        reply.editor.selectAll()
        press(reply.editor, Qt.Key.Key_Delete)
        return f"“{said}”, replaced by letters"

    async def canned(self) -> str:
        """E10."""
        window = await until(self._stage.case, "the case window")
        reply = window.reply
        await until(lambda: reply.canned.any, "canned replies")
        write(reply.editor, "/lat")
        popup = await until(lambda: reply.canned.popup if reply.canned.popup.isVisible() else None, "the list")
        await self._stage.settled()
        await picture(popup, self._stage.folder, "14-canned-list")
        press(popup, Qt.Key.Key_Return)
        await until(lambda: "late, Maria." in reply.text(), "the reply with the customer's name")
        if "{" in reply.text():
            raise TourError(f"expected no placeholder to be left: {reply.text()!r}")
        await picture(window, self._stage.folder, "14-canned")
        text = reply.text()
        press(reply.editor, Qt.Key.Key_Return, CTRL)
        await until(lambda: text in self._stage.handset.texts(MARIA), "the reply on the handset")
        return f"“{text[:40]}…”"

    async def fails(self) -> str:
        """D5, E6, D3."""
        window = await until(self._stage.case, "the case window")
        state = self._stage.handset.state
        state.setCurrentIndex(state.findData(PhoneState.REFUSED))
        await until(lambda: not self._stage.handset.changing, "the network to refuse texts")
        write(window.reply.editor, FAILS)
        press(window.reply.editor, Qt.Key.Key_Return, CTRL)
        view = window.chat
        row = await until(self._failed, "the text that failed")
        await self._stage.settled()
        await picture(window, self._stage.folder, "15-failed")
        state.setCurrentIndex(state.findData(PhoneState.ON))
        await until(lambda: not self._stage.handset.changing, "the network to take texts")
        next(one for one in view.menu_of(row).actions() if one.text() == "Send again").trigger()
        await until(lambda: FAILS in self._stage.handset.texts(MARIA), "the text on the handset, sent again")
        await until(lambda: "The phone of" in (self._stage.message(window, FAILS) or ""), "the text as delivered")
        entry = next(one for one in view.menu_of(row).actions() if one.text() == "How it went…")
        entry.trigger()
        dialog = await until(self._history, "the history of the text")
        await until(lambda: any("Attempt 2" in each.text() for each in visible(dialog, Label)), "both attempts")
        await self._stage.settled()
        await picture(dialog, self._stage.folder, "16-how-it-went")
        click(dialog.close_button)
        return "failed, sent again, two attempts in its history"

    def _failed(self) -> ThreadRow | None:
        window = self._stage.case()
        model = window.chat.messages.thread() if window is not None else None
        rows = model.rows() if model is not None else []
        return next((row for row in rows if row.text == FAILS and row.tick is DeliveryState.FAILED), None)

    def _history(self) -> MessageHistoryDialog | None:
        dialog = self._stage.dialog()
        return dialog if isinstance(dialog, MessageHistoryDialog) else None
