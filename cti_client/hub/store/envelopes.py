"""Envelopes of numbered records: which kind and id a body has, and whose child it is."""

import msgspec

from cti_client.wire.codec import encode
from cti_client.wire.records import Case, Interaction, Message, Offer, Record

Body = Offer | Interaction | Case | Message


def envelope(body: Body) -> Record:
    """An upsert, without its number."""
    return Record(seq=0, kind=body.kind, id=body.id, parent=_parent(body), body=msgspec.Raw(encode(body)))


def removal(kind: type[Body], thing_id: int, parting: str = "") -> Record:
    """The removal of a thing and its children, without its number."""
    return Record(seq=0, kind=kind.kind, id=thing_id, removed=True, parting=parting)


def _parent(body: Body) -> str:
    """A text that belongs to no chat (a bare STOP) has a parent that nobody holds: it is passed on, never kept."""
    if isinstance(body, Case | Message):
        return f"{Interaction.kind}:{body.interaction_id or 0}"
    return ""
