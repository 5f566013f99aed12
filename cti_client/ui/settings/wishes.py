"""What a person wants changed, as a section says it."""

from dataclasses import dataclass

from cti_client.domain.auto_text import AutoPolicy
from cti_client.wire import settings_api as api


@dataclass(frozen=True, slots=True)
class SaveConnection:
    """Make a connection or change one."""

    edit: api.EditConnection


@dataclass(frozen=True, slots=True)
class RemoveConnection:
    """Take a connection out of use."""

    id: str


@dataclass(frozen=True, slots=True)
class SaveLine:
    """Make a line (`id` None) or change one."""

    id: int | None
    edit: api.EditLine


@dataclass(frozen=True, slots=True)
class RemoveLine:
    """Take a line out of use."""

    id: int


@dataclass(frozen=True, slots=True)
class SaveAutoText:
    """Change one automatic text of a line."""

    line_id: int
    policy: AutoPolicy
    edit: api.EditAutoText


@dataclass(frozen=True, slots=True)
class SaveRouting:
    """Replace all routing rules."""

    edit: api.EditRouting


@dataclass(frozen=True, slots=True)
class SaveReply:
    """Make a canned reply (`id` None) or change one."""

    id: int | None
    edit: api.EditCannedReply


@dataclass(frozen=True, slots=True)
class RemoveReply:
    """Remove a canned reply."""

    id: int


Wish = SaveConnection | RemoveConnection | SaveLine | RemoveLine | SaveAutoText | SaveRouting | SaveReply | RemoveReply
