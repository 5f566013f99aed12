"""Everything about the look in one place: colours, type, spacing, icons, and light or dark as the system has it."""

import sys

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from cti_client.ui import stylesheet as sheet
from cti_client.ui.icons import glyph_icon, glyphs, load_icon_family
from cti_client.ui.palette import AVATARS, DARK, LIGHT, ON_AVATAR, Palette

SPACE_XS = 4
SPACE_S = 8
SPACE_M = 12
SPACE_L = 16
SPACE_XL = 24

CORNER = sheet.CORNER
CARD_CORNER = sheet.CARD_CORNER
BUBBLE_CORNER = 12

BASE_PX = 13
"""Size of plain text in the design; it stands for the system's own interface text."""

POINTS_A_PIXEL = 1.0 if sys.platform == "darwin" else 0.75
"""Qt counts points at 72 dots an inch on macOS and at 96 elsewhere."""

PREFERRED_FAMILIES = ("Inter", "Noto Sans", "Cantarell", "Ubuntu", "DejaVu Sans")
"""Tried in this order only where the system names no interface font of its own (a bare X11 or offscreen session)."""


class Theme(QObject):
    """The look, made once at start and handed to whoever needs it.

    Follows the system's colour scheme live unless `dark` says otherwise. `changed` is emitted after the application
    has been restyled; only what paints with `palette` itself must listen (icons and stylesheet follow alone).
    """

    changed = Signal()

    def __init__(self, dark: bool | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._forced = dark
        self._app: QApplication | None = None
        self._icon_family = load_icon_family()
        system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        self._family = self._pick_family(system)
        system_px = system.pointSizeF() / POINTS_A_PIXEL if system.pointSizeF() > 0 else float(system.pixelSize())
        # Never below the design's size: some bare sessions report 9 pt, which is too small for eight hours.
        self._scale = max(1.0, system_px / BASE_PX)
        self._icons: dict[tuple[str, str], QIcon] = {}
        hints = QGuiApplication.styleHints()
        self._dark = self._wanted()
        hints.colorSchemeChanged.connect(self._follow)

    @property
    def dark(self) -> bool:
        """Is the dark palette in use?"""
        return self._dark

    @property
    def palette(self) -> Palette:
        """The colours in use now."""
        return DARK if self._dark else LIGHT

    def points(self, px: float) -> float:
        """The design's pixels as points of the system's scale."""
        return px * self._scale * POINTS_A_PIXEL

    def pixels(self, px: float) -> int:
        """A length that must grow with the text (a fixed column, a row's height), in logical pixels."""
        return round(px * self._scale)

    def font(self, px: float = BASE_PX, weight: QFont.Weight | int = QFont.Weight.Normal) -> QFont:
        """The interface font; `px` as in the design, `weight` 100 to 900."""
        font = QFont(self._family)
        font.setPointSizeF(self.points(px))
        font.setWeight(weight if isinstance(weight, QFont.Weight) else QFont.Weight(weight))
        return font

    def icon(self, name: str, role: str = "text") -> QIcon:
        """The Phosphor icon `name` in the colour `role` of the palette; follows the theme. KeyError: no such icon."""
        key = (name, role)
        if key not in self._icons:
            if role != "on_avatar" and role not in Palette.__dataclass_fields__:
                raise KeyError(role)
            # What stands on the accent stands on a pale ground once it is disabled, and would be lost there.
            disabled = (lambda: self.color("muted")) if role == "on_accent" else None
            self._icons[key] = glyph_icon(self._icon_family, glyphs()[name], lambda: self.color(role), disabled)
        return self._icons[key]

    def pixmap(self, name: str, role: str = "text", px: int = 16) -> QPixmap:
        """The icon as a picture for the primary screen's density; it does not follow the theme."""
        return self.icon(name, role).pixmap(QSize(px, px), QGuiApplication.primaryScreen().devicePixelRatio())

    def color(self, role: str) -> QColor:
        """A colour of the palette by name."""
        color: QColor = ON_AVATAR if role == "on_avatar" else getattr(self.palette, role)
        return color

    def avatar_color(self, seed: int) -> QColor:
        """The colour of a customer; `seed` is the thread's id, so it is the same in every window and run."""
        return AVATARS[seed % len(AVATARS)]

    def stylesheet(self) -> str:
        """The application's stylesheet in the present colours."""
        return sheet.build(self.palette, self.points)

    def apply(self, app: QApplication) -> None:
        """Dress the application, now and at each later change."""
        self._app = app
        if app.style().name().lower() != "fusion":
            app.setStyle("Fusion")
        app.setFont(self.font())
        self._dress(app)

    def force(self, dark: bool | None) -> None:
        """Light (False), dark (True), or as the system has it (None)."""
        self._forced = dark
        self._follow()

    def _wanted(self) -> bool:
        if self._forced is not None:
            return self._forced
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark

    def _follow(self) -> None:
        if self._wanted() == self._dark:
            return
        self._dark = not self._dark
        if self._app is not None:
            self._dress(self._app)
        self.changed.emit()

    def _dress(self, app: QApplication) -> None:
        sheet_now = self.stylesheet()
        if app.styleSheet() != sheet_now:  # Qt would polish every widget anew for the same words, too
            app.setPalette(_qt_palette(self.palette))
            app.setStyleSheet(sheet_now)

    @staticmethod
    def _pick_family(system: QFont) -> str:
        if system.family().lower() in {"sans serif", "sans-serif", "sans", ""}:
            for family in PREFERRED_FAMILIES:
                if QFontDatabase.hasFamily(family):
                    return family
        return system.family()


def _qt_palette(p: Palette) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for where, color in (
        (role.Window, p.background),
        (role.WindowText, p.text),
        (role.Base, p.raised),
        (role.AlternateBase, p.surface),
        (role.Text, p.text),
        (role.PlaceholderText, p.muted),
        (role.Button, p.raised),
        (role.ButtonText, p.text),
        (role.BrightText, p.on_accent),
        (role.Light, p.hover),
        (role.Mid, p.line),
        (role.Dark, p.edge),
        (role.Highlight, p.accent),
        (role.HighlightedText, p.on_accent),
        (role.Accent, p.accent),
        (role.Link, p.accent),
        (role.LinkVisited, p.accent),
        (role.ToolTipBase, p.raised),
        (role.ToolTipText, p.text),
    ):
        palette.setColor(where, color)
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, p.muted)
    return palette


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property the stylesheet looks at, and restyle that one widget if it changed."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
