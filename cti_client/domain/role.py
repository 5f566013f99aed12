"""What a person may do (G1)."""

from enum import StrEnum


class Role(StrEnum):
    """Owners and admins change settings (F4); supervisors are told apart from agents elsewhere."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    OWNER = "owner"


def may_change_settings(role: Role) -> bool:
    """Connections, lines, routing, automatic texts, canned replies."""
    return role in (Role.ADMIN, Role.OWNER)
