from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cti_client.ui.case.candidate_list import CandidateList, candidate_lines
from cti_client.ui.theme import Theme
from cti_client.wire.api import Candidate


def test_who_is_the_name_and_the_company() -> None:
    one = Candidate(name="Maria Kowalska", company="Ogrody", town="Warszawa", address="+48601234567")
    assert candidate_lines(one) == ("Maria Kowalska · Ogrody", "Warszawa")


def test_a_contact_without_a_name_is_known_by_its_number() -> None:
    assert candidate_lines(Candidate(address="+48601234567")) == ("+48 601 234 567", "")
    assert candidate_lines(Candidate(address="020 7946 0001", town="London")) == ("020 7946 0001", "London")


def test_such_a_contact_can_be_seen_heard_and_chosen(qtbot: QtBot, theme: Theme) -> None:
    found = Candidate(address="+48601234567", contact_id=7)
    listed = CandidateList(theme)
    qtbot.addWidget(listed)
    listed.show_candidates([found])
    item = listed.item(0)
    assert item.text() == item.data(Qt.ItemDataRole.AccessibleTextRole) == "+48 601 234 567"
    with qtbot.waitSignal(listed.chosen) as chosen:
        listed.itemActivated.emit(item)
    assert chosen.args == [found]
