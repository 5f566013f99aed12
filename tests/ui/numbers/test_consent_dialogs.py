"""B2, B7: the dialogs about consent, as a person meets them."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from cti_client.domain import consent as rules
from cti_client.domain.consent import ConsentState
from cti_client.domain.errors import ONLY_START_TEXT
from cti_client.ui.numbers.allow_sms_dialog import AllowSmsDialog
from cti_client.ui.numbers.basis_words import basis_words
from cti_client.ui.numbers.consent_dialog import LONGEST_NOTE
from cti_client.ui.numbers.consent_history_dialog import ConsentHistoryDialog
from cti_client.ui.numbers.opt_out_dialog import OptOutDialog
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.label import Label
from cti_client.wire.consent_api import Basis, LedgerEntry
from tests.helpers.fake_desk import HOUR, START, number_consent
from tests.helpers.fitting import cut_texts, nameless
from tests.helpers.longer_language import LongerLanguage

D = TypeVar("D", bound=QDialog)

WHO, NUMBER = "Maria Kowalska", "+48601234567"
LONG = "Maria-Antonina Wolska-Kwiatkowska of the Association of Florists and Gardeners " + "x" * 60
CTRL = Qt.KeyboardModifier.ControlModifier
LEDGER = (
    LedgerEntry(at=START, state=ConsentState.OPTED_OUT, line_name="Orders PL", basis="texted STOP", words=" Stop. "),
    LedgerEntry(
        at=START - HOUR,
        state=ConsentState.OPTED_IN,
        line_name="Support",
        basis="on_the_phone",
        note="When she called",
        by="Anna",
    ),
)


@pytest.fixture
def longer_language(qapp: QApplication) -> Iterator[None]:
    language = LongerLanguage()
    QCoreApplication.installTranslator(language)
    yield
    QCoreApplication.removeTranslator(language)


@pytest.fixture
def allow(qtbot: QtBot, theme: Theme) -> AllowSmsDialog:
    made = AllowSmsDialog(theme, WHO, NUMBER)
    qtbot.addWidget(made)
    made.open()
    return made


@pytest.fixture
def opt_out(qtbot: QtBot, theme: Theme) -> OptOutDialog:
    made = OptOutDialog(theme, WHO, NUMBER)
    qtbot.addWidget(made)
    made.open()
    return made


@pytest.fixture
def history(qtbot: QtBot, theme: Theme) -> ConsentHistoryDialog:
    made = ConsentHistoryDialog(theme, WHO, NUMBER)
    qtbot.addWidget(made)
    made.open()
    return made


def chosen(dialog: AllowSmsDialog) -> str:
    return "" if dialog.basis is None else dialog.basis.value


def said(dialog: QDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(Label) if label.isVisibleTo(dialog))


def test_it_says_who_and_what_it_means_before_anything_is_written_down(allow: AllowSmsDialog) -> None:
    assert not allow.action.isEnabled()
    allow.show_consent(number_consent(type="Home"))
    words = said(allow)
    for part in ("Allow SMS to Maria Kowalska, +48 601 234 567?", "Line: Orders PL", "No SMS consent yet"):
        assert part in words
    assert "The number counts as a mobile number from then on." in words
    assert not allow.action.isEnabled(), "nothing is chosen beforehand"
    assert allow.basis is None


def test_a_ground_is_chosen_by_keyboard_and_given(allow: AllowSmsDialog, qtbot: QtBot) -> None:
    allow.show_consent(number_consent())
    focused = allow.focusWidget()
    assert focused is allow.buttons[Basis.ON_THE_PHONE]
    QTest.keyClick(focused, Qt.Key.Key_Space)
    assert chosen(allow) == "on_the_phone"
    QTest.keyClick(focused, Qt.Key.Key_Down)
    assert chosen(allow) == "web_form"
    QTest.keyClicks(allow.note, "On the order page")
    with qtbot.waitSignal(allow.given):
        QTest.keyClick(allow.note, Qt.Key.Key_Return, CTRL)
    assert allow.words == "On the order page"
    assert not allow.action.isEnabled(), "once is enough"


def test_enter_in_the_note_begins_a_new_line(allow: AllowSmsDialog, qtbot: QtBot) -> None:
    allow.show_consent(number_consent())
    allow.buttons[Basis.CONTRACT].setChecked(True)
    with qtbot.assertNotEmitted(allow.given):
        QTest.keyClick(allow.note, Qt.Key.Key_Return)
    with qtbot.waitSignal(allow.given):
        QTest.keyClick(allow.buttons[Basis.CONTRACT], Qt.Key.Key_Return)


def test_other_needs_a_note(allow: AllowSmsDialog) -> None:
    allow.show_consent(number_consent())
    allow.buttons[Basis.OTHER].setChecked(True)
    assert not allow.action.isEnabled()
    QTest.keyClicks(allow.note, "   ")
    assert not allow.action.isEnabled()
    QTest.keyClicks(allow.note, "Asked by e-mail")
    assert allow.action.isEnabled()


def test_a_note_that_is_too_long_is_told_and_kept(allow: AllowSmsDialog) -> None:
    allow.show_consent(number_consent())
    allow.buttons[Basis.CONTRACT].setChecked(True)
    allow.note.setPlainText("x" * (LONGEST_NOTE + 1))
    assert not allow.action.isEnabled()
    assert f"At most {LONGEST_NOTE} characters can be kept." in said(allow)
    QTest.keyClick(allow.note, Qt.Key.Key_Backspace, CTRL)
    allow.note.setPlainText("x" * LONGEST_NOTE)
    assert allow.action.isEnabled()
    assert "At most" not in said(allow)


def test_what_went_wrong_is_said_and_nothing_typed_is_lost(allow: AllowSmsDialog, qtbot: QtBot) -> None:
    allow.show_consent(number_consent())
    allow.buttons[Basis.CONTRACT].setChecked(True)
    allow.note.setPlainText("Clause 7")
    allow.action.click()
    allow.fail("The hub does not answer.")
    assert "The hub does not answer." in said(allow)
    assert (allow.words, allow.basis) == ("Clause 7", Basis.CONTRACT)
    with qtbot.waitSignal(allow.given):
        allow.action.click()
    allow.fail("The note is too long.", "note")
    assert allow.fault.text() == "The note is too long."
    assert allow.note.property("invalid") is True
    QTest.keyClicks(allow.note, "!")
    assert allow.fault.text() == ""


def test_what_stands_can_be_asked_again(allow: AllowSmsDialog, qtbot: QtBot) -> None:
    allow.note.setPlainText("typed meanwhile")
    allow.show_problem("The hub does not answer.")
    assert not allow.action.isEnabled()
    with qtbot.waitSignal(allow.again_wanted):
        allow.problem.acted.emit()
    allow.show_waiting()
    assert "Looking up what stands…" in said(allow)
    allow.show_consent(number_consent())
    assert "The hub does not answer." not in said(allow)
    assert allow.words == "typed meanwhile"


def test_who_opted_out_by_a_text_cannot_be_allowed(allow: AllowSmsDialog) -> None:
    refusal = number_consent(state=ConsentState.OPTED_OUT, why_not=ONLY_START_TEXT)
    allow.show_consent(refusal)
    assert ONLY_START_TEXT in said(allow)
    assert not allow.action.isVisible()
    assert not allow.note.isVisible()
    assert allow.cancel.text() == "Close"


def test_an_opt_out_says_what_it_means_and_is_not_done_by_enter_alone(opt_out: OptOutDialog, qtbot: QtBot) -> None:
    opt_out.show_consent(number_consent(state=ConsentState.OPTED_IN))
    assert "They can undo it by texting START, and an agent by allowing SMS again." in said(opt_out)
    assert not opt_out.action.isDefault()
    QTest.keyClicks(opt_out.note, "Said so on the phone")
    with qtbot.waitSignal(opt_out.given):
        opt_out.action.click()
    assert opt_out.words == "Said so on the phone"
    opt_out.fail("The hub does not answer.")
    assert opt_out.words == "Said so on the phone"


def test_who_is_opted_out_is_not_opted_out_again(opt_out: OptOutDialog) -> None:
    opt_out.show_consent(number_consent(state=ConsentState.OPTED_OUT))
    assert "This number is opted out already." in said(opt_out)
    assert not opt_out.action.isVisible()


def test_the_history_shows_every_proof(history: ConsentHistoryDialog) -> None:
    assert "Looking up what stands…" in said(history)
    history.show_consent(number_consent(state=ConsentState.OPTED_OUT, ledger=LEDGER))
    words = said(history)
    for part in ("Texted STOP", "“Stop.”", "Line: Orders PL", "Agreed on the phone · by Anna", "When she called"):
        assert part in words
    assert words.index("Texted STOP") < words.index("Agreed on the phone")


def test_an_empty_history_and_one_that_does_not_come(history: ConsentHistoryDialog, qtbot: QtBot) -> None:
    history.show_consent(number_consent())
    assert "Nothing is on record yet" in said(history)
    history.show_problem("The hub does not answer.")
    assert "The hub does not answer." in said(history)
    with qtbot.waitSignal(history.again_wanted):
        history.state.acted.emit()


def test_every_ground_has_words() -> None:
    own = (rules.TEXTED_FIRST, rules.TEXTED_STOP, rules.TEXTED_START)
    others = (rules.CARRIER_REFUSED, rules.TOLD_AGENT, rules.LINE_JOINED)
    shown = [basis_words(basis) for basis in (*(basis.value for basis in Basis), *own, *others)]
    assert len(set(shown)) == len(Basis) + 6
    assert all(words[0].isupper() for words in shown)
    assert basis_words("an import of 2031") == "an import of 2031"


def fill_allow(dialog: AllowSmsDialog) -> None:
    dialog.show_consent(number_consent(type="Work"))
    dialog.buttons[Basis.OTHER].setChecked(True)
    dialog.fail("Say in the note on what the consent rests.", "note")
    dialog.fail("The hub does not answer.")


STATES: dict[str, Callable[[Theme, str], QDialog]] = {
    "allow": lambda theme, who: _with(AllowSmsDialog(theme, who, NUMBER), fill_allow),
    "not allowed": lambda theme, who: _with(
        AllowSmsDialog(theme, who, NUMBER),
        lambda dialog: dialog.show_consent(number_consent(state=ConsentState.OPTED_OUT, why_not=ONLY_START_TEXT)),
    ),
    "unknown": lambda theme, who: _with(
        AllowSmsDialog(theme, who, NUMBER), lambda dialog: dialog.show_problem("The hub does not answer.")
    ),
    "opt out": lambda theme, who: _with(
        OptOutDialog(theme, who, NUMBER),
        lambda dialog: dialog.show_consent(number_consent(state=ConsentState.OPTED_IN)),
    ),
    "history": lambda theme, who: _with(
        ConsentHistoryDialog(theme, who, NUMBER),
        lambda dialog: dialog.show_consent(number_consent(state=ConsentState.OPTED_OUT, ledger=LEDGER)),
    ),
    "no history": lambda theme, who: _with(
        ConsentHistoryDialog(theme, who, NUMBER), lambda dialog: dialog.show_consent(number_consent())
    ),
}


def _with(dialog: D, fill: Callable[[D], object]) -> D:
    fill(dialog)
    return dialog


def check_fit(dialog: QDialog, qtbot: QtBot) -> None:
    qtbot.addWidget(dialog)
    dialog.show()
    for _ in range(3):
        QApplication.processEvents()
    assert "\n".join(cut_texts(dialog)) == ""
    assert nameless(dialog) == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("who", [WHO, LONG], ids=["short", "long"])
@pytest.mark.parametrize("state", STATES)
def test_no_text_is_cut(qtbot: QtBot, theme: Theme, state: str, who: str, dark: bool) -> None:
    theme.force(dark)
    check_fit(STATES[state](theme, who), qtbot)


@pytest.mark.usefixtures("longer_language")
@pytest.mark.parametrize("state", STATES)
def test_no_text_is_cut_in_a_language_a_third_longer(qtbot: QtBot, theme: Theme, state: str) -> None:
    check_fit(STATES[state](theme, WHO), qtbot)
