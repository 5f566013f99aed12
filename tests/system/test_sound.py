import logging
import runpy
import threading
import wave
from array import array
from pathlib import Path

import miniaudio
import pytest

from cti_client.system import sound as module
from cti_client.system.sound import SOUNDS, DevicePlayer, MiniaudioOutput, Output, Sound, load

PATIENCE_S = 10


class Loudspeaker:
    """Records what was played; a test lets each sound end."""

    def __init__(self) -> None:
        self.opened = 0
        self.played: list[tuple[int, int]] = []
        self.closed = threading.Semaphore(0)
        self.started = threading.Semaphore(0)
        self.let_end = threading.Semaphore(0)

    def open(self, rate: int) -> Output:
        self.opened += 1
        return self

    def play(self, pcm: bytes, rate: int, done: threading.Event) -> None:
        self.played.append((len(pcm), rate))
        self.started.release()
        assert self.let_end.acquire(timeout=PATIENCE_S)
        done.set()

    def close(self) -> None:
        self.closed.release()


def test_every_sound_has_a_file_that_can_be_played() -> None:
    for sound in Sound:
        pcm, rate = load(SOUNDS / f"{sound}.wav")
        assert rate == 44_100
        assert 0.3 < len(pcm) / 2 / rate < 1.5
        samples = array("h", pcm)
        assert 4_000 < max(samples) < 32_000, "neither silent nor clipped"
        assert abs(samples[0]) < 50, "begins without a click"
        assert abs(samples[-1]) < 50, "ends without a click"


def test_the_files_are_what_the_script_makes(tmp_path: Path) -> None:
    write = runpy.run_path(str(SOUNDS / "make_sounds.py"))["write"]
    for made in write(tmp_path):
        with wave.open(str(made)) as new, wave.open(str(SOUNDS / made.name)) as kept:
            assert new.getparams() == kept.getparams()
            pairs = zip(array("h", new.readframes(10**6)), array("h", kept.readframes(10**6)), strict=True)
            assert all(abs(one - other) <= 1 for one, other in pairs)


def test_plays_in_its_own_thread_and_gives_the_device_back() -> None:
    speaker = Loudspeaker()
    player = DevicePlayer(speaker.open)
    player.play(Sound.RING)
    assert speaker.started.acquire(timeout=PATIENCE_S), "play returned while the sound still sounds"
    speaker.let_end.release()
    assert speaker.closed.acquire(timeout=PATIENCE_S)
    player.play(Sound.MESSAGE)
    speaker.let_end.release()
    assert speaker.closed.acquire(timeout=PATIENCE_S)
    player.close()
    assert speaker.opened == 2
    assert speaker.played[0] != speaker.played[1]


def test_late_sounds_are_dropped() -> None:
    speaker = Loudspeaker()
    player = DevicePlayer(speaker.open)
    player.play(Sound.RING)
    assert speaker.started.acquire(timeout=PATIENCE_S)
    for _ in range(10):
        player.play(Sound.RING)
    for _ in range(10):
        speaker.let_end.release()
    for _ in range(1 + module.WAITING_AT_MOST):
        assert speaker.closed.acquire(timeout=PATIENCE_S)
    player.close()
    assert len(speaker.played) == 1 + module.WAITING_AT_MOST


def test_a_machine_without_sound_is_silent_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    tries = threading.Semaphore(0)

    def broken(rate: int) -> Output:
        tries.release()
        raise miniaudio.MiniaudioError("failed to init device", -401)

    player = DevicePlayer(broken)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            player.play(Sound.RING)
            assert tries.acquire(timeout=PATIENCE_S)
        player.close()
    assert len([record for record in caplog.records if "no sound" in record.getMessage()]) == 1


def test_close_ends_a_sound_that_never_would() -> None:
    speaker = Loudspeaker()
    stuck = threading.Event()

    class Stuck(Loudspeaker):
        def play(self, pcm: bytes, rate: int, done: threading.Event) -> None:
            stuck.set()

    speaker = Stuck()
    player = DevicePlayer(speaker.open)
    player.play(Sound.RING)
    assert stuck.wait(PATIENCE_S)
    player.close()
    assert speaker.closed.acquire(blocking=False)
    assert not any(thread.name == "sound" and thread.is_alive() for thread in threading.enumerate())


def test_play_after_close_does_nothing() -> None:
    speaker = Loudspeaker()
    player = DevicePlayer(speaker.open)
    player.close()
    player.play(Sound.RING)
    assert speaker.opened == 0


def test_miniaudio_plays_to_the_end() -> None:
    ended = threading.Event()
    output = MiniaudioOutput(44_100, [miniaudio.Backend.NULL])
    output.play(bytes(2 * 4_410), 44_100, ended)
    assert ended.wait(PATIENCE_S)
    output.close()
