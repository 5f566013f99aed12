"""The bar at the left: where one can go, and what one can set."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFont
from PySide6.QtWidgets import QButtonGroup, QFrame, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from cti_client.ui.preferences import Preferences
from cti_client.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme

HEADING_PX = 12
DESK, ADMIN = "desk", "admin"
"""The pages."""


class Navigation(QFrame):
    """One button a page, the settings menu at the bottom."""

    quit_wanted = Signal()
    place_wanted = Signal()
    """The person wants to work with another hub."""
    page_wanted = Signal(str)
    """`DESK` or `ADMIN`; `show_page` says whether it came to that."""

    def __init__(self, theme: Theme, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._preferences = theme, preferences
        self.setProperty("kind", "panel")
        self.setAccessibleName(self.tr("Navigation"))
        self._page = DESK
        self._pages = QButtonGroup(self)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(SPACE_S, SPACE_M, SPACE_S, SPACE_M)
        self._layout.setSpacing(SPACE_XS)
        self.desk = self._page_button("headset", self.tr("Desk"), DESK)
        self.admin = self._page_button("sliders-horizontal", self.tr("Admin"), ADMIN)
        self.admin.setToolTip(self.tr("Connections, lines and texts, for everybody at this hub"))
        self.admin.hide()
        self._layout.addStretch(1)
        self.settings = self._button("gear-six", self.tr("Settings"))
        self.settings.setToolTip(self.tr("Of this computer alone"))
        self.settings.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.settings.setMenu(self._build_menu())
        self._layout.addWidget(self.settings)
        theme.changed.connect(self._refresh_icons)
        self.show_page(DESK)

    def offer_admin(self, offered: bool) -> None:
        """Whether this person may set what everybody works with (F4)."""
        self.admin.setVisible(offered)

    def show_page(self, page: str) -> None:
        """The page that is shown."""
        self._page = page
        (self.admin if page == ADMIN else self.desk).setChecked(True)
        self._refresh_icons()

    def offer_places(self) -> None:
        """From now on the settings menu leads to other hubs."""
        self._place.setVisible(True)

    def _button(self, icon: str, name: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("kind", "nav")
        button.setProperty("icon_name", icon)
        button.setText(name)
        button.setAccessibleName(name)
        button.setIconSize(QSize(self._theme.pixels(22), self._theme.pixels(22)))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.ensurePolished()
        button.setMinimumWidth(max(self._theme.pixels(64), button.sizeHint().width()))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _page_button(self, icon: str, name: str, page: str) -> QToolButton:
        button = self._button(icon, name)
        button.setCheckable(True)
        button.clicked.connect(lambda: self._ask(page))
        self._pages.addButton(button)
        self._layout.addWidget(button)
        return button

    def _ask(self, page: str) -> None:
        self.show_page(self._page)  # until it is said that it came to that
        self.page_wanted.emit(page)

    def _refresh_icons(self) -> None:
        for button in (self.desk, self.admin, self.settings):
            role = "accent" if button.isChecked() else "muted"
            button.setIcon(self._theme.icon(str(button.property("icon_name")), role))

    def _build_menu(self) -> QMenu:
        menu = QMenu(self)
        appearance = QActionGroup(menu)
        # Not a section: styled menus draw a section's line and leave its words out.
        heading = menu.addAction(self.tr("Appearance"))
        heading.setEnabled(False)
        heading.setFont(self._theme.font(HEADING_PX, QFont.Weight.DemiBold))
        names = {"system": self.tr("As the system"), "light": self.tr("Light"), "dark": self.tr("Dark")}
        for value in Preferences.APPEARANCES:
            action = menu.addAction(names[value])
            action.setCheckable(True)
            action.setChecked(self._preferences.appearance == value)
            action.triggered.connect(lambda _checked, value=value: setattr(self._preferences, "appearance", value))
            appearance.addAction(action)
        menu.addSeparator()
        self._switch(menu, self.tr("Sounds"), "sound")
        self._switch(menu, self.tr("System notifications"), "notifications")
        self._switch(menu, self.tr("Hand calls to this computer’s phone program"), "hand_over_calls")
        menu.addSeparator()
        self._place = menu.addAction(self._theme.icon("users-three"), self.tr("Connect to another hub…"))
        self._place.triggered.connect(self.place_wanted)
        self._place.setVisible(False)
        menu.addAction(self._theme.icon("sign-out"), self.tr("Quit"), self.quit_wanted.emit)
        return menu

    def _switch(self, menu: QMenu, name: str, preference: str) -> QAction:
        action = menu.addAction(name)
        action.setCheckable(True)
        action.setChecked(getattr(self._preferences, preference))
        action.toggled.connect(lambda on: setattr(self._preferences, preference, on))
        return action
