"""C2, C3, C6, A9, A10, H1: two people at two hubs over one PostgreSQL and one Kannel, with real windows."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import click, press, reads, write
from tests.helpers.door import Door
from tests.helpers.journey import CTRL, showing, until
from tests.helpers.kannel import Kannel
from tests.helpers.postgres import PostgresServer
from tests.helpers.team_desks import Office, TeamAgent
from tests.helpers.team_hubs import HOTLINE, LINE, TeamHubs

pytestmark = [pytest.mark.kannel, pytest.mark.slow]


@dataclass
class Team:
    """Two people who come to different hubs first; each goes to the other hub where theirs is gone."""

    hubs: TeamHubs
    kannel: Kannel
    gateway_door: Door
    doors: dict[str, Door]
    agents: list[TeamAgent]

    def text(self, customer: str, text: str, line: str = LINE) -> None:
        self.kannel.phones.text(customer, line, text)

    def arrived(self, customer: str) -> list[str]:
        return [one.text for one in self.kannel.phones.texts_of(customer)]

    async def asked(self, call_id: str) -> tuple[TeamAgent, TeamAgent]:
        """Before whom the request is, and the other; never before both."""

        def those() -> list[TeamAgent]:
            return [one for one in self.agents if showing(one.cards(), call_id)]

        (agent,) = await until(lambda: those() or None, f"{call_id} to ring")
        return agent, self.other(agent)

    def other(self, agent: TeamAgent) -> TeamAgent:
        return self.agents[0 if agent is self.agents[1] else 1]


class AtWork(Protocol):
    """Two people by name, the first at hub A and idle for longer; those `by_command` are not in the settings."""

    def __call__(
        self, names: Sequence[str], grace_seconds: float, *, by_command: Collection[str] = ()
    ) -> AbstractAsyncContextManager[Team]: ...


@pytest.fixture
def at_work(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kannel: Kannel, postgres: PostgresServer
) -> AtWork:
    """Both are at work, Available, for as long as that lasts; the gateway comes to hub A.

    Not a fixture that stays up: pytest-qt handles events between a test and its fixtures, when no loop runs.
    """

    @asynccontextmanager
    async def at_work(
        names: Sequence[str], grace_seconds: float, *, by_command: Collection[str] = ()
    ) -> AsyncIterator[Team]:
        hubs = TeamHubs(tmp_path, postgres.database(), kannel, grace_seconds=grace_seconds)
        a, b = hubs.a.port, hubs.b.port
        gateway_door = Door((a, b))
        doors = dict(zip(names, (Door((a, b)), Door((b, a))), strict=True))
        with gateway_door.up(kannel.hub_port), doors[names[0]].up(), doors[names[1]].up():
            async with hubs.up(), Office(qapp, tmp_path, monkeypatch) as office:
                tokens = dict(hubs.tokens) | {name: await hubs.add_agent(name) for name in by_command}
                agents = [await office.sign_in(name, doors[name].url, tokens[name]) for name in names]
                yield Team(hubs, kannel, gateway_door, doors, agents)

    return at_work


async def test_a_chat_outlives_its_hub(at_work: AtWork) -> None:
    async with at_work(("Ben", "Clara"), 600, by_command=("Clara",)) as team:
        (ben, clara), hubs, customer = team.agents, team.hubs, "+15556610001"
        door, call_id = team.doors["Clara"], f"SMS{customer}"

        team.text(customer, "Where is my order?")
        assert await team.asked(call_id) == (ben, clara), "Ben has been idle for longer"
        await ben.decline(call_id)
        window = await clara.accept(call_id)
        await ben.nothing_rings()
        await clara.message(window, "Customer: Where is my order?", "+00:00")
        await clara.reply(window, "It comes tomorrow.")
        await clara.message(window, "It comes tomorrow.", "The phone of the customer has it")
        assert not ben.cases()
        assert door.carried[hubs.a.port] == 0, "Clara was to be at hub B"
        assert team.gateway_door.carried[hubs.b.port] == 0, "the gateway was to be at hub A"

        write(window.reply.editor, "Between nine and one")
        await hubs.b.kill()
        await until(lambda: not reads(clara.window, "Live"), "the header to say that the link is lost")
        assert window.reply.editor.toPlainText() == "Between nine and one"
        write(window.reply.editor, ".")
        press(window.reply.editor, Qt.Key.Key_Return, CTRL)
        team.text(customer, "Thanks!")
        await clara.is_live()
        await clara.message(window, "Between nine and one.", "The phone of the customer has it")
        await clara.message(window, "Customer: Thanks!")
        assert door.carried[hubs.a.port] > 0
        assert ben.cards() == []
        assert team.arrived(customer) == ["It comes tomorrow.", "Between nine and one."]

        await hubs.b.start()
        team.gateway_door.lead_to(hubs.b.port)
        team.text(customer, "One more thing")
        await clara.message(window, "Customer: One more thing")
        await clara.reply(window, "Yes?")
        await clara.message(window, "Yes?", "The phone of the customer has it")
        assert team.gateway_door.carried[hubs.b.port] > 0
        assert team.arrived(customer) == ["It comes tomorrow.", "Between nine and one.", "Yes?"]
        said = ["Where is my order?", "It comes", "Between nine", "Thanks!", "One more thing", "Yes?"]
        rows = clara.messages(window)
        assert [sum(words in row for row in rows) for words in said] == [1] * len(said)
        await clara.close_case(window)


async def test_a_team_shares_its_customers(at_work: AtWork) -> None:
    async with at_work(("Ben", "Anna"), 3) as team:
        await what_nobody_wants_waits_and_one_takes_it(team)
        await who_misses_two_is_left_in_peace(team)
        await customers_of_somebody_who_is_gone(team)


async def what_nobody_wants_waits_and_one_takes_it(team: Team) -> None:
    customer, call_id = "+15556610002", "SMS+15556610002"
    team.text(customer, "Is anybody there?")
    for _ in team.agents:
        agent, _other = await team.asked(call_id)
        await agent.decline(call_id)
    rows = [await agent.waiting("+1 555-661-0002") for agent in team.agents]
    for row in rows:  # both in one moment, each at a hub of their own
        click(row.take.main)
    popped = {agent.name: agent.popped() for agent in team.agents}
    first = await until(lambda: next((one for one in team.agents if one.cases()), None), "somebody to have the chat")
    late = team.other(first)
    (refused,) = popped[late.name]
    await until(lambda: reads(refused, f"Taken by {first.name}"), "the other window to say who was faster")
    await late.nothing_waits()
    (window,) = first.cases()
    await first.message(window, "Customer: Is anybody there?")
    await first.reply(window, "Yes.")
    await first.message(window, "Yes.", "The phone of the customer has it")
    assert team.arrived(customer) == ["Yes."]
    await late.press_button(refused, "Close window")
    await first.close_case(window)


async def who_misses_two_is_left_in_peace(team: Team) -> None:
    for number in ("0003", "0004"):
        team.text(f"+1555661{number}", "Hello?", HOTLINE)
        for agent in team.agents:
            row = await agent.waiting(f"+1 555-661-{number}")
            assert reads(row, "Nobody answered · Hotline")
    for agent in team.agents:
        await agent.presence_is("Missed")
    back, away = team.agents
    await back.press_button(back.window.header, "I'm back")
    await back.presence_is("Available")
    team.text("+15556610005", "Anybody else?")
    assert await team.asked("SMS+15556610005") == (back, away)
    await back.decline("SMS+15556610005")
    for agent in team.agents:
        await agent.waiting("+1 555-661-0005")
    assert away.cards() == []
    await away.press_button(away.window.header, "I'm back")
    await away.presence_is("Available")


async def customers_of_somebody_who_is_gone(team: Team) -> None:
    held, ringing = "+15556610006", "+15556610007"
    team.text(ringing, "Good day")
    agent, other = await team.asked(f"SMS{ringing}")
    team.text(held, "Hello")
    assert await team.asked(f"SMS{held}") == (other, agent), "who has less to do is asked first"
    await other.decline(f"SMS{held}")
    window = await agent.accept(f"SMS{held}")
    await agent.message(window, "Customer: Hello")

    door = team.doors[agent.name]
    door.shut()
    await other.card(f"SMS{ringing}")
    taken = await other.accept(f"SMS{held}")
    await other.message(taken, "Customer: Hello")
    await other.reply(taken, "I am here for you.")
    await other.message(taken, "I am here for you.", "The phone of the customer has it")

    door.open()
    await agent.is_live()
    await agent.nothing_rings()
    await until(lambda: reads(window, f"{other.name} has taken over"), "the window to say who has the chat now")
    assert agent.rail() == []
    await agent.presence_is("Available")
    assert team.arrived(held) == ["I am here for you."]
