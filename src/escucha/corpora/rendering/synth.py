"""One note at a time from the soundfont (tinysoundfont's only door), kept in a bounded cache.

The synthesizer has a state, so before every note all sound is cut, the channel drained and every controller set: the
same note gives the same samples in any order of calls.
"""

import hashlib
import importlib.util
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

RATE = 22050
BLOCK = 128
"""Samples between two positions of the pitch wheel."""
LENGTHS = (.15, .3, .5, .75, 1.0, 1.5, 2.0, 3.0)
"""Seconds; a note is rendered with the next longer one of these and cut, so that the cache is hit."""
LONG = (6.0, 12.0, 24.0)
"""Further lengths, for those who ask for them."""
LAYERS = {48: 3000.0, 80: 6500.0, 112: 0.0}
"""Velocities that are rendered (amplitude is proportional to velocity, the rest is gain), each with the corner in Hz
of its low-pass, or 0 for none: in this soundfont a soft note sounds as bright as a loud one, on a guitar it does not.
"""
CACHE_BYTES = 256 * 2 ** 20
TAIL = .12
"""Seconds of release after a note is let go."""


@lru_cache(maxsize=1)
def soundfont() -> Path:
    """Where pretty_midi keeps `TimGM6mb.sf2`, found without importing it; ModuleNotFoundError where that is missing."""
    found = importlib.util.find_spec("pretty_midi")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("pretty_midi is not installed; it brings the soundfont TimGM6mb.sf2 (make setup)")
    return Path(next(iter(found.submodule_search_locations))) / "TimGM6mb.sf2"


@lru_cache(maxsize=1)
def soundfont_hash() -> str:
    """Sixteen hex digits of the soundfont's bytes; part of every clip's key."""
    return hashlib.sha256(soundfont().read_bytes()).hexdigest()[:16]


def _vibrato(t: np.ndarray, length: float) -> np.ndarray:
    return .25 * np.clip((t - .15) / .3, 0, 1) * np.sin(2 * np.pi * 5.6 * t)


SYLLABLE, PITCH, GLIDE = .12, .13, .03
"""Seconds in a melisma: before it leaves its note, on each of its pitches, and from one to the next."""


def melisma(upper: int, top: int, lower: int) -> str:
    """The name of a melisma through these neighbours of its note, in semitones above and (`lower`) below it."""
    return f"melisma {upper} {top} {lower}"


def _melisma(upper: int, top: int, lower: int) -> Callable[[np.ndarray, float], np.ndarray]:
    """One syllable up to its second neighbour, back, and through the lower one, again and again; ends on its note."""
    def bend(t: np.ndarray, length: float) -> np.ndarray:
        fits = int((length - SYLLABLE) / PITCH)
        count = max(2, 6 * (fits // 6) + 4 * (fits % 6 >= 4))
        turns = ((upper, 0) if count < 4 else (upper, top, upper, 0, -lower, 0) * (count // 6 + 1))[:count]
        starts = SYLLABLE + PITCH * np.arange(count)
        times = np.ravel(np.column_stack([starts, starts + GLIDE]))
        return np.interp(t, times, np.repeat([0, *turns], 2)[1:-1])
    return bend


SHAPES: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "": lambda t, length: np.zeros_like(t),
    "vibrato": _vibrato,
    "scoop": lambda t, length: -1.0 * np.exp(-t / .04),
    "slide": lambda t, length: .5 * np.exp(-t / .025),
    "grace": lambda t, length: .5 * np.exp(-t / .025),
    "turn": lambda t, length: np.interp(t / length, (0, .3, .38, .46, .54, .62, .7, 1), (0, 0, 1, 0, -1, 0, 0, 0)),
    "shake": lambda t, length: .9 * np.exp(-t / .5) * np.sin(2 * np.pi * 6.5 * t),
    "fall": lambda t, length: _vibrato(t, length) - 3 * np.clip((t / length - .8) / .2, 0, 1) ** 2,
    **{melisma(upper, upper + more, lower): _melisma(upper, upper + more, lower)
       for upper in (1, 2, 3) for more in (1, 2, 3) for lower in (1, 2, 3)},
}
"""Pitch bends in semitones over time in seconds, for a note of a length in seconds."""

BEND_RANGE = 12.0


class Player:
    """A long-lived synthesizer and its notes: `(time,)` float32 at `RATE`, mono, least recently used ones dropped."""

    def __init__(self, limit: int = CACHE_BYTES):
        import tinysoundfont

        self._synth = tinysoundfont.Synth(gain=0, samplerate=RATE)
        self._font = self._synth.sfload(str(soundfont()))
        self._notes: OrderedDict[tuple, np.ndarray] = OrderedDict()
        self._size, self._limit = 0, limit
        self._lock = threading.Lock()

    def note(self, program: int, pitch: int, layer: int, length: float, *, shape: str = "", kit: bool = False,
             shift: float = 0.0) -> np.ndarray:
        """One note at a velocity layer, let go after `length` seconds (of `LENGTHS`), with its release; read-only.

        With `kit` the program is a drum kit (0 is the standard one) and the pitch a General MIDI drum.
        """
        key = (program, pitch, layer, length, shape, kit, round(shift, 2))
        with self._lock:
            if key in self._notes:
                self._notes.move_to_end(key)
                return self._notes[key]
            wave = self._render(program, pitch, layer, length, shape=shape, kit=kit, shift=round(shift, 2))
            self._keep(key, wave)
            return wave

    def _keep(self, key: tuple, wave: np.ndarray) -> None:
        self._notes[key] = wave
        self._size += wave.nbytes
        while self._size > self._limit and len(self._notes) > 1:
            self._size -= self._notes.popitem(last=False)[1].nbytes

    def _render(self, program: int, pitch: int, layer: int, length: float, *, shape: str, kit: bool,
                shift: float) -> np.ndarray:
        synth = self._synth
        synth.sounds_off()
        synth.generate_simple(2048)
        synth.program_select(0, self._font, 128 if kit else 0, program, kit)
        synth.pitchbend_range(0, BEND_RANGE)
        synth.pitchbend(0, 8192)
        synth.set_tuning(0, shift)
        synth.noteon(0, pitch, layer)
        sound = [self._held(length, shape)]
        synth.noteoff(0, pitch)
        sound.append(self._generate(round(TAIL * RATE)))
        wave = _touched(np.concatenate(sound).reshape(-1, 2).mean(axis=1, dtype=np.float32), LAYERS.get(layer, 0.0))
        wave.setflags(write=False)
        return wave

    def _held(self, length: float, shape: str) -> np.ndarray:
        samples = round(length * RATE)
        if not shape:
            return self._generate(samples)
        starts = np.arange(0, samples, BLOCK)
        bends = 8192 + np.round(8192 / BEND_RANGE * SHAPES[shape](starts / RATE, length)).astype(int)
        blocks = []
        for start, bend in zip(starts, np.clip(bends, 0, 16383)):
            self._synth.pitchbend(0, int(bend))
            blocks.append(self._generate(min(BLOCK, samples - int(start))))
        return np.concatenate(blocks)

    def _generate(self, samples: int) -> np.ndarray:
        return np.frombuffer(self._synth.generate_simple(samples), dtype=np.float32).copy()


def _touched(wave: np.ndarray, corner: float) -> np.ndarray:
    """The note of a softer touch: a one-pole low-pass; `corner` in Hz, 0 for none."""
    from scipy.signal import lfilter

    if not corner:
        return wave
    pole = np.exp(-2 * np.pi * corner / RATE)
    return lfilter([1 - pole], [1, -pole], wave).astype(np.float32)


@lru_cache(maxsize=1)
def player() -> Player:
    """The one player of this process."""
    return Player()
