"""Canned replies (E10)."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtWidgets import QWidget

from cti_client.domain.canned_reply import matching
from cti_client.ui.settings.entry_model import Entry
from cti_client.ui.settings.form import FieldError
from cti_client.ui.settings.list_section import ListSection
from cti_client.ui.settings.reply_form import ReplyForm, Samples
from cti_client.ui.settings.wishes import RemoveReply, SaveReply, Wish
from cti_client.ui.settings.words import tr
from cti_client.ui.theme import Theme
from cti_client.wire.settings_api import AllSettings, CannedReplyView


class RepliesSection(ListSection):
    """Every reply, to be searched as agents do after a slash, and the form of one."""

    form: ReplyForm

    def __init__(self, theme: Theme, samples: Samples, parent: QWidget) -> None:
        hint = tr("Texts that agents insert by / and a shortcut.")
        super().__init__(
            theme,
            tr("Canned replies"),
            partial(ReplyForm, theme, samples),
            hint,
            tr("Add reply"),
            parent=parent,
            searches=True,
        )

    def entries(self, settings: AllSettings) -> Sequence[Entry]:
        """By their shortcuts."""
        return [Entry(one.id, f"/{one.shortcut}   {one.title}", one.text) for one in settings.replies]

    def found(self, entries: Sequence[Entry], typed: str) -> Sequence[Entry]:
        """The best first, as the reply box finds them."""
        replies = self.settings.replies if self.settings is not None else ()
        by_key = {one.key: one for one in entries}
        return [by_key[one.id] for one in matching(replies, typed.removeprefix("/"))]

    def fill(self, key: Any) -> dict[str, object]:
        """The form for this one."""
        return self.form.show_reply(self._reply(key))

    def mistakes(self) -> Sequence[FieldError]:
        """What is wrong with it, as far as it can be told here."""
        return self.form.mistakes()

    def wishes(self) -> Sequence[Wish]:
        """What Save wants done."""
        return [SaveReply(self.key, self.form.edit())]

    def wish_to_remove(self) -> Wish:
        """What Remove wants done."""
        return RemoveReply(self.key)

    def what_stops(self) -> tuple[str, str]:
        """Nobody finds it any more."""
        view = self._reply(self.key)
        shortcut = view.shortcut if view is not None else ""
        words = tr("Agents do not find it any more. Texts that were made of it stay as they are.")
        return tr("Remove the reply /{shortcut}?").format(shortcut=shortcut), words

    def no_entries(self) -> tuple[str, str, str, str]:
        """What stands in an empty list."""
        words = tr("What is written often is written once here, and inserted by two keys.")
        return "lightning", tr("No canned replies yet"), words, tr("Add reply")

    def _reply(self, key: Any) -> CannedReplyView | None:
        replies = self.settings.replies if self.settings is not None else ()
        return next((one for one in replies if one.id == key), None)
