"""Short sounds, played beside everything else.

Why miniaudio: `docs/adr/0002-sound.md`.
"""

import logging
import queue
import sys
import threading
import wave
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

log = logging.getLogger(__name__)

SOUNDS = Path(__file__).resolve().parents[2] / "resources" / "sounds"

WAITING_AT_MOST = 2
"""Sounds that may stand in the queue; further ones are dropped, since a late ring tells nothing."""

PATIENCE_S = 3.0
"""How much longer than its length a sound may take before the device counts as stuck."""


class Sound(StrEnum):
    """What there is to hear; the file of the same name."""

    RING = "ring"
    MESSAGE = "message"


class SoundPlayer(Protocol):
    """The port. `play` returns at once and never raises; a machine that cannot sound stays silent."""

    def play(self, sound: Sound) -> None:
        """Begin the sound, or drop it where others are still waiting."""

    def close(self) -> None:
        """End; nothing sounds after this."""


class SilentPlayer:
    """Plays nothing."""

    def play(self, sound: Sound) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Output(Protocol):
    """One open way to the loudspeaker."""

    def play(self, pcm: bytes, rate: int, done: threading.Event) -> None:
        """Start to play signed 16-bit mono samples; sets `done` at their end."""

    def close(self) -> None:
        """Give the device back."""


class DevicePlayer:
    """Plays on the system's default output, from a thread of its own.

    The device is open only while something sounds, so that a headset plugged in later is found and a laptop's sound
    chip may sleep. The first failure is logged once; later sounds try again.
    """

    def __init__(self, open_output: "Callable[[int], Output] | None" = None, folder: Path = SOUNDS) -> None:
        self._open = open_output or open_default_output
        self._folder = folder
        self._queue: queue.Queue[Sound | None] = queue.Queue(WAITING_AT_MOST)
        self._told = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sound", daemon=True)
        self._thread.start()

    def play(self, sound: Sound) -> None:
        """See `SoundPlayer`."""
        if not self._closing.is_set():
            with suppress(queue.Full):
                self._queue.put_nowait(sound)

    def close(self) -> None:
        """See `SoundPlayer`. Waits for the thread, which ends within moments."""
        self._closing.set()
        with suppress(queue.Full):
            self._queue.put_nowait(None)
        self._thread.join(timeout=PATIENCE_S)

    def _work(self) -> None:
        loaded: dict[Sound, tuple[bytes, int]] = {}
        while (sound := self._queue.get()) is not None and not self._closing.is_set():
            try:
                if sound not in loaded:
                    loaded[sound] = load(self._folder / f"{sound}.wav")
                self._sound(*loaded[sound])
            except Exception as error:  # noqa: BLE001 - a driver may fail in any way, and sound is never worth a crash
                if not self._told:
                    self._told = True
                    log.warning("no sound: %s", error)

    def _sound(self, pcm: bytes, rate: int) -> None:
        output = self._open(rate)
        try:
            done = threading.Event()
            output.play(pcm, rate, done)
            length_s = len(pcm) / 2 / rate
            waited = 0.0
            while not done.wait(0.1) and not self._closing.is_set():
                waited += 0.1
                if waited > length_s + PATIENCE_S:
                    raise TimeoutError("the sound device does not move")
        finally:
            output.close()


def load(file: Path) -> tuple[bytes, int]:
    """Samples and rate of a 16-bit mono WAV file. Raises OSError, `wave.Error`, or ValueError for another format."""
    with wave.open(str(file), "rb") as wav:
        if wav.getsampwidth() != 2 or wav.getnchannels() != 1:
            raise ValueError(f"{file.name} is not 16-bit mono")
        return wav.readframes(wav.getnframes()), wav.getframerate()


def open_default_output(rate: int) -> Output:
    """The system's default output. Raises `miniaudio.MiniaudioError` where there is none."""
    import miniaudio  # here, in the sound thread: the library costs 30 ms and is not needed before the first ring

    return MiniaudioOutput(rate, _backends(miniaudio))


class MiniaudioOutput:
    """An output of miniaudio; `backends` None: whatever the system has."""

    def __init__(self, rate: int, backends: list[Any] | None) -> None:
        import miniaudio

        self._device = miniaudio.PlaybackDevice(
            nchannels=1, sample_rate=rate, buffersize_msec=60, backends=backends, app_name="cti-client"
        )

    def play(self, pcm: bytes, rate: int, done: threading.Event) -> None:
        """See `Output`."""
        import miniaudio

        # Silence behind the sound: the end is reported when the last samples are handed over, not when they are heard.
        tail = bytes(2 * rate // 8)
        raw = miniaudio.stream_raw_pcm_memory(pcm + tail, 1, 2)
        stream = miniaudio.stream_with_callbacks(raw, end_callback=done.set)
        next(stream)
        self._device.start(stream)

    def close(self) -> None:
        """See `Output`."""
        self._device.close()


def _backends(miniaudio: Any) -> list[Any] | None:
    some: list[Any] | None = None
    if sys.platform.startswith("linux"):
        # ALSA writes a page of complaints to stderr on a machine without a sound card: it is asked only where one is.
        some = [miniaudio.Backend.PULSEAUDIO]
        if any(Path("/dev/snd").glob("pcm*p")):
            some.append(miniaudio.Backend.ALSA)
    return some
