"""Castanets by synthesis: a click through two short damped resonators (the soundfont's own are 44 dB too soft)."""

from functools import lru_cache

import numpy as np

from escucha.corpora.rendering.synth import RATE

SHELLS = (((1150.0, 2900.0), (.016, .009)), ((1500.0, 3600.0), (.013, .008)))
"""Resonances in Hz and their decay times in seconds, of macho (0, low) and hembra (1, high)."""


@lru_cache(maxsize=8)
def click(shell: int, seconds: float = .12) -> np.ndarray:
    """One stroke, `(time,)` float32 at `RATE`, peak 1; `shell` is 0 (macho) or 1 (hembra)."""
    time = np.arange(round(seconds * RATE)) / RATE
    frequencies, decays = SHELLS[shell]
    wave = np.zeros_like(time)
    for frequency, decay in zip(frequencies, decays):
        wave += np.sin(2 * np.pi * frequency * time) * np.exp(-time / decay)
    snap = np.random.default_rng(shell).standard_normal(len(time)) * np.exp(-time / .0015)
    wave = wave + .6 * snap
    wave = (wave / np.abs(wave).max()).astype(np.float32)
    wave.setflags(write=False)
    return wave
