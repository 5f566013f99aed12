"""Outline icons of one family (Phosphor), drawn as glyphs in a colour of the theme at the moment of painting.

The font comes with `qtawesome`. Its own loader reads ten fonts and costs 0.4 s at start, so only the one font file
and its character map are taken from the package; the icons then also follow a change of theme by themselves.
"""

import json
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap


@cache
def _folder() -> Path:
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("qtawesome is not installed")
    return Path(spec.origin).parent / "fonts"


@cache
def glyphs() -> dict[str, str]:
    """Every icon's character by its Phosphor name (`"chat-circle-dots"`)."""
    file = next(_folder().glob("phosphor-charmap-*.json"))
    points: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return {name: chr(int(point, 16)) for name, point in points.items()}


@cache
def load_icon_family() -> str:
    """The icon font's family, loaded the first time. Raises RuntimeError where Qt refuses the file."""
    file = next(path for path in _folder().glob("phosphor-*.ttf"))
    families = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(file)))
    if not families:
        raise RuntimeError(f"Qt cannot read the icon font {file.name}")
    return families[0]


class GlyphEngine(QIconEngine):
    """Paints one glyph of the icon font. `ink` is asked at each painting.

    Disabled icons are drawn in `disabled_ink`, or paler where there is none.
    """

    def __init__(
        self, family: str, glyph: str, ink: Callable[[], QColor], disabled_ink: Callable[[], QColor] | None = None
    ) -> None:
        super().__init__()
        self._family, self._glyph, self._ink, self._disabled_ink = family, glyph, ink, disabled_ink

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        """Qt's hook: draw the glyph centred in `rect`."""
        font = QFont(self._family)
        font.setPixelSize(max(1, min(rect.width(), rect.height())))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        ink = self._ink
        if mode == QIcon.Mode.Disabled:
            if self._disabled_ink is None:
                painter.setOpacity(0.45)
            else:
                ink = self._disabled_ink
        painter.setFont(font)
        painter.setPen(ink())
        painter.drawText(QRectF(rect), Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Qt's hook: the glyph on a transparent ground, `size` in device pixels."""
        if size.isEmpty():  # asked by some menus to learn whether there is an icon at all
            return QPixmap()
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Qt's hook."""
        return GlyphEngine(self._family, self._glyph, self._ink, self._disabled_ink)


def glyph_icon(
    family: str, glyph: str, ink: Callable[[], QColor], disabled_ink: Callable[[], QColor] | None = None
) -> QIcon:
    """An icon of the icon font, kept for the life of the process together with what `ink` and `disabled_ink` hold.

    Python's collector must never get to see it: it would destroy the engine before the icon that owns it, and the
    icon's own end would then touch freed memory.
    """
    icon = QIcon(GlyphEngine(family, glyph, ink, disabled_ink))
    _kept().append(icon)
    return icon


@cache
def _kept() -> list[QIcon]:
    return []
