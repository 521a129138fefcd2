"""The small files that docs/concepts.md talks of: recordings, stems, MIDI, each by several people."""

from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from tests.conftest import REPOSITORY
from tests.corpora.test_midi import midi

RATE = 16000
PALOS = ("bulerias", "soleares")


def _noise(path: Path, seed: int, *, claps: bool = False, high: float = 0.0) -> np.ndarray:
    """Two seconds of tones and noise, with strokes if wanted."""
    rng = np.random.default_rng(seed)
    time = np.arange(2 * RATE) / RATE
    wave = .1 * np.sin(2 * np.pi * (200 + 20 * (seed % 9)) * time) + rng.normal(0, .01, len(time))
    wave += high * np.sin(2 * np.pi * 3000 * time)
    for start in range(1000, len(time) - 900, 4000) if claps else ():
        wave[start:start + 800] += rng.normal(0, .2, 800) * np.exp(-np.arange(800) / 150)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, wave, RATE)
    return wave


def prepare(folder: Path) -> dict[str, Any]:
    """Put them into `folder`; no names are needed beyond what the page imports."""
    (folder / "concepts").mkdir(parents=True)
    (folder / "models").symlink_to(REPOSITORY / "models")
    for number in range(4):
        for place, claps in (("claps", True), ("no-claps", False)):
            _noise(folder / place / PALOS[number % 2] / f"artist{number}_{place}.wav", number, claps=claps)
    for number in range(32):
        _noise(folder / "pool" / PALOS[number % 2] / f"artist{number % 8}_{number}.wav", 50 + number)
    rows = ["path,label,group,split,tempo,mode"]
    for number in range(32):
        song = f"songs/{PALOS[number % 2]}/artist{number // 4}/{number}.wav"
        _noise(folder / song, number, high=.02 * (number % 5))
        rows.append(f"{song},{PALOS[number % 2]},artist{number // 4},,{90 + 5 * number},"
                    f"{'phrygian' if number % 4 < 2 else 'major'}")
    (folder / "songs.csv").write_text("\n".join(rows), encoding="utf-8")
    _stems(folder)
    _fifths(folder)
    return {}


def _stems(folder: Path) -> None:
    for number in range(4):
        song = folder / "multitracks" / PALOS[number % 2] / f"artist{number}" / f"{number}.wav"
        guitar = _noise(song.with_suffix(".stems") / "guitar.wav", number)
        voice = _noise(song.with_suffix(".stems") / "voice.wav", 30 + number)
        soundfile.write(song, guitar + voice, RATE)


def _fifths(folder: Path) -> None:
    for number in range(4):
        for place, steps in (("fifths", 7), ("thirds", 4)):
            midi(folder / place / f"composer{number}_a.mid", [(0, .5, 60 + number), (0, .5, 60 + number + steps)])
    for number in range(32):
        midi(folder / "other-intervals" / f"composer{number % 8}_{number}.mid",
             [(0, .5, 55 + number % 12), (0, .5, 57 + number % 12 + number % 5)])
