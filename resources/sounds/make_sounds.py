"""Makes the product's sounds from nothing but sine waves: `python resources/sounds/make_sounds.py`.

Each sound is two soft bell tones: a fundamental and two quiet overtones that die away, with a short attack so that
nothing clicks. The files are checked in; a test makes them anew and compares.
"""

from __future__ import annotations

import math
import sys
import wave
from array import array
from pathlib import Path

RATE = 44_100
ATTACK_S = 0.008
RELEASE_S = 0.03
OVERTONES = ((1.0, 1.0), (2.0, 0.28), (3.0, 0.08))

E5, A5, C6, G5 = 659.26, 880.0, 1046.5, 783.99

# Each tone: when it starts (s), its pitch (Hz), how fast it dies (1/s), how loud it is.
SOUNDS = {
    "ring": (1.10, ((0.0, E5, 5.0, 0.42), (0.17, A5, 4.2, 0.42))),
    "message": (0.55, ((0.0, C6, 11.0, 0.24), (0.09, G5, 9.0, 0.20))),
}


def samples(length_s: float, tones: tuple[tuple[float, float, float, float], ...]) -> array[int]:
    """Signed 16-bit mono samples of the tones added up."""
    total = int(length_s * RATE)
    values = [0.0] * total
    for start, pitch, decay, loudness in tones:
        first = int(start * RATE)
        for place in range(first, total):
            t = (place - first) / RATE
            tone = sum(part * math.sin(2 * math.pi * pitch * times * t) for times, part in OVERTONES)
            values[place] += loudness * tone * math.exp(-decay * t) * min(1.0, t / ATTACK_S)
    for place in range(total):
        values[place] *= min(1.0, (total - place) / (RELEASE_S * RATE))
    return array("h", (round(max(-1.0, min(1.0, value)) * 32_000) for value in values))


def write(folder: Path) -> list[Path]:
    """Write every sound into the folder."""
    written = []
    for name, (length_s, tones) in SOUNDS.items():
        data = samples(length_s, tones)
        if sys.byteorder == "big":
            data.byteswap()
        file = folder / f"{name}.wav"
        with wave.open(str(file), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(data.tobytes())
        written.append(file)
    return written


if __name__ == "__main__":
    write(Path(__file__).resolve().parent)
