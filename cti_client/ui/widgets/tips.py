"""Tooltips of texts from outside."""

from html import escape


def plain_tip(text: str) -> str:
    """A tooltip that shows `text` as it is; Qt would take a text that looks like markup for markup."""
    return f"<qt>{escape(text)}</qt>" if text else ""
