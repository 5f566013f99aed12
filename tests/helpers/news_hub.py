"""`ServiceHub` whose transactions end as the store's do, with desktops that follow their streams."""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from cti_client.desk.state import DeskState
from cti_client.hub.store.records import records_after, write_news
from cti_client.hub.store.snapshot import snapshot
from cti_client.hub.store.store import Tx
from cti_client.wire.codec import decode
from cti_client.wire.frames import Snapshot
from cti_client.wire.records import Record
from tests.helpers.held_records import HeldRecords
from tests.helpers.service_hub import Database, ServiceHub

P = ParamSpec("P")
R = TypeVar("R")


class NewsHub(ServiceHub):
    """`hinted` are the agents who got records in the last transaction."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.hinted: frozenset[int] = frozenset()
        self.desks = {self.anna: HeldRecords(), self.ben: HeldRecords()}
        self.states = {self.anna: DeskState(), self.ben: DeskState()}
        """The same records as a real desktop holds them."""

    def run(self, fn: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """One committed transaction, with its news written as the last step."""

        def transaction(conn: Connection) -> R:
            tx = self.last = Tx(conn, self.now)
            answer = fn(tx, *args, **kwargs)
            self.hinted = write_news(tx)
            return answer

        return self.transact(transaction)

    def news(self, agent_id: int) -> list[Record]:
        """The records this agent's desk has not applied yet; now it has."""
        desk = self.desks[agent_id]
        rows = self.read(records_after, agent_id, desk.seq, 10_000)
        assert rows is not None, "nothing was pruned, so nothing may be missing"
        records = [decode(row, Record) for row in rows]
        for record in records:
            desk.apply(record)
            self.states[agent_id].apply(record)
        return records

    def snapshot(self, agent_id: int) -> Snapshot:
        """As the agent's desk would get it now."""
        return self.read(snapshot, agent_id)

    def check(self) -> None:
        """Old state + records = fresh snapshot, for every desk."""
        for agent_id, desk in self.desks.items():
            self.news(agent_id)
            fresh = HeldRecords()
            fresh.start_from(self.snapshot(agent_id))
            assert not fresh.passed_on, "a snapshot holds parents before their children"
            assert desk.seq == fresh.seq
            assert desk.view() == fresh.view()
            state = DeskState()
            state.replace(self.snapshot(agent_id))
            assert _all_of(self.states[agent_id]) == _all_of(state)


def _all_of(state: DeskState) -> list[object]:
    messages = {interaction_id: state.messages_of(interaction_id) for interaction_id in state.interactions}
    return [dict(state.offers), dict(state.interactions), state.cases, messages]
