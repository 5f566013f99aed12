"""The page on which owners and admins set what all agents work with (F4)."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from cti_client.ui.numbers.phone_button import PhoneButton
from cti_client.ui.settings.auto_texts_section import AutoTextsSection
from cti_client.ui.settings.change_log import ChangeLog
from cti_client.ui.settings.connections_section import ConnectionsSection
from cti_client.ui.settings.leave_question import LeaveQuestion
from cti_client.ui.settings.lines_section import LinesSection
from cti_client.ui.settings.replies_section import RepliesSection
from cti_client.ui.settings.reply_form import Samples
from cti_client.ui.settings.routing_section import RoutingSection
from cti_client.ui.settings.section import Section
from cti_client.ui.settings.section_bar import SectionBar
from cti_client.ui.settings.words import tr
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from cti_client.ui.widgets.empty_state import EmptyState
from cti_client.ui.widgets.notice import Notice
from cti_client.wire.settings_api import AllSettings


class SettingsPage(QWidget):
    """Six sections, one of them shown. Nothing typed is ever lost without the person's word.

    States: loading, the sections, could not load, not allowed (any more). Without a link what is there stays readable.
    """

    reload_wanted = Signal()
    back_wanted = Signal()
    """Away from here, where the page has nothing to show to this person."""

    def __init__(self, theme: Theme, samples: Samples, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._live, self._loaded, self._allowed = True, False, True
        self._then: Callable[[], object] | None = None
        self.question: LeaveQuestion | None = None
        self.setAccessibleName(tr("Administration"))
        self._stack = QStackedWidget(self)
        self._inside = QWidget(self._stack)
        self._parts = parts = QStackedWidget(self._inside)
        self.connections, self.lines = ConnectionsSection(theme, parts), LinesSection(theme, parts)
        self.routing, self.auto_texts = RoutingSection(theme, parts), AutoTextsSection(theme, parts)
        self.replies, self.log = RepliesSection(theme, samples, parts), ChangeLog(theme, parts)
        self.sections: tuple[Section, ...] = (
            self.connections,
            self.lines,
            self.routing,
            self.auto_texts,
            self.replies,
            self.log,
        )
        self.bar = SectionBar([one.name for one in self.sections])
        self.notice = Notice(theme)
        self.state = EmptyState(theme, "hourglass-medium")
        self.state.acted.connect(self._act)
        for section in self.sections:
            self._parts.addWidget(section)
            section.outcome.connect(self._go_on)
            section.leave_wanted.connect(self.leave)
        self.bar.wanted.connect(self._wanted)
        self._arrange()
        self.show_loading()

    @property
    def current(self) -> Section:
        """The section that is shown."""
        return self.sections[self._parts.currentIndex()]

    @property
    def dirty(self) -> bool:
        """Is anything typed that the hub does not have?"""
        return self.current.dirty

    @property
    def phones(self) -> tuple[PhoneButton, ...]:
        """The buttons beside its numbers (A12)."""
        return self.lines.list.phone, self.lines.form.phone, self.routing.trial.number.button

    # What the hub says

    def show_loading(self) -> None:
        """They are on their way; what stands there already stays."""
        if not self._loaded and self._allowed:
            self.state.show_state("hourglass-medium", tr("Loading the settings…"))
            self._stack.setCurrentWidget(self.state)

    def show_settings(self, settings: AllSettings) -> None:
        """As they are now; what is typed stays."""
        first, self._loaded, self._allowed = not self._loaded, True, True
        for section in self.sections:
            section.show_settings(settings)
        self._stack.setCurrentIndex(0)
        if settings.keeps_secrets:
            self.notice.clear()
        else:
            self.notice.say(
                tr(
                    "This hub has no key to keep secrets with, so no gateway with a password can be set up here. A hub "
                    "of your own has it from your keyring: unlock that. A team’s has it from secrets_key in its "
                    "settings file."
                ),
                "caution",
            )
        if first:
            self.current.open_first()

    def show_error(self, why: str) -> None:
        """They could not be loaded; what stands there already stays."""
        if self._loaded:
            return
        self.state.show_state("cloud-slash", tr("The settings could not be loaded"), why, tr("Try again"))
        self._stack.setCurrentWidget(self.state)

    def show_live(self, live: bool) -> None:
        """Whether there is a link to the hub."""
        self._live = live
        for section in self.sections:
            section.show_live(live)
        if not live and not self._loaded and self._allowed:
            words = tr("The settings load by themselves once the hub is back.")
            self.state.show_state("cloud-slash", tr("Not connected"), words)
            self._stack.setCurrentWidget(self.state)

    def show_allowed(self, allowed: bool) -> None:
        """Whether this person may be here. What is typed stays for the case that they may again."""
        if allowed == self._allowed:
            return
        self._allowed = allowed
        if allowed:
            self._stack.setCurrentIndex(0 if self._loaded else 1)
            self.show_loading()
            return
        words = tr("Only owners and admins change these settings, and you are neither now. Ask one of them.")
        self.state.show_state("lock", tr("Not for you any more"), words, tr("Back to the desk"))
        self._stack.setCurrentWidget(self.state)

    # Going to and fro

    def show_section(self, section: Section) -> None:
        """This one, once nothing is lost by it."""
        self.leave(lambda: self._show(section))

    def leave(self, then: Callable[[], object]) -> None:
        """Do this once nothing is lost by it: at once, or after the person has saved or discarded, or never."""
        section = self.current
        if section.saving:
            self._then = then
        elif section.dirty:
            self._ask(then)
        else:
            then()

    def _ask(self, then: Callable[[], object]) -> None:
        if self.question is not None:
            self.question.raise_()
            return
        section = self.current
        why_not = "" if self._live else tr("It cannot be saved now: there is no link to the hub.")
        if not self._allowed:
            why_not = tr("It cannot be saved: you may not change these settings any more.")

        def save() -> None:
            self._then = then
            section.save()

        def discard() -> None:
            section.discard()
            then()

        question = LeaveQuestion(self._theme, why_not, self.window())
        question.save_chosen.connect(save)
        question.discard_chosen.connect(discard)
        question.finished.connect(self._forget_question)
        self.question = question
        question.open()

    def _forget_question(self) -> None:
        self.question = None

    def _go_on(self, done: bool) -> None:
        then, self._then = self._then, None
        if done and then is not None:
            then()

    def _wanted(self, place: int) -> None:
        if self.sections[place] is not self.current:
            self.show_section(self.sections[place])

    def _show(self, section: Section) -> None:
        place = self.sections.index(section)
        keyboard = any(button.hasFocus() for button in self.bar.buttons)
        self._parts.setCurrentIndex(place)
        self.bar.show_current(place)
        if keyboard:
            self.bar.buttons[place].setFocus()
        section.open_first()

    def _act(self) -> None:
        if self._allowed:
            self.show_loading()
            self.reload_wanted.emit()
        else:
            self.back_wanted.emit()

    def _arrange(self) -> None:
        layout = QVBoxLayout(self._inside)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self.bar)
        layout.addWidget(self.notice)
        layout.addWidget(self._parts, 1)
        self._stack.addWidget(self._inside)
        self._stack.addWidget(self.state)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE_S)
        whole.addWidget(self._stack)
