"""The colours of the product, by role; a widget never names a colour of its own.

Every text role keeps 4.5:1 on every ground it may stand on, `edge` and `focus` keep 3:1; `tests/ui/test_palette.py`
measures all pairs of both palettes.
"""

from dataclasses import dataclass

from PySide6.QtGui import QColor


@dataclass(frozen=True, kw_only=True)
class Palette:
    """One set of colours. Grounds: background, surface, raised, the `*_soft` ones and bubble; the rest is ink."""

    background: QColor
    """Behind everything: the desk on which cards lie."""
    surface: QColor
    """Panels, bars, incoming bubbles."""
    raised: QColor
    """Cards, menus, fields, buttons."""
    hover: QColor
    """A raised control under the pointer."""
    line: QColor
    """Separates things; carries no meaning."""
    edge: QColor
    """Border of a field: says where it is, so it keeps 3:1."""
    rim: QColor
    """Border of a button, whose words already say where it is."""
    text: QColor
    muted: QColor
    accent: QColor
    accent_hover: QColor
    accent_soft: QColor
    """Ground of the selected thing."""
    on_accent: QColor
    good: QColor
    good_soft: QColor
    caution: QColor
    caution_soft: QColor
    bad: QColor
    bad_soft: QColor
    on_bad: QColor
    neutral_soft: QColor
    """Ground of a pill that says nothing urgent."""
    bubble: QColor
    """Ground of the agent's own messages."""


LIGHT = Palette(
    background=QColor("#F6F7F9"),
    surface=QColor("#FFFFFF"),
    raised=QColor("#FFFFFF"),
    hover=QColor("#F1F4F8"),
    line=QColor("#E3E6EB"),
    edge=QColor("#848E9C"),
    rim=QColor("#CDD3DB"),
    text=QColor("#1B2430"),
    muted=QColor("#5B6776"),
    accent=QColor("#0B6BCB"),
    accent_hover=QColor("#095BAD"),
    accent_soft=QColor("#E6F0FB"),
    on_accent=QColor("#FFFFFF"),
    good=QColor("#1A7A48"),
    good_soft=QColor("#E4F4EB"),
    caution=QColor("#8F5400"),
    caution_soft=QColor("#FFF3DC"),
    bad=QColor("#B3261E"),
    bad_soft=QColor("#FCE9E7"),
    on_bad=QColor("#FFFFFF"),
    neutral_soft=QColor("#EEF1F5"),
    bubble=QColor("#DCEBFB"),
)

DARK = Palette(
    background=QColor("#14181E"),
    surface=QColor("#1B2129"),
    raised=QColor("#222A34"),
    hover=QColor("#2B3541"),
    line=QColor("#2E3844"),
    edge=QColor("#738093"),
    rim=QColor("#3C4857"),
    text=QColor("#E6EAF0"),
    muted=QColor("#9BA7B6"),
    accent=QColor("#5AA9F5"),
    accent_hover=QColor("#7ABAF7"),
    accent_soft=QColor("#1C3045"),
    on_accent=QColor("#0B1420"),
    good=QColor("#63C896"),
    good_soft=QColor("#183327"),
    caution=QColor("#F0B860"),
    caution_soft=QColor("#382B14"),
    bad=QColor("#F28B82"),
    bad_soft=QColor("#3B1F1D"),
    on_bad=QColor("#0B1420"),
    neutral_soft=QColor("#2A333E"),
    bubble=QColor("#1F3B58"),
)

AVATARS = (
    QColor("#7A4BC2"),
    QColor("#0B7A6E"),
    QColor("#B4501C"),
    QColor("#2B66B8"),
    QColor("#A8327E"),
    QColor("#4D7A1E"),
    QColor("#B3363E"),
    QColor("#4457BE"),
    QColor("#8A6200"),
    QColor("#17779A"),
    QColor("#8E44A3"),
    QColor("#5C6675"),
)
"""Customers' colours, told apart in both palettes; white initials keep 4.5:1 on each."""

ON_AVATAR = QColor("#FFFFFF")


def luminance(color: QColor) -> float:
    """Relative luminance as WCAG 2 defines it, 0 (black) to 1 (white)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2 contrast ratio of two opaque colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
