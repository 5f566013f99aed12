"""Tells systemd (`Type=notify`) how far the hub is; says nothing where nobody asked."""

import os
import socket


def tell(state: str) -> None:
    """`READY=1` or `STOPPING=1`."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address or not hasattr(socket, "AF_UNIX"):
        return
    if address.startswith("@"):  # a name that is no file
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to_systemd:
        try:
            to_systemd.sendto(state.encode(), address)
        except OSError:  # whoever started us has gone; the hub goes on
            return
