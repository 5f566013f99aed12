"""Old state + records = fresh snapshot, by one generic function."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from cti_client.desk.state import Body, DeskState
from cti_client.domain.delivery import DeliveryState
from cti_client.domain.interaction import Direction
from cti_client.wire.codec import encode
from cti_client.wire.frames import Snapshot
from cti_client.wire.records import Message, Record
from tests.helpers import fake_desk


def record(body: Body, parent: str = "", seq: int = 1) -> Record:
    return Record(seq=seq, kind=body.kind, id=body.id, parent=parent, body=msgspec.Raw(encode(body)))


def gone(kind: str, id_: int) -> Record:
    return Record(seq=1, kind=kind, id=id_, removed=True)


def text(id_: int, interaction_id: int = 12, version: int = 1, words: str = "hello") -> Message:
    return Message(
        id=id_,
        version=version,
        thread_id=1,
        interaction_id=interaction_id,
        line_id=1,
        direction=Direction.IN,
        at=1,
        text=words,
        state=DeliveryState.RECEIVED,
    )


def holding(*records: Record) -> DeskState:
    state = DeskState()
    for one in records:
        state.apply(one)
    return state


def test_a_removed_parent_takes_its_children_along() -> None:
    state = holding(
        record(fake_desk.interaction(12)),
        record(fake_desk.case(12), "interaction:12"),
        record(text(1), "interaction:12"),
        record(fake_desk.interaction(13)),
        record(text(2, 13), "interaction:13"),
    )

    changes = state.apply(gone("interaction", 12))

    assert [(change.kind, change.id, change.removed) for change in changes] == [
        ("interaction", 12, True),
        ("case", 10482, True),
        ("message", 1, True),
    ]
    assert set(state.interactions) == {13}
    assert state.cases == {}
    assert state.messages_of(12) == []
    assert [message.id for message in state.messages_of(13)] == [2]


def test_a_record_without_its_parent_is_passed_on_but_not_kept() -> None:
    state = DeskState()

    changes = state.apply(record(text(5), "interaction:12"))

    assert [(change.kept, change.removed, change.body) for change in changes] == [(False, False, text(5))]
    assert state.message(5) is None


def test_a_record_that_leaves_its_held_parent_is_let_go() -> None:
    state = holding(record(fake_desk.interaction(12)), record(text(5), "interaction:12"))

    changes = state.apply(record(text(5, 99, version=2), "interaction:99"))

    assert [(change.removed, change.kept) for change in changes] == [(True, True), (False, False)]
    assert state.messages_of(12) == []


def test_a_record_that_moves_to_another_held_parent_follows_it() -> None:
    state = holding(record(fake_desk.interaction(12)), record(fake_desk.interaction(13)))
    state.apply(record(text(5), "interaction:12"))

    state.apply(record(text(5, 13, version=2), "interaction:13"))
    state.apply(gone("interaction", 12))

    assert [message.id for message in state.messages_of(13)] == [5]


def test_unknown_kinds_and_unreadable_bodies_are_skipped_one_by_one() -> None:
    state = DeskState()
    strange = Record(seq=1, kind="voicemail", id=1, body=msgspec.Raw(b'{"x":1}'))
    broken = Record(seq=2, kind="offer", id=1, body=msgspec.Raw(b'{"id":"nonsense"}'))

    assert state.apply(strange) == ()
    assert state.apply(broken) == ()
    assert state.apply(gone("voicemail", 1)) == ()
    assert len(state.apply(record(fake_desk.offer(2)))) == 1
    assert set(state.offers) == {2}


def test_an_answer_ahead_of_its_record_is_not_undone_by_an_older_record() -> None:
    state = holding(record(fake_desk.interaction(12)))

    assert len(state.merge(text(5, version=3, words="newest"), "interaction:12")) == 1
    assert state.apply(record(text(5, version=2, words="older"), "interaction:12")) == ()
    state.apply(record(text(5, version=3, words="newest"), "interaction:12"))

    assert [message.text for message in state.messages_of(12)] == ["newest"]


def test_a_late_answer_does_not_undo_a_newer_record() -> None:
    state = holding(record(fake_desk.interaction(12)), record(text(5, version=3, words="newest"), "interaction:12"))

    assert state.merge(text(5, version=2, words="older"), "interaction:12") == ()


def test_a_snapshot_replaces_all_in_whatever_order_it_comes() -> None:
    state = holding(record(fake_desk.offer(1)), record(fake_desk.interaction(11)))

    state.replace(
        Snapshot(
            seq=9,
            records=(
                record(text(1), "interaction:12"),
                record(fake_desk.case(12), "interaction:12"),
                record(fake_desk.interaction(12)),
                record(text(3, 99), "interaction:99"),
            ),
        )
    )

    assert dict(state.offers) == {}
    assert set(state.interactions) == {12}
    assert state.cases == {12: fake_desk.case(12)}
    assert [message.id for message in state.messages_of(12)] == [1]
    assert state.message(3) is None


def view(state: DeskState) -> dict[str, Any]:
    messages = {interaction_id: state.messages_of(interaction_id) for interaction_id in state.interactions}
    return {
        "offers": dict(state.offers),
        "interactions": dict(state.interactions),
        "cases": state.cases,
        "messages": messages,
    }


things = st.one_of(
    st.builds(lambda id_, v: record(fake_desk.offer(id_, version=v)), st.integers(1, 3), st.integers(1, 3)),
    st.builds(lambda id_, v: record(fake_desk.interaction(id_, version=v)), st.integers(1, 3), st.integers(1, 3)),
    st.builds(lambda id_: record(fake_desk.case(id_), f"interaction:{id_}"), st.integers(1, 3)),
    st.builds(
        lambda id_, parent, words: record(text(id_, parent, words=words), f"interaction:{parent}"),
        st.integers(1, 4),
        st.integers(1, 3),
        st.text(max_size=3),
    ),
    st.builds(gone, st.sampled_from(["offer", "interaction", "case", "message"]), st.integers(1, 4)),
)


@given(st.lists(things, max_size=30))
def test_records_after_a_snapshot_end_where_a_fresh_snapshot_begins(stream: list[Record]) -> None:
    """The hub's side as a plain dictionary of rows; versions only rise, as they do there."""
    rows: dict[str, Record] = {}
    versions: dict[str, int] = {}
    state = DeskState()
    for one in stream:
        if one.removed:
            rows.pop(one.key, None)
            rows = {key: row for key, row in rows.items() if row.parent != one.key}
            state.apply(one)
            continue
        versions[one.key] = versions.get(one.key, 0) + 1
        body = msgspec.json.decode(one.body)
        body["version"] = versions[one.key]
        risen = msgspec.structs.replace(one, body=msgspec.Raw(encode(body)))
        state.apply(risen)
        if risen.parent and risen.parent not in rows:
            rows.pop(risen.key, None)
        else:
            rows[risen.key] = risen

    fresh = DeskState()
    fresh.replace(Snapshot(seq=len(stream), records=tuple(rows.values())))

    assert view(state) == view(fresh)
