"""C6, H1: one agent on two desktops, and a desktop on a team's hub over TLS with an authority of the team's own."""

import asyncio
from pathlib import Path

from PySide6.QtWidgets import QApplication

from cti_client.demo.tour_kit import button, click, reads
from cti_client.desk.hub_client import HubAccess
from tests.helpers.certificates import Authority
from tests.helpers.hub_process import CUSTOMER, HubProcess, gateway_of
from tests.helpers.journey import until
from tests.helpers.journey_places import at_work
from tests.helpers.kannel import free_ports
from tests.helpers.killing_hub import TOKEN
from tests.helpers.running_hub import TOKEN as OTHER_TOKEN
from tests.helpers.running_hub import running_hub

CALL_ID = f"SMS{CUSTOMER}"


async def test_the_newer_desktop_wins_and_the_older_says_so(screen: QApplication, tmp_path: Path) -> None:
    port, gateway_port = free_ports(2)
    async with gateway_of(port, gateway_port) as gateway:
        hub = HubProcess(tmp_path / "hub.db", port, gateway)
        await hub.start()
        try:
            access = HubAccess(hub.url, TOKEN)
            async with at_work(screen, tmp_path / "office", access) as office:
                await gateway.text_in("Hello", "g1")
                window = await office.accept(CALL_ID)
                await office.message(window, "Customer: Hello")
                async with at_work(screen, tmp_path / "home", access) as home:
                    await until(
                        lambda: reads(office.window, "Anna has been at work at another desktop since"),
                        "the older desktop to say so",
                    )
                    assert reads(office.window, "Not connected")
                    await gateway.text_in("Still there?", "g2")
                    await until(lambda: home.rail(), "the chat at the newer desktop")
                    assert not reads(home.window, "at another desktop")
                    assert "Still there?" not in "".join(office.messages(window)), "it is switched off"

                    again = button(office.window, "Use it here again")
                    assert again is not None
                    click(again)
                    await office.is_live()
                    await office.message(window, "Customer: Still there?")
                    await until(
                        lambda: reads(home.window, "Anna has been at work at another desktop since"),
                        "the other one to be switched off",
                    )
                    assert not reads(office.window, "at another desktop")
                await office.reply(window, "Yes")
                await office.message(window, "Yes", "The network has it")
                assert gateway.to_phones == {"Yes": 1}
        finally:
            await hub.stop()


async def test_over_tls_with_the_team_s_own_authority(screen: QApplication, tmp_path: Path) -> None:
    authority = await asyncio.to_thread(Authority.made, tmp_path)
    (tmp_path / "hub").mkdir()
    async with running_hub(tmp_path / "hub", tls_certificate=authority.certify()) as hub:
        assert hub.url.startswith("https://")
        async with at_work(screen, tmp_path / "a", HubAccess(hub.url, OTHER_TOKEN, str(authority.file))):
            pass
        async with at_work(screen, tmp_path / "b", HubAccess(hub.url, OTHER_TOKEN), live=False) as stranger:
            await until(
                lambda: reads(stranger.window, "This computer does not know the authority that signed"),
                "the banner to say what is wrong with the certificate",
            )
            assert reads(stranger.window, "No link to the hub.")
