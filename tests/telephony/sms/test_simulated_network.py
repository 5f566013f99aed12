import pytest

from cti_client.domain.delivery import DeliveryState, FailureReason
from cti_client.telephony.sms import simulated_network
from cti_client.telephony.sms.connection import DeliveryReport
from cti_client.telephony.sms.simulated_network import CarriedText, NumberRule, SimulatedNetwork, Treatment

PHONE = "+15551230001"
NOON = 1_700_000_000_000


def text(message_id: int, recipient: str = PHONE, parts: tuple[str, ...] = ("Hello",)) -> CarriedText:
    return CarriedText(
        message_id=message_id,
        gateway_id=f"g{message_id}",
        sender="5550100",
        recipient=recipient,
        parts=parts,
        encoding="GSM-7",
    )


def states(reports: list[DeliveryReport]) -> list[tuple[int, DeliveryState, FailureReason | None]]:
    return [(report.message_id, report.state, report.reason) for report in reports]


@pytest.fixture
def network() -> SimulatedNetwork:
    return SimulatedNetwork(lambda: NOON)


def test_a_text_is_delivered_when_the_phone_fetches_it(network: SimulatedNetwork) -> None:
    assert network.carry([text(1, parts=("One, ", "two"))]) == []
    (arrived,), reports = network.fetch(PHONE, 0)
    assert arrived.carried.text == "One, two"
    assert states(reports) == [(1, DeliveryState.DELIVERED, None)]
    assert reports[0].at == NOON


def test_a_report_is_repeated_until_the_phone_asks_for_more(network: SimulatedNetwork) -> None:
    network.carry([text(1)])
    (first,), _ = network.fetch(PHONE, 0)
    again, reports = network.fetch(PHONE, 0)
    assert again == [first]
    assert states(reports) == [(1, DeliveryState.DELIVERED, None)]
    assert network.fetch(PHONE, first.number) == ([], [])
    assert network.fetch(PHONE, 0) == ([first], [])


def test_numbers_grow_within_one_millisecond_and_after_a_restart(network: SimulatedNetwork) -> None:
    network.carry([text(1), text(2)])
    (one, two), _ = network.fetch(PHONE, 0)
    assert one.number < two.number
    restarted = SimulatedNetwork(lambda: NOON + 1_000)
    restarted.carry([text(3)])
    (three,), _ = restarted.fetch(PHONE, two.number)
    assert three.number > two.number


def test_a_phone_that_is_off_gets_its_texts_in_order_when_it_goes_on(network: SimulatedNetwork) -> None:
    network.switch(PHONE, on=False)
    assert network.carry([text(1), text(2)]) == []
    assert network.fetch(PHONE, 0) == ([], [])
    network.switch(PHONE, on=True)
    texts, reports = network.fetch(PHONE, 0)
    assert [one.carried.message_id for one in texts] == [1, 2]
    assert [report.state for report in reports] == [DeliveryState.DELIVERED] * 2


def test_a_lost_text_is_reported_and_never_arrives(network: SimulatedNetwork) -> None:
    network.set_rule(PHONE, NumberRule(Treatment.LOSE, FailureReason.LANDLINE))
    assert states(network.carry([text(1)])) == [(1, DeliveryState.UNDELIVERED, FailureReason.LANDLINE)]
    assert network.fetch(PHONE, 0) == ([], [])


def test_a_separate_message_is_reported_by_its_number(network: SimulatedNetwork) -> None:
    piece = CarriedText(
        message_id=1, gateway_id="g", sender="1", recipient=PHONE, parts=("b",), encoding="GSM-7", piece=1
    )
    network.carry([piece])
    _, (report,) = network.fetch(PHONE, 0)
    assert report.part == 1


def test_too_many_waiting_texts_expire_oldest_first(network: SimulatedNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated_network, "MAX_TEXTS", 2)
    network.switch(PHONE, on=False)
    assert states(network.carry([text(1), text(2), text(3)])) == [(1, DeliveryState.UNDELIVERED, FailureReason.EXPIRED)]


def test_a_full_phone_forgets_and_only_what_it_never_fetched_expires(
    network: SimulatedNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated_network, "MAX_TEXTS", 1)
    network.carry([text(1)])
    (first,), _ = network.fetch(PHONE, 0)
    network.fetch(PHONE, first.number)
    assert network.carry([text(2)]) == []
    assert states(network.carry([text(3)])) == [(2, DeliveryState.UNDELIVERED, FailureReason.EXPIRED)]


def test_the_phone_unused_for_longest_is_forgotten(network: SimulatedNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated_network, "MAX_PHONES", 2)
    network.carry([text(1, "+1"), text(2, "+2")])
    network.fetch("+1", 0)
    assert states(network.carry([text(3, "+3")])) == [(2, DeliveryState.UNDELIVERED, FailureReason.EXPIRED)]
    assert len(network.fetch("+1", 0)[0]) == 1
