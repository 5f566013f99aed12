"""The call id of an SMS chat request (A2)."""


def sms_call_id(address: str) -> str:
    """`SMS` and the sender's address: `SMS+15551234567`, and `SMS12345` for a short code."""
    return f"SMS{address}"
