from typing import Any

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QIcon, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cti_client.ui.icons import glyphs
from cti_client.ui.palette import AVATARS, DARK, LIGHT
from cti_client.ui.theme import Theme, restyle
from cti_client.ui.widgets.label import Label


def inks(image: QImage) -> set[str]:
    """The colours of the opaque pixels."""
    points = ((x, y) for x in range(image.width()) for y in range(image.height()))
    return {image.pixelColor(x, y).name() for x, y in points if image.pixelColor(x, y).alpha() == 255}


def test_changing_the_scheme_restyles_everything_once(theme: Theme, qapp: QApplication, qtbot: QtBot) -> None:
    label = Label("words", "muted")
    qtbot.addWidget(label)
    label.ensurePolished()
    assert label.palette().windowText().color() == LIGHT.muted
    with qtbot.waitSignal(theme.changed):
        theme.force(True)
    label.ensurePolished()
    assert theme.dark
    assert label.palette().windowText().color() == DARK.muted
    assert qapp.palette().window().color() == DARK.background
    with qtbot.assertNotEmitted(theme.changed):
        theme.force(True)


def test_icons_follow_the_theme(theme: Theme) -> None:
    icon = theme.icon("phone", "accent")
    light = icon.pixmap(QSize(64, 64)).toImage()
    assert LIGHT.accent.name() in inks(light)
    theme.force(True)
    assert DARK.accent.name() in inks(icon.pixmap(QSize(64, 64)).toImage())


def test_an_icon_of_a_disabled_primary_button_is_seen(theme: Theme) -> None:
    icon = theme.icon("phone", "on_accent")
    for dark, palette in ((False, LIGHT), (True, DARK)):
        theme.force(dark)
        assert palette.muted.name() in inks(icon.pixmap(QSize(64, 64), QIcon.Mode.Disabled).toImage())
        assert palette.on_accent.name() in inks(icon.pixmap(QSize(64, 64)).toImage())


def test_an_icon_of_no_size_is_nothing(theme: Theme, qtlog: Any) -> None:
    assert theme.icon("phone").pixmap(QSize(0, 0)).isNull()
    assert [record.message for record in qtlog.records if "QPainter" in record.message] == []


def test_an_icon_that_does_not_exist_is_an_error(theme: Theme) -> None:
    with pytest.raises(KeyError):
        theme.icon("no-such-icon")
    with pytest.raises(KeyError):
        theme.icon("phone", "no such role")


def test_the_family_has_its_icons() -> None:
    assert {"phone", "chat-circle-dots", "headset", "headset-bold", "caret-down-bold"} <= glyphs().keys()


def test_type_grows_from_the_systems_size(theme: Theme) -> None:
    plain, heading = theme.font(13), theme.font(20, QFont.Weight.DemiBold)
    assert heading.pointSizeF() / plain.pointSizeF() == pytest.approx(20 / 13)
    assert heading.weight() == QFont.Weight.DemiBold
    assert plain.pointSizeF() >= 9.75
    assert theme.pixels(100) >= 100


def test_a_customers_colour_is_the_same_everywhere(theme: Theme) -> None:
    seeds = range(3 * len(AVATARS))
    light = [theme.avatar_color(seed) for seed in seeds]
    theme.force(True)
    assert [theme.avatar_color(seed) for seed in seeds] == light
    assert {color.name() for color in light} == {color.name() for color in AVATARS}


def test_restyle_changes_one_widget(theme: Theme, qtbot: QtBot) -> None:
    label = Label("words", "muted")
    qtbot.addWidget(label)
    label.ensurePolished()
    restyle(label, "tone", "bad")
    assert label.palette().windowText().color() == LIGHT.bad


def test_the_stylesheet_names_no_colour_of_its_own(theme: Theme) -> None:
    known = {QColor(getattr(LIGHT, name)).name() for name in LIGHT.__dataclass_fields__}
    named = {word.strip(";,{}") for word in theme.stylesheet().split() if word.startswith("#")}
    assert named
    assert {name.lower() for name in named} <= known


def test_qt_reads_the_stylesheet(theme: Theme, qtbot: QtBot, capfd: pytest.CaptureFixture[str]) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.setStyleSheet(theme.stylesheet())
    widget.ensurePolished()
    assert "Could not parse" not in capfd.readouterr().err
