"""B2, B7: consent stands beside each number of a case window, and follows what the hub says."""

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from cti_client.desk.views import LinkStatus, PendingSend
from cti_client.domain.consent import ConsentState
from cti_client.ui.main.unsent_dialog import UnsentDialog
from cti_client.ui.theme import Theme
from cti_client.ui.widgets.consent_badge import CONSENT_ICONS
from cti_client.ui.widgets.consent_icon import ConsentIcon
from cti_client.wire.records import Contact, PhoneEntry
from tests.helpers.case_stage import Stage, stage
from tests.helpers.fake_desk import START, contact, interaction
from tests.helpers.fitting import cut_texts

__all__ = ["stage"]  # fixtures

IN, OUT, UNKNOWN = ConsentState.OPTED_IN, ConsentState.OPTED_OUT, ConsentState.UNKNOWN


def customer(*consents: ConsentState | None, sms: bool = False) -> Contact:
    """One number for each of these, the chat's own first."""
    addresses = ("+48601234567", "+48602000000", "+48603000000")
    phones = (
        PhoneEntry(address=address, display=address, type="Mobile", sms=sms, consent=consent)
        for address, consent in zip(addresses, consents, strict=False)
    )
    return contact(phones=tuple(phones))


def marks(stage: Stage) -> list[ConsentIcon]:
    """Everywhere in the window that shows the chat's number, and beside each number of the customer."""
    window = stage.window
    fields = window.side.customer.fields
    return [window.header.consent, window.reply.consent, *(field.consent for field in fields)]


def captions(stage: Stage) -> list[str]:
    return [field.edit.accessibleName() for field in stage.window.side.customer.fields]


async def test_each_number_of_the_customer_has_its_own(stage: Stage) -> None:
    await stage.open(contact=customer(IN, OUT, UNKNOWN))
    shown = marks(stage)
    assert [mark.consent for mark in shown] == [IN, IN, IN, OUT, UNKNOWN]
    assert not any(mark.isHidden() for mark in shown)
    words = ["SMS opted in", "SMS opted in", "SMS opted in", "SMS opted out", "No SMS consent yet"]
    assert [mark.accessibleName() for mark in shown] == [mark.toolTip() for mark in shown] == words
    assert captions(stage) == ["Mobile · SMS opted in", "Mobile · SMS opted out", "Mobile · No SMS consent yet"]
    assert cut_texts(stage.window) == []


async def test_a_tag_alone_is_said_too(stage: Stage) -> None:
    await stage.open(contact=customer(IN, UNKNOWN, None, sms=True))
    assert captions(stage) == ["Mobile · SMS opted in", "Mobile · SMS · No SMS consent yet", "Mobile · SMS"]


async def test_it_follows_the_hub_and_nothing_moves(stage: Stage) -> None:
    record = interaction(contact=customer(IN, UNKNOWN))
    await stage.open(contact=record.contact)
    [_, other] = stage.window.side.customer.fields
    places = [field.geometry() for field in stage.window.side.customer.fields]
    for consent in (OUT, IN):
        record = msgspec.structs.replace(record, version=record.version + 1, contact=customer(IN, consent))
        stage.desk.put_interaction(record)
        await stage.rest()
        assert other.consent.consent is consent
        assert [field.geometry() for field in stage.window.side.customer.fields] == places
    assert stage.window.side.customer.consent.consent is IN, "the chat's own number is another"


async def test_the_chats_own_number_follows_in_every_place(stage: Stage) -> None:
    await stage.open(contact=customer(IN, UNKNOWN))
    stage.desk.put_interaction(interaction(version=2, consent=OUT, contact=customer(OUT, UNKNOWN)))
    await stage.rest()
    assert [mark.consent for mark in marks(stage)] == [OUT, OUT, OUT, UNKNOWN]
    assert stage.window.side.customer.consent.consent is OUT


async def test_of_an_older_hub_nothing_is_claimed(stage: Stage) -> None:
    await stage.open(contact=customer(None, None))
    assert [field.consent.isHidden() for field in stage.window.side.customer.fields] == [True, True]
    assert captions(stage) == ["Mobile", "Mobile"]


async def test_without_a_link_it_is_what_was_known_last(stage: Stage) -> None:
    await stage.open(contact=customer(IN, OUT))
    for status, words in (
        (LinkStatus.OFFLINE, "SMS opted out, as last known"),
        (LinkStatus.CONNECTING, "SMS opted out, as last known"),
        (LinkStatus.LIVE, "SMS opted out"),
        (LinkStatus.REFUSED, "SMS opted out, as last known"),
    ):
        stage.desk.put_link(status)
        await stage.rest()
        assert [mark.accessibleName() for mark in marks(stage)][-1] == words
        own = stage.window.side.customer.consent
        assert own.text() == "SMS opted in"
        assert own.accessibleName().endswith("as last known") is (status is not LinkStatus.LIVE)
    stage.desk.put_interaction(interaction(version=2, contact=customer(IN, OUT, UNKNOWN)))
    await stage.rest()
    assert marks(stage)[-1].accessibleName() == "No SMS consent yet, as last known", "a number that came since"


async def test_once_the_chat_has_ended_nobody_tells_any_more(stage: Stage) -> None:
    await stage.open(contact=customer(IN, OUT))
    stage.desk.drop_interaction(12)
    await stage.rest()
    assert stage.window.ended
    assert marks(stage)[-1].accessibleName() == "SMS opted out, as last known"


def test_a_text_that_has_not_gone_shows_it_where_the_chat_is_ours(qtbot: QtBot, theme: Theme) -> None:
    dialog = UnsentDialog(theme)
    qtbot.addWidget(dialog)
    dialog.open()
    texts = [PendingSend(f"s{chat}", chat, chat, "Hi", START, customer="+48 601 234 567") for chat in (12, 13)]
    for consent in (IN, OUT):
        dialog.show_texts(texts, {12: consent}, live=True)
        ours, others = dialog.findChildren(ConsentIcon)[-2:]
        assert ours.consent is consent
        assert not ours.isHidden()
        assert others.isHidden()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_each_state_is_another_picture_without_its_colour(qtbot: QtBot, theme: Theme, dark: bool) -> None:
    theme.force(dark)
    mark = ConsentIcon(theme)
    qtbot.addWidget(mark)
    mark.set_live(False)  # all in the same grey
    pictures = set()
    for state in ConsentState:
        mark.show_consent(state)
        image = mark.grab().toImage()
        pictures.add(bytes(image.constBits()))
    assert len(pictures) == len(CONSENT_ICONS)
