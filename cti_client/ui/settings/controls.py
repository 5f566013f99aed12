"""What stands in a control, whatever kind it is of."""

from collections.abc import Callable
from typing import Protocol, cast

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPlainTextEdit, QWidget


class OwnControl(Protocol):
    """A control made of several."""

    changed: SignalInstance

    def value(self) -> object:
        """What stands in it."""

    def put(self, value: object) -> None:
        """Let it show that."""

    def mark(self, wrong: bool) -> None:
        """Whether what stands in it is wrong."""


def watch(control: QWidget, changed: Callable[[], object]) -> None:
    """Call `changed` whenever something else stands in the control."""
    match control:
        case QLineEdit() | QPlainTextEdit():
            control.textChanged.connect(lambda *_: changed())
        case QComboBox():
            control.currentIndexChanged.connect(lambda _: changed())
        case QCheckBox():
            control.toggled.connect(lambda _: changed())
        case _:
            cast(OwnControl, control).changed.connect(lambda *_: changed())


def read(control: QWidget) -> object:
    """What stands in it: text, the data of a choice, or whether it is on."""
    match control:
        case QLineEdit():
            return control.text()
        case QPlainTextEdit():
            return control.toPlainText()
        case QComboBox():
            return control.currentData()
        case QCheckBox():
            return control.isChecked()
        case _:
            return cast(OwnControl, control).value()


def put(control: QWidget, value: object) -> None:
    """Let it show that; a choice that is not offered is added, so that nothing is changed unseen."""
    match control:
        case QLineEdit():
            if control.text() != value:
                control.setText(str(value))
                control.setCursorPosition(0)
        case QPlainTextEdit():
            if control.toPlainText() != value:
                control.setPlainText(str(value))
        case QComboBox():
            at = control.findData(value)
            if at < 0:
                control.addItem(str(value), value)
                at = control.count() - 1
            control.setCurrentIndex(at)
        case QCheckBox():
            control.setChecked(bool(value))
        case _:
            cast(OwnControl, control).put(value)
