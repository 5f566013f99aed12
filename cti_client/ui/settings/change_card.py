"""One change of the settings, as the change log tells it."""

from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from cti_client.ui.breakable import breakable
from cti_client.ui.local_time import clock, dated_day
from cti_client.ui.settings.words import tr
from cti_client.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from cti_client.ui.widgets.card import Card
from cti_client.ui.widgets.label import Label
from cti_client.wire.settings_api import AuditChange, AuditEntry

FIELD_PX = 130


class ChangeCard(Card):
    """Who did what and when, and each field before and after."""

    def __init__(self, theme: Theme, entry: AuditEntry, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        when = f"{dated_day(entry.at)}, {clock(entry.at)}"
        head = Label(breakable(_headline(entry)), "strong", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(head)
        layout.addWidget(Label(when, "small"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(SPACE_XS)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, theme.pixels(FIELD_PX))
        for row, change in enumerate(entry.changes):
            name = Label(breakable(change.field), "small", wrap=True)
            name.setFixedWidth(theme.pixels(FIELD_PX))
            grid.addWidget(name, row, 0)
            grid.addWidget(Label(breakable(_way(entry, change)), wrap=True), row, 1)
        layout.addLayout(grid)
        spoken = [_headline(entry), when, *(f"{one.field}: {_way(entry, one)}" for one in entry.changes)]
        self.setAccessibleName(". ".join(spoken))


def _headline(entry: AuditEntry) -> str:
    who = entry.by or tr("Somebody")
    if entry.kind == "routing":  # there is but one list of rules
        return tr("{who} changed the routing rules").format(who=who)
    words = {
        "added": tr("{who} added the {kind} “{what}”"),
        "changed": tr("{who} changed the {kind} “{what}”"),
        "removed": tr("{who} removed the {kind} “{what}”"),
    }.get(entry.action, "{who}: {kind} “{what}”")
    kinds = {
        "connection": tr("connection"),
        "line": tr("line"),
        "automatic text": tr("automatic text"),
        "canned reply": tr("canned reply"),
    }
    return words.format(who=who, kind=kinds.get(entry.kind, entry.kind), what=entry.what)


def _way(entry: AuditEntry, change: AuditChange) -> str:
    nothing = tr("nothing")
    if entry.action == "added":
        return change.after or nothing
    if entry.action == "removed":
        return change.before or nothing
    return f"{change.before or nothing} → {change.after or nothing}"
