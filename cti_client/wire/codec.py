"""JSON in and out, with the decoders made once."""

from typing import Any, TypeVar

import msgspec

from cti_client.wire import frames, records, topics

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_hub_frames: msgspec.json.Decoder[frames.HubFrame] = msgspec.json.Decoder(frames.HubFrame)
_hello = msgspec.json.Decoder(frames.Hello)
_desktop_frames: msgspec.json.Decoder[frames.Looking | frames.Typing] = msgspec.json.Decoder(
    frames.Looking | frames.Typing
)
_tag_only = msgspec.json.Decoder(dict[str, Any])

BODY_TYPES: dict[str, type[records.Offer | records.Interaction | records.Case | records.Message]] = {
    kind.kind: kind for kind in (records.Offer, records.Interaction, records.Case, records.Message)
}
AnyTopic = topics.Waiting | topics.OwnPresence | topics.Connections | topics.Shared | topics.Setup
TOPIC_TYPES: dict[str, type[AnyTopic]] = {
    topic.topic: topic
    for topic in (topics.Waiting, topics.OwnPresence, topics.Connections, topics.Shared, topics.Setup)
}
_HUB_TAGS = frozenset({"welcome", "snapshot", "records", "topic", "goodbye"})
_DESKTOP_TAGS = frozenset({"looking", "typing"})


def encode(value: object) -> bytes:
    """JSON of any wire struct."""
    return _encoder.encode(value)


def decode(data: bytes | str | msgspec.Raw, as_type: type[T]) -> T:
    """One struct from JSON. Raises `msgspec.ValidationError` or `msgspec.DecodeError`."""
    return msgspec.json.decode(data, type=as_type)


def decode_hub_frame(data: bytes | str) -> frames.HubFrame | None:
    """A frame from the hub; None for a tag this version does not know. Raises `msgspec.DecodeError` on garbage."""
    try:
        return _hub_frames.decode(data)
    except msgspec.ValidationError:
        if _tag_only.decode(data).get("t") in _HUB_TAGS:
            raise
        return None


def decode_hello(data: bytes | str) -> frames.Hello:
    """The desktop's first frame. Raises `msgspec.DecodeError` (also its subclass `ValidationError`)."""
    return _hello.decode(data)


def decode_desktop_frame(data: bytes | str) -> frames.Looking | frames.Typing | None:
    """What a desktop says after its Hello; None for a tag this version does not know. Raises `msgspec.DecodeError`."""
    try:
        return _desktop_frames.decode(data)
    except msgspec.ValidationError:
        if _tag_only.decode(data).get("t") in _DESKTOP_TAGS:
            raise
        return None
    except UnicodeError as error:  # half a surrogate pair, which a text frame's decoder let through
        raise msgspec.DecodeError("not UTF-8") from error


def decode_body(record: records.Record) -> records.Offer | records.Interaction | records.Case | records.Message | None:
    """The body of a record; None for a kind this version does not know, or a removal."""
    body_type = BODY_TYPES.get(record.kind)
    if body_type is None or record.removed:
        return None
    return msgspec.json.decode(record.body, type=body_type)


def decode_topic(frame: frames.Topic) -> AnyTopic | None:
    """The value of a topic; None for one this version does not know."""
    topic_type = TOPIC_TYPES.get(frame.name)
    return None if topic_type is None else msgspec.json.decode(frame.value, type=topic_type)
