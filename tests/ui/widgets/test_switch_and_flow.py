from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cti_client.ui.theme import Theme
from cti_client.ui.widgets.flow import Flow
from cti_client.ui.widgets.switch import Switch


def test_a_switch_is_turned_by_mouse_and_key_and_looks_different(qtbot: QtBot, theme: Theme) -> None:
    switch = Switch(theme, "Sounds")
    qtbot.addWidget(switch)
    switch.show()
    off = switch.grab().toImage()
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert switch.isChecked()
    assert switch.grab().toImage() != off
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert not switch.isChecked()
    assert switch.accessibleName() == "Sounds"


def test_a_flow_takes_as_many_rows_as_the_width_asks_for(qtbot: QtBot, theme: Theme) -> None:
    holder, flow = QWidget(), Flow()
    qtbot.addWidget(holder)
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(flow)
    layout.addWidget(QWidget(), 1)
    buttons = [QPushButton(text) for text in ("One", "Two", "Three")]
    flow.show_widgets(buttons)
    rows = {}
    for width in (600, 200, 100):
        holder.resize(width, 400)
        holder.show()
        qtbot.waitExposed(holder)
        layout.activate()
        rows[width] = len({button.y() for button in buttons})
        assert flow.height() >= max(button.geometry().bottom() for button in buttons)
    assert rows[600] == 1
    assert rows[100] == 3
    assert flow.minimumSizeHint().width() < flow.sizeHint().width()
