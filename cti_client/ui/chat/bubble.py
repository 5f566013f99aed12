"""Geometry of one row of the chat view: where its heading, bubble, lines and actions stand at a given width.

Pure layout, no painting: the delegate measures with it, paints by it and asks it what lies under the pointer.
"""

from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QTextCharFormat, QTextLayout, QTextLine, QTextOption

from cti_client.ui.links import Link
from cti_client.ui.models.thread_row import RowAction, ThreadRow
from cti_client.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Theme

PAD_X = 13.0
PAD_Y = 9.0
WIDEST = 560.0
SHARE = 0.76
TICK = 15.0


class BubbleStyle:
    """Fonts and lengths, taken from the theme once and again after each change of it."""

    def __init__(self, theme: Theme) -> None:
        self.body = theme.font(14)
        self.small = theme.font(12)
        self.heading = theme.font(12, QFont.Weight.DemiBold)
        self.action = theme.font(13, QFont.Weight.DemiBold)
        self.widest = WIDEST * theme.pixels(100) / 100
        self.tick = float(theme.pixels(round(TICK)))
        self.small_metrics = QFontMetricsF(self.small)
        self.heading_metrics = QFontMetricsF(self.heading)
        self.action_metrics = QFontMetricsF(self.action)
        self.small_line = self.small_metrics.height()
        self.heading_line = self.heading_metrics.height()
        self.action_line = self.action_metrics.height()


@dataclass(frozen=True)
class ActionSpot:
    """One action as a button under its bubble."""

    action: RowAction
    words: str
    box: QRectF


@dataclass
class Bubble:
    """The laid-out row. Boxes are relative to the row's top left; an empty box is not drawn."""

    width: float
    height: float = 0.0
    heading: QRectF = field(default_factory=QRectF)
    unread: QRectF = field(default_factory=QRectF)
    box: QRectF = field(default_factory=QRectF)
    policy: QRectF = field(default_factory=QRectF)
    text_at: QPointF = field(default_factory=QPointF)
    text: QTextLayout = field(default_factory=QTextLayout)
    warning: QTextLayout | None = None
    warning_at: QPointF = field(default_factory=QPointF)
    note: QTextLayout | None = None
    note_at: QPointF = field(default_factory=QPointF)
    meta: QRectF = field(default_factory=QRectF)
    tick: QRectF = field(default_factory=QRectF)
    problem: QTextLayout | None = None
    problem_at: QPointF = field(default_factory=QPointF)
    actions: list[ActionSpot] = field(default_factory=list)

    def link_at(self, row: ThreadRow, where: QPointF) -> Link | None:
        """The link under this point."""
        inside = where - self.text_at
        for number in range(self.text.lineCount()):
            line = self.text.lineAt(number)
            if line.naturalTextRect().contains(inside):
                cursor = line.xToCursor(inside.x(), QTextLine.CursorPosition.CursorOnCharacter)
                return next((link for link in row.links if link.start <= cursor < link.start + link.length), None)
        return None

    def action_at(self, where: QPointF) -> RowAction | None:
        """The action under this point."""
        return next((spot.action for spot in self.actions if spot.box.contains(where)), None)


def action_words(action: RowAction) -> str:
    """What the button of an action says."""
    return {
        RowAction.ARRIVED: _tr("They have it"),
        RowAction.NOT_ARRIVED: _tr("They don't have it"),
        RowAction.SEND_AGAIN: _tr("Send again"),
        RowAction.TEXT_AGAIN: _tr("Edit"),
        RowAction.SEND_NOW: _tr("Send now"),
        RowAction.SEND_ANYWAY: _tr("Send anyway"),
        RowAction.CANCEL: _tr("Cancel"),
        RowAction.CALL: _tr("Call"),
        RowAction.CHECK_NUMBER: _tr("Check the number"),
        RowAction.TAKE_BACK: _tr("Back to the reply box"),
        RowAction.DISCARD: _tr("Discard"),
    }[action]


def lay_out(row: ThreadRow, width: float, style: BubbleStyle, link_color: QColor) -> Bubble:
    """Measure a row at this width of the view, in logical pixels."""
    bubble = Bubble(width)
    room = max(120.0, min(style.widest, (width - 2 * SPACE_L) * SHARE))
    y = _lay_top(bubble, row, width, style)
    y = _lay_box(bubble, row, width, room, y, style, link_color)
    if row.problem:
        y = _lay_problem(bubble, row, width, room, y, style)
    bubble.height = float(round(y + SPACE_XS + 1))
    return bubble


def _lay_top(bubble: Bubble, row: ThreadRow, width: float, style: BubbleStyle) -> float:
    y = float(SPACE_XS)
    if row.heading:
        wide = min(width - 2 * SPACE_L, style.heading_metrics.horizontalAdvance(row.heading) + 2 * SPACE_M)
        bubble.heading = QRectF((width - wide) / 2, y + SPACE_S, wide, style.heading_line + 6)
        y = bubble.heading.bottom() + SPACE_S
    if row.first_unread:
        bubble.unread = QRectF(SPACE_L, y, width - 2 * SPACE_L, style.heading_line + 4)
        y = bubble.unread.bottom() + SPACE_XS
    return y


def _lay_box(
    bubble: Bubble, row: ThreadRow, width: float, room: float, y: float, style: BubbleStyle, link_color: QColor
) -> float:
    inner = room - 2 * PAD_X
    small = style.small_metrics
    meta = small.horizontalAdvance(row.meta) + 1
    tick = style.tick + SPACE_S if row.tick is not None else 0.0
    policy = small.horizontalAdvance(row.policy) + style.tick + SPACE_S if row.policy else 0.0
    bubble.text = _text(row.text, style.body, inner, row.links, link_color)
    hosts = ", ".join(dict.fromkeys(link.host for link in row.links if link.deceptive))
    if hosts:
        bubble.warning = _text(_tr("Leads to {host}").format(host=hosts), style.small, inner)
    if row.note:
        bubble.note = _text(row.note, style.small, inner)
    used = [_used(bubble.text), min(inner, meta + tick), min(inner, policy)]
    used += [_used(extra) for extra in (bubble.warning, bubble.note) if extra is not None]
    wide = float(round(max(used) + 0.5)) + 2 * PAD_X
    left = width - SPACE_L - wide if row.mine else float(SPACE_L)
    top = y
    y += PAD_Y
    if row.policy:
        bubble.policy = QRectF(left + PAD_X, y, wide - 2 * PAD_X, style.small_line)
        y += style.small_line + 3
    bubble.text_at = QPointF(left + PAD_X, y)
    y += bubble.text.boundingRect().height() + 2
    if bubble.warning is not None:
        bubble.warning_at = QPointF(left + PAD_X, y)
        y += bubble.warning.boundingRect().height() + 2
    if bubble.note is not None:
        bubble.note_at = QPointF(left + PAD_X, y)
        y += bubble.note.boundingRect().height() + 2
    right = left + wide - PAD_X
    bubble.meta = QRectF(right - tick - meta, y, meta, style.small_line)
    if row.tick is not None:
        bubble.tick = QRectF(right - style.tick, y + (style.small_line - style.tick) / 2, style.tick, style.tick)
    y += style.small_line + PAD_Y - 2
    bubble.box = QRectF(left, top, wide, y - top)
    return y


def _lay_problem(bubble: Bubble, row: ThreadRow, width: float, room: float, y: float, style: BubbleStyle) -> float:
    y += SPACE_XS
    bubble.problem = _text(row.problem, style.small, room - style.tick - SPACE_S)
    wide = _used(bubble.problem)
    left = width - SPACE_L - wide if row.mine else SPACE_L + style.tick + SPACE_S
    bubble.problem_at = QPointF(left, y)
    y += bubble.problem.boundingRect().height()
    if row.actions:
        y += SPACE_S
        words = [(action, action_words(action)) for action in row.actions]
        widths = [style.action_metrics.horizontalAdvance(each) + 2 * SPACE_M for _, each in words]
        high = style.action_line + 2 * 5
        x = width - SPACE_L - sum(widths) - SPACE_S * (len(widths) - 1)
        for (action, each), one in zip(words, widths, strict=True):
            bubble.actions.append(ActionSpot(action, each, QRectF(round(x), round(y), round(one), round(high))))
            x += one + SPACE_S
        y += high
    return y + SPACE_XS


def _text(
    text: str, font: QFont, width: float, links: tuple[Link, ...] = (), link_color: QColor | None = None
) -> QTextLayout:
    layout = QTextLayout(text.replace("\n", "\u2028"), font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    if links and link_color is not None:
        layout.setFormats([_link_format(link, link_color) for link in links])
    layout.beginLayout()
    y = 0.0
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        line.setPosition(QPointF(0, y))
        y += line.height()
    layout.endLayout()
    return layout


def _link_format(link: Link, color: QColor) -> QTextLayout.FormatRange:
    shape = QTextCharFormat()
    shape.setFontUnderline(True)
    shape.setForeground(color)
    span = QTextLayout.FormatRange()
    span.start, span.length, span.format = link.start, link.length, shape
    return span


def _used(layout: QTextLayout) -> float:
    return max((layout.lineAt(at).naturalTextWidth() for at in range(layout.lineCount())), default=0.0)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Bubble", text)
