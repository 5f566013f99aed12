import pytest
from PySide6.QtCore import QUrl

from cti_client.system.tel_links import TelLinks


class System:
    def __init__(self, takes: bool = True) -> None:
        self.takes, self.opened = takes, []  # type: bool, list[str]

    def open(self, url: QUrl) -> bool:
        self.opened.append(url.toString())
        return self.takes


@pytest.mark.parametrize("tel", ["tel:+15551234567", "tel:112", "tel:+4822555;ext=12", "tel:*100#"])
def test_numbers_are_handed_over(tel: str) -> None:
    system = System()
    assert TelLinks(lambda: True, system.open).hand_over(tel)
    assert system.opened == [QUrl(tel).toString()]


@pytest.mark.parametrize(
    "other",
    ["", "tel:", "https://example.org", "file:///etc/passwd", "tel:+1 555", "tel:+1555\nx", "tel:١٢٣", "+15551234567"],
)
def test_nothing_else_becomes_a_url(other: str) -> None:
    system = System()
    assert not TelLinks(lambda: True, system.open).hand_over(other)
    assert system.opened == []


def test_turned_off() -> None:
    system = System()
    allowed = False
    links = TelLinks(lambda: allowed, system.open)
    assert not links.hand_over("tel:112")
    assert not links.may_call()
    assert system.opened == []
    allowed = True
    assert links.hand_over("tel:112")
    assert len(system.opened) == 1


def test_no_program_takes_calls() -> None:
    assert not TelLinks(lambda: True, System(takes=False).open).hand_over("tel:112")
