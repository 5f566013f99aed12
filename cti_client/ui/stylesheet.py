"""The one stylesheet, built from the palette.

What a widget is, it says by a property: `kind` on buttons (`primary`, `danger`, `ghost`, `icon`, `nav`) and frames
(`card`, `bar`), `tone` on labels (`muted`, `small`, `heading`, `title`, `caps`, `strong`, `good`, `caution`, `bad`,
`accent`).
"""

from collections.abc import Callable

from PySide6.QtGui import QColor

from cti_client.ui.palette import Palette

CORNER = 7
CARD_CORNER = 10


def build(palette: Palette, points: Callable[[float], float]) -> str:
    """The stylesheet in these colours. `points` turns the design's pixels into points of the system's scale."""
    c = {name: _name(getattr(palette, name)) for name in palette.__dataclass_fields__}

    def size(px: float) -> str:
        return f"font-size: {points(px):.2f}pt"

    return "\n".join((_ground(c), _labels(c, size), _buttons(c), _views(c, size), _fields(c), _pieces(c, size)))


def _name(color: QColor) -> str:
    return color.name()


def _ground(c: dict[str, str]) -> str:
    return f"""
QMainWindow, QDialog, QWidget[kind="desk"] {{ background: {c["background"]}; }}
QWidget[kind="panel"], QFrame[kind="panel"] {{ background: {c["surface"]}; }}
QFrame[kind="bar"] {{ background: {c["surface"]}; border: none; border-bottom: 1px solid {c["line"]}; }}
QFrame[kind="rule"] {{ background: {c["line"]}; border: none; }}
QToolTip {{
  background: {c["raised"]}; color: {c["text"]}; border: 1px solid {c["edge"]}; border-radius: 4px; padding: 4px 8px;
}}
"""


def _labels(c: dict[str, str], size: Callable[[float], str]) -> str:
    return f"""
QLabel {{ background: transparent; }}
QLabel[tone="muted"] {{ color: {c["muted"]}; }}
QLabel[tone="small"] {{ color: {c["muted"]}; {size(12)}; }}
QLabel[tone="strong"] {{ font-weight: 600; }}
QLabel[tone="heading"] {{ {size(15)}; font-weight: 600; }}
QLabel[tone="title"] {{ {size(20)}; font-weight: 600; }}
QLabel[tone="caps"] {{ color: {c["muted"]}; {size(11)}; font-weight: 600; }}
QLabel[tone="good"] {{ color: {c["good"]}; }}
QLabel[tone="caution"] {{ color: {c["caution"]}; }}
QLabel[tone="bad"] {{ color: {c["bad"]}; }}
QLabel[tone="accent"] {{ color: {c["accent"]}; }}
"""


def _buttons(c: dict[str, str]) -> str:
    return f"""
QPushButton {{
  background: {c["raised"]}; color: {c["text"]}; border: 1px solid {c["rim"]}; border-radius: {CORNER}px;
  padding: 6px 14px; min-height: 18px; font-weight: 500;
}}
QPushButton:hover {{ background: {c["hover"]}; }}
QPushButton:pressed {{ background: {c["line"]}; }}
QPushButton:focus {{ border: 2px solid {c["accent"]}; padding: 5px 13px; }}
QPushButton:disabled {{ color: {c["muted"]}; background: {c["background"]}; border-color: {c["line"]}; }}
QPushButton::menu-indicator {{ image: none; width: 0; }}
QPushButton[kind="primary"] {{
  background: {c["accent"]}; color: {c["on_accent"]}; border: 1px solid {c["accent"]}; font-weight: 600;
}}
QPushButton[kind="primary"]:hover, QPushButton[kind="primary"]:pressed {{
  background: {c["accent_hover"]}; border-color: {c["accent_hover"]};
}}
QPushButton[kind="primary"]:focus {{ border: 2px solid {c["text"]}; padding: 5px 13px; }}
QPushButton[kind="primary"]:disabled {{
  background: {c["neutral_soft"]}; color: {c["muted"]}; border-color: {c["neutral_soft"]};
}}
QPushButton[kind="danger"] {{ color: {c["bad"]}; border-color: {c["bad"]}; }}
QPushButton[kind="danger"]:hover {{ background: {c["bad_soft"]}; }}
QPushButton[kind="ghost"] {{ background: transparent; border-color: transparent; color: {c["accent"]}; }}
QPushButton[kind="ghost"]:hover {{ background: {c["hover"]}; }}
QPushButton[kind="ghost"]:focus {{ border: 2px solid {c["accent"]}; }}
QPushButton[kind="ghost"]:disabled {{ color: {c["muted"]}; }}
QPushButton[side="left"] {{ border-top-right-radius: 0; border-bottom-right-radius: 0; }}
QPushButton[side="right"] {{
  border-top-left-radius: 0; border-bottom-left-radius: 0; border-left: 1px solid {c["on_accent"]}; padding: 6px 8px;
}}
QPushButton[side="right"]:focus {{ border: 2px solid {c["text"]}; padding: 5px 7px; }}
QPushButton[menu="true"] {{ padding-right: 36px; }}
QPushButton[menu="true"]:focus {{ padding-right: 35px; }}
QToolButton {{
  background: transparent; border: 1px solid transparent; border-radius: {CORNER}px; padding: 5px;
}}
QToolButton:hover {{ background: {c["hover"]}; }}
QToolButton:pressed {{ background: {c["line"]}; }}
QToolButton:focus {{ border: 2px solid {c["accent"]}; padding: 4px; }}
QToolButton:checked {{ background: {c["accent_soft"]}; color: {c["accent"]}; }}
QToolButton::menu-indicator {{ image: none; width: 0; }}
QToolButton[kind="nav"] {{ padding: 8px 2px; color: {c["muted"]}; font-weight: 500; }}
QToolButton[kind="nav"]:focus {{ padding: 7px 1px; }}
QToolButton[kind="nav"]:checked {{ color: {c["accent"]}; font-weight: 600; }}
QToolButton[kind="tab"] {{ padding: 6px 10px; color: {c["muted"]}; font-weight: 500; }}
QToolButton[kind="tab"]:focus {{ padding: 5px 9px; }}
QToolButton[kind="tab"]:checked {{ color: {c["accent"]}; }}
QCheckBox, QRadioButton {{ spacing: 8px; }}
QRadioButton {{ outline: none; }}
QRadioButton::indicator {{
  width: 14px; height: 14px; border: 1px solid {c["edge"]}; border-radius: 8px; background: {c["raised"]};
}}
QRadioButton::indicator:hover {{ border-color: {c["accent"]}; }}
QRadioButton::indicator:checked {{
  width: 6px; height: 6px; border: 5px solid {c["accent"]}; background: {c["on_accent"]};
}}
QRadioButton::indicator:focus {{ width: 12px; height: 12px; border: 2px solid {c["accent"]}; }}
QRadioButton::indicator:checked:focus {{ width: 6px; height: 6px; border: 5px solid {c["text"]}; }}
QRadioButton::indicator:disabled {{ border-color: {c["line"]}; }}
QRadioButton::indicator:checked:disabled {{ border-color: {c["muted"]}; }}
"""


def _fields(c: dict[str, str]) -> str:
    return f"""
QLineEdit, QPlainTextEdit, QTextEdit, QComboBox, QSpinBox {{
  background: {c["raised"]}; color: {c["text"]}; border: 1px solid {c["edge"]}; border-radius: {CORNER}px;
  selection-background-color: {c["accent"]}; selection-color: {c["on_accent"]};
}}
QLineEdit, QComboBox, QSpinBox {{ padding: 6px 10px; min-height: 18px; }}
QPlainTextEdit, QTextEdit {{ padding: 5px 7px; }}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus {{ border: 2px solid {c["accent"]}; padding: 5px 9px; }}
QPlainTextEdit:focus, QTextEdit:focus {{ border: 2px solid {c["accent"]}; padding: 4px 6px; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled {{
  background: {c["background"]}; color: {c["muted"]}; border-color: {c["line"]};
}}
QLineEdit:read-only {{ background: {c["background"]}; }}
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"], QComboBox[invalid="true"] {{
  border: 2px solid {c["bad"]}; padding: 5px 9px;
}}
QComboBox {{ padding-right: 30px; combobox-popup: 0; }}
QComboBox:focus {{ padding-right: 29px; }}
QComboBox::drop-down {{ border: none; width: 28px; }}
QComboBox::down-arrow {{ image: none; width: 0; height: 0; }}
QListView[kind="popup"] {{
  background: {c["raised"]}; border: 1px solid {c["edge"]}; outline: none;
  selection-background-color: {c["accent_soft"]}; selection-color: {c["text"]};
}}
QListView[kind="popup"]::item {{ padding: 6px 8px; border-radius: 5px; }}
QListView[kind="popup"]::item:selected {{ background: {c["accent_soft"]}; color: {c["text"]}; }}
"""


def _views(c: dict[str, str], size: Callable[[float], str]) -> str:
    return f"""
QAbstractScrollArea {{ background: transparent; border: none; }}
QTableView {{
  background: {c["raised"]}; border: 1px solid {c["line"]}; border-radius: {CARD_CORNER}px; outline: none;
  selection-background-color: {c["accent_soft"]}; selection-color: {c["text"]}; gridline-color: {c["line"]};
}}
QTableView:focus {{ border: 2px solid {c["accent"]}; }}
QTableView::item {{ padding: 0 8px; border: none; border-bottom: 1px solid {c["line"]}; }}
QTableView::item:hover {{ background: {c["hover"]}; }}
QTableView::item:selected {{ background: {c["accent_soft"]}; color: {c["text"]}; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{
  background: transparent; color: {c["muted"]}; border: none; border-bottom: 1px solid {c["line"]};
  padding: 8px 11px; {size(12)}; font-weight: 600;
}}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {c["edge"]}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {c["muted"]}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QProgressBar {{ background: {c["neutral_soft"]}; border: none; border-radius: 3px; max-height: 6px; }}
QProgressBar::chunk {{ background: {c["accent"]}; border-radius: 3px; }}
QSplitter::handle {{ background: {c["line"]}; }}
QSplitter::handle:hover {{ background: {c["accent"]}; }}
"""


def _pieces(c: dict[str, str], size: Callable[[float], str]) -> str:
    return f"""
QFrame[kind="card"] {{ background: {c["raised"]}; border: 1px solid {c["line"]}; border-radius: {CARD_CORNER}px; }}
{_pills(c, size)}
QFrame[kind="bubble"] {{ background: {c["bubble"]}; border: none; border-radius: 12px; }}
QMenu {{ background: {c["raised"]}; border: 1px solid {c["edge"]}; border-radius: {CORNER}px; padding: 4px; }}
QMenu::item {{ padding: 7px 24px 7px 10px; border-radius: 5px; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::item:checked {{ background: {c["neutral_soft"]}; font-weight: 600; }}
QMenu::item:checked:selected {{ background: {c["accent_soft"]}; }}
QMenu::item:selected {{ background: {c["accent_soft"]}; color: {c["text"]}; }}
QMenu::item:disabled {{ color: {c["muted"]}; }}
QMenu::separator {{ height: 1px; background: {c["line"]}; margin: 4px 8px; }}
QStatusBar {{ background: {c["surface"]}; color: {c["muted"]}; {size(12)}; }}
"""


def _pills(c: dict[str, str], size: Callable[[float], str]) -> str:
    rules = [
        f'QLabel[pill="{role}"] {{ background: {c[role + "_soft"]}; color: {c[role]}; }}'
        for role in ("good", "caution", "bad", "accent")
    ]
    return "\n".join(
        (
            f"QLabel[pill] {{ border-radius: 8px; padding: 2px 8px; {size(11)}; font-weight: 600; }}",
            f"QLabel[pill]:focus {{ border: 2px solid {c['accent']}; padding: 0px 6px; }}",
            f'QLabel[pill="neutral"] {{ background: {c["neutral_soft"]}; color: {c["muted"]}; }}',
            f'QLabel[pill="solid"] {{ background: {c["accent"]}; color: {c["on_accent"]}; }}',
            *rules,
        )
    )
