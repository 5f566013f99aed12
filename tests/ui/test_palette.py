import pytest
from PySide6.QtGui import QColor

from cti_client.ui.palette import AVATARS, DARK, LIGHT, ON_AVATAR, Palette, contrast

GROUNDS = ("background", "surface", "raised", "hover")
ON_EVERY_GROUND = ("text", "muted", "accent", "good", "caution", "bad")
PAIRS = [(ink, ground) for ink in ON_EVERY_GROUND for ground in GROUNDS] + [
    ("text", "accent_soft"),
    ("accent", "accent_soft"),
    ("muted", "accent_soft"),
    ("text", "bubble"),
    ("muted", "bubble"),
    ("good", "good_soft"),
    ("text", "good_soft"),
    ("caution", "caution_soft"),
    ("text", "caution_soft"),
    ("bad", "bad_soft"),
    ("text", "bad_soft"),
    ("muted", "neutral_soft"),
    ("text", "neutral_soft"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_bad", "bad"),
]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_keeps_four_and_a_half_to_one(palette: Palette, ink: str, ground: str) -> None:
    assert contrast(getattr(palette, ink), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["background", "surface", "raised"])
@pytest.mark.parametrize("mark", ["edge", "accent"])
def test_edges_that_carry_meaning_keep_three_to_one(palette: Palette, mark: str, ground: str) -> None:
    assert contrast(getattr(palette, mark), getattr(palette, ground)) >= 3.0


@pytest.mark.parametrize("color", AVATARS, ids=lambda color: color.name())
def test_initials_on_every_avatar_can_be_read(color: QColor) -> None:
    assert contrast(ON_AVATAR, color) >= 4.5


def test_avatars_differ() -> None:
    assert len({color.name() for color in AVATARS}) == len(AVATARS)


def test_contrast_of_known_pairs() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21.0)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)
