"""Where do you work? With a hub of your own on this computer, or with a team's hub."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from cti_client.desk.hub_trial import TrialStep
from cti_client.desk.hub_trouble import Trouble
from cti_client.desk.places import OwnPlace, Place, TeamPlace
from cti_client.ui.connect.connect_choice import ConnectChoice
from cti_client.ui.connect.connect_fields import ConnectFields
from cti_client.ui.theme import SPACE_M, SPACE_S, SPACE_XL, Theme
from cti_client.ui.widgets.label import Label
from cti_client.ui.widgets.notice import Notice

LEAST_FIELDS_PX = 110
"""What scrolls is never less high than this."""


class ConnectPage(QWidget):
    """Two choices, the team's fields, what is wrong, and one button. Knows no network; whoever listens answers.

    Where there is little room the fields scroll; what is wrong and the buttons always show.

    `team_wanted` is answered by `show_step` and in the end `show_problem`, or by leaving the page. While a hub is being
    tried nothing can be changed, and the second button stops it.
    """

    own_wanted = Signal()
    team_wanted = Signal(str, str, str)
    """Address, token and the file of the team's authority (or nothing), as typed."""
    stop_wanted = Signal()
    cancelled = Signal()

    def __init__(self, theme: Theme, *, first: bool = False, parent: QWidget | None = None) -> None:
        """`first`: there is nothing to go back to; leaving the page ends the program."""
        super().__init__(parent)
        self._first = first
        self._trying = False
        self._least = theme.pixels(LEAST_FIELDS_PX)
        self.title = Label(self.tr("Where do you work?"), "title", wrap=True)
        self.own = ConnectChoice(
            theme,
            "laptop",
            self.tr("On my own"),
            self.tr("Everything runs and stays on this computer. Nobody else is needed."),
        )
        self.team = ConnectChoice(
            theme,
            "users-three",
            self.tr("With a team"),
            self.tr("Your team has a hub. You need its address and a token from your administrator."),
        )
        self._choices = QButtonGroup(self)
        for choice in (self.own, self.team):
            self._choices.addButton(choice.button)
            choice.chosen.connect(self._show)
        self._body, self._foot, self._view = QWidget(), QWidget(), QScrollArea()
        self.fields = ConnectFields(theme)
        self.waiting = Notice(theme)
        self.problem = Notice(theme)
        self.connect_button = QPushButton()
        self.connect_button.setProperty("kind", "primary")
        self.cancel_button = QPushButton()
        self._arrange()
        self.team.picked.connect(self.fields.focus_first_empty)
        self.team.typed.connect(self._type_on)
        self.fields.changed.connect(self._typed)
        self.connect_button.clicked.connect(self._go_on)
        self.cancel_button.clicked.connect(self._leave)
        self.own.choose()

    @property
    def trying(self) -> bool:
        """A hub is being tried."""
        return self._trying

    def height_at(self, width: int) -> int:
        """What it needs at this width to show everything at once."""
        return _height(self._body, width) + _height(self._foot, width)

    def show_place(self, place: Place | None) -> None:
        """Where the person works now; the keyboard goes to what there is to do."""
        if isinstance(place, TeamPlace):
            self.team.choose()
            self.fields.address.setText(place.address)
            self.fields.ca_file.setText(place.ca_file)
            self.fields.focus_first_empty()
            return
        if isinstance(place, OwnPlace):
            self.own.choose()
        (self.own if self.own.button.isChecked() else self.team).button.setFocus()

    def show_keeping(self, keeps: bool) -> None:
        """Whether the token will be known after the next start."""
        self.fields.note.setText(
            self.tr("It is kept in this computer’s keyring.")
            if keeps
            else self.tr("This computer has no keyring that can be used, so the token is asked for at each start.")
        )

    def show_unsent(self, unsent: int, where: str) -> None:
        """Texts of the place one is about to leave; they stay behind."""
        if unsent == 0:
            self.waiting.clear()
            return
        one = self.tr("One text has not gone yet. It stays on this computer and goes once you are back at {place}.")
        many = self.tr("{n} texts have not gone yet. They stay on this computer and go once you are back at {place}.")
        self.waiting.say((one if unsent == 1 else many).format(n=unsent, place=where), "caution")

    def show_step(self, step: TrialStep, host: str) -> None:
        """How far the trial is."""
        if not self._trying:
            self._trying = True
            self.fields.mark(Trouble.HUB)
            self.cancel_button.setFocus()
        reaching = step is TrialStep.REACHING
        words = self.tr("Reaching {host}…").format(host=host) if reaching else self.tr("Checking the token…")
        self.problem.say(words, "neutral")
        self._show()

    def show_problem(self, words: str, trouble: Trouble = Trouble.HUB) -> None:
        """The trial is over and did not succeed; what is typed stays."""
        self._trying = False
        self._show()
        self.problem.say(words, "bad")
        self.connect_button.setFocus()
        self.fields.mark(trouble, words)
        self._see_focus()

    def show_stopped(self) -> None:
        """The trial is over because the person wanted it."""
        self._trying = False
        self.problem.clear()
        self._show()
        self.connect_button.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt's hook."""
        super().resizeEvent(event)
        self._fit_foot()

    def event(self, event: QEvent) -> bool:
        """Qt's hook: something more, or less, is said."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit_foot()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's hook: the fields need another room, which the view around them does not pass on."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _fit_foot(self) -> None:
        """All of it, whatever room is left for the rest: a layout alone would squeeze wrapped lines."""
        height = _height(self._foot, self.width())
        self._foot.setFixedHeight(height)
        self.setMinimumHeight(height + self._least)

    def _see_focus(self) -> None:
        focused = self._body.focusWidget()
        if focused is not None:
            self._view.ensureWidgetVisible(focused)

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.connect_button)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, 0)
        body.setSpacing(SPACE_M)
        for widget in (self.title, self.own, self.team, self.fields):
            body.addWidget(widget)
        body.addStretch(1)
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(SPACE_XL, SPACE_M, SPACE_XL, SPACE_XL)
        foot.setSpacing(SPACE_M)
        for notice in (self.waiting, self.problem):
            foot.addWidget(notice)
        foot.addLayout(buttons)
        view = self._view
        view.setWidgetResizable(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        view.setWidget(self._body)
        self._body.installEventFilter(self)
        view.verticalScrollBar().rangeChanged.connect(self._see_focus)  # the fields have another room now
        view.viewport().setAutoFillBackground(False)
        self._body.setAutoFillBackground(False)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(view, 1)
        whole.addWidget(self._foot)
        self.setTabOrder(self.own.button, self.team.button)
        self.setTabOrder(self.team.button, self.fields.address)
        self.setTabOrder(self.fields.browse, self.connect_button)
        self.setTabOrder(self.connect_button, self.cancel_button)

    def _type_on(self, key: QKeyEvent) -> None:
        """Who chose the team by an arrow key and types means the field."""
        if self.team.button.isChecked():
            field = self.fields.focus_first_empty()
            QCoreApplication.sendEvent(field, key)

    def _typed(self) -> None:
        if not self._trying:
            self.problem.clear()
        self._show()

    def _show(self) -> None:
        team = self.team.button.isChecked()
        self.fields.setVisible(team)
        if not team and not self._trying:
            self.problem.clear()
        for widget in (self.own, self.team, self.fields):
            widget.setEnabled(not self._trying)
        ready = bool(self.fields.address.text().strip() and self.fields.token.text().strip())
        self.connect_button.setEnabled(not self._trying and (ready or not team))
        if team:
            self.connect_button.setText(self.tr("Connecting…") if self._trying else self.tr("Test and connect"))
        else:
            self.connect_button.setText(self.tr("Start here"))
        leave = self.tr("Quit") if self._first else self.tr("Cancel")
        self.cancel_button.setText(self.tr("Stop") if self._trying else leave)

    def _go_on(self) -> None:
        if self.own.button.isChecked():
            self.own_wanted.emit()
            return
        fields = self.fields
        self.team_wanted.emit(fields.address.text(), fields.token.text(), fields.ca_file.text().strip())

    def _leave(self) -> None:
        (self.stop_wanted if self._trying else self.cancelled).emit()


def _height(part: QWidget, width: int) -> int:
    layout = part.layout()
    if layout is None:
        return 0
    layout.activate()
    return layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
