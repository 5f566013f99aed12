"""How a dialog is laid out that asks before something is done."""

from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout

from cti_client.ui.theme import SPACE_L, SPACE_S, SPACE_XL
from cti_client.ui.widgets.label import Label


def lay_out(
    dialog: QDialog, words: Sequence[Label], buttons: Sequence[QPushButton], aside: QPushButton | None = None
) -> None:
    """The words one below the other, a heading first, and the buttons at the right; `aside`: one at the left."""
    row = QHBoxLayout()
    row.setSpacing(SPACE_S)
    if aside is not None:
        row.addWidget(aside)
    row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    layout = QVBoxLayout(dialog)
    layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)  # as high as its lines need, always
    layout.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_XL)
    layout.setSpacing(SPACE_S)
    for label in words:
        layout.addWidget(label)
    layout.addSpacing(SPACE_L)
    layout.addLayout(row)
