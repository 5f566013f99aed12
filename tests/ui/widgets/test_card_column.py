import random
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cti_client.ui.theme import Theme
from cti_client.ui.widgets.card import Card
from cti_client.ui.widgets.card_column import CardColumn
from tests.helpers.screen import PaintLog, alike, frame, on_screen, painted_anew

GAP = 12


class Numbered(Card):
    """A card of a given height with a word in it."""

    def __init__(self, theme: Theme, number: int, height: int = 60) -> None:
        super().__init__(theme, ground="surface")
        self.high = height
        QVBoxLayout(self).addWidget(QLabel(f"Card {number}"))

    def sizeHint(self) -> QSize:
        return QSize(200, self.high)

    def grow(self, height: int) -> None:
        self.high = height
        self.updateGeometry()


@pytest.fixture
def area(theme: Theme, qtbot: QtBot) -> Iterator[QScrollArea]:
    """A column in a window that is too low for six cards."""
    window = QWidget()
    qtbot.addWidget(window)
    window.setProperty("kind", "panel")
    window.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    made = QScrollArea(window)
    content = QWidget()
    content.setAttribute(Qt.WidgetAttribute.WA_StaticContents)
    layout = QVBoxLayout(content)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSizeConstraint(QVBoxLayout.SizeConstraint.SetMinimumSize)
    layout.addWidget(CardColumn(theme))
    layout.addStretch(1)
    made.setWidgetResizable(True)
    made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    made.setWidget(content)
    content.setAutoFillBackground(False)
    made.viewport().setAutoFillBackground(False)
    window.resize(380, 280)
    made.resize(300, 280)
    window.show()
    frame()
    yield made
    window.hide()


@pytest.fixture
def column(area: QScrollArea) -> CardColumn:
    found = area.findChild(CardColumn)
    assert isinstance(found, CardColumn)
    return found


def tops(column: CardColumn) -> list[int]:
    return [card.y() for card in column.cards]


def test_cards_stand_below_each_other_in_their_order(column: CardColumn, theme: Theme) -> None:
    one, two, three = Numbered(theme, 1), Numbered(theme, 2, 100), Numbered(theme, 3)
    column.show_cards([one, two, three])
    assert column.cards == (one, two, three)
    assert tops(column) == [0, 60 + GAP, 160 + 2 * GAP]
    assert column.sizeHint().height() == 220 + 2 * GAP
    column.show_cards([three, one])
    assert tops(column) == [0, 60 + GAP]
    assert two.isHidden()
    assert column.sizeHint().height() == 120 + GAP
    frame()
    assert {card.width() for card in column.cards} == {column.width()}
    column.show_cards([])
    assert column.sizeHint().height() == 0


def test_a_card_that_wants_another_height_gets_it(column: CardColumn, theme: Theme) -> None:
    one, two = Numbered(theme, 1), Numbered(theme, 2)
    column.show_cards([one, two])
    frame()
    one.grow(90)
    frame()
    assert one.height() == 90
    assert tops(column) == [0, 90 + GAP]


def test_all_are_as_wide_as_the_column(column: CardColumn, area: QScrollArea, theme: Theme) -> None:
    column.show_cards([Numbered(theme, 1), Numbered(theme, 2)])
    area.resize(360, 280)
    frame()
    assert {card.width() for card in column.cards} == {column.width()}


def test_when_the_first_goes_the_others_are_moved_as_they_are_painted(column: CardColumn, theme: Theme) -> None:
    cards = [Numbered(theme, number) for number in range(6)]
    column.show_cards(cards)
    frame()
    log = PaintLog(*cards)
    column.show_cards(cards[1:])
    frame()
    # In sight were cards 0 to 3 and nothing of card 4, of which 4 * 72 = 288 is the upper edge; now it comes up.
    assert {cards.index(card) for card, _ in log.painted if isinstance(card, Numbered)} <= {3, 4}
    assert any(card is cards[4] for card, _ in log.painted)


def test_one_more_at_the_end_paints_itself_alone(column: CardColumn, theme: Theme) -> None:
    cards = [Numbered(theme, number) for number in range(4)]
    column.show_cards(cards[:3])
    frame()
    log = PaintLog(*cards)
    column.show_cards(cards)
    frame()
    assert {cards.index(card) for card, _ in log.painted if isinstance(card, Numbered)} == {3}


def test_the_ring_paints_nothing_of_what_the_card_holds(column: CardColumn, theme: Theme) -> None:
    cards = [Numbered(theme, number) for number in range(3)]
    column.show_cards(cards)
    frame()
    inside = cards[1].findChild(QLabel)
    assert isinstance(inside, QLabel)
    log = PaintLog(cards[1], inside)
    cards[1].set_ringed(True)
    frame()
    assert [card for card, _ in log.painted] == [cards[1]]


@pytest.mark.parametrize("seed", range(4))
def test_it_looks_as_if_all_had_been_painted_anew(
    column: CardColumn, area: QScrollArea, theme: Theme, seed: int
) -> None:
    dice = random.Random(seed)
    every = [Numbered(theme, number, dice.choice((50, 60, 60, 90))) for number in range(9)]
    shown = every[:5]
    column.show_cards(shown)
    for step in range(40):
        what = dice.choice(("first goes", "first goes", "one goes", "more", "more", "order", "grow", "ring", "scroll"))
        spare = [card for card in every if card not in shown]
        if what == "first goes":
            shown = shown[1:]
        elif what == "one goes" and shown:
            goes = dice.choice(shown)
            shown = [card for card in shown if card is not goes]
        elif what == "more":
            shown = [*shown, *spare[: dice.randint(1, 2)]]
        elif what == "order":
            shown = dice.sample(shown, len(shown))
        elif what == "grow" and shown:
            dice.choice(shown).grow(dice.choice((50, 70, 110)))
        elif what == "ring":
            for card in every:
                card.set_ringed(shown[:1] == [card])
        elif what == "scroll":
            area.verticalScrollBar().setValue(dice.randint(0, 200))
        column.show_cards(shown)
        if dice.random() < 0.7:
            place = area.viewport()
            assert alike(on_screen(area.window(), place), painted_anew(area.window(), place)), f"step {step}: {what}"
