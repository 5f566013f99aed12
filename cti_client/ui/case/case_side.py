"""The left side of a case window: who, address, case, timeline, in one column that scrolls."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from cti_client.ui.case.address_card import AddressCard
from cti_client.ui.case.case_choice import CaseChoiceLine
from cti_client.ui.case.case_fields import CaseFields
from cti_client.ui.case.customer_panel import CustomerPanel
from cti_client.ui.case.timeline_list import TimelineList
from cti_client.ui.theme import SPACE_L, SPACE_M, Theme
from cti_client.ui.widgets.label import Label


class CaseSide(QScrollArea):
    """Holds the parts; knows nothing of what they do."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inner = inner = QFrame()
        inner.setProperty("kind", "panel")
        self.setWidget(inner)  # while it is empty: what it holds is then styled once
        inner.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.back = QPushButton(theme.icon("caret-left", "accent"), self.tr("Back to the chat"), inner)
        self.back.setProperty("kind", "ghost")
        self.back.hide()
        self.customer = CustomerPanel(theme, inner)
        self.address = AddressCard(theme, inner)
        self.choice = CaseChoiceLine(theme, inner)
        self.fields = CaseFields(theme, inner)
        self._caption = Label(self.tr("TIMELINE"), "caps", parent=inner)
        self.timeline = TimelineList(theme, inner)
        self.timeline.currentRowChanged.connect(self._follow)
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self.customer, self.address, self.choice, self.fields, self._caption, self.timeline):
            layout.addWidget(part)
        layout.addStretch(1)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setProperty("kind", "panel")
        self.setMinimumWidth(theme.pixels(300))

    def _follow(self, row: int) -> None:
        """The timeline does not scroll, this does."""
        if row >= 0 and self.timeline.hasFocus():
            box = self.timeline.visualItemRect(self.timeline.item(row))
            at = self.timeline.mapTo(self._inner, box.center())
            self.ensureVisible(at.x(), at.y(), 0, box.height())
