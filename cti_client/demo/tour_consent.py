"""The tour's steps around consent: what an agent writes down."""

from PySide6.QtWidgets import QLineEdit

from cti_client.demo.tour_kit import TourError, button, picture, reads, until, visible, write
from cti_client.demo.tour_stage import Stage
from cti_client.ui.numbers.allow_sms_dialog import AllowSmsDialog

STRANGER = "+34 699 000 111"


class ConsentSteps:
    """With no chat open."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def allows(self) -> str:
        """B2."""
        stage = self._stage
        await stage.press_button(stage.desktop.window, "New chat")
        dialog = await until(stage.dialog, "the dialog for a new chat")
        write(await until(lambda: next(iter(visible(dialog, QLineEdit)), None), "a field for the number"), STRANGER)
        await until(lambda: reads(dialog, "No SMS consent yet"), "the consent badge")
        await picture(dialog, stage.folder, "17-no-consent")
        await stage.press_button(dialog, "Allow SMS")
        asked = await until(lambda: next(iter(visible(dialog, AllowSmsDialog)), None), "the question how they agreed")
        await stage.press_button(asked, "Agreed on the phone")
        write(asked.note, "Called us about order 88211")
        await picture(asked, stage.folder, "17-allow-sms")
        await stage.press_button(asked, "Allow SMS")
        await until(lambda: button(dialog, "Start chat"), "Start chat to be possible")
        if not reads(dialog, "SMS opted in"):
            raise TourError("expected the badge to say that SMS is opted in")
        await stage.press_button(dialog, "Cancel")
        await until(lambda: stage.dialog() is None, "the dialog to go")
        return f"{STRANGER} may be texted"
