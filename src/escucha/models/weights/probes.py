"""Sounds that need no file: different enough from each other that a model which listens answers differently."""

import numpy as np

SEED = 20


def probe_sounds(rate: int, samples: int) -> np.ndarray:
    """`(sound, time)` float32: tones, chords, beats, noises and glides, the same at every call.

    >>> probe_sounds(8000, 16000).shape
    (12, 16000)
    """
    time, rng = np.arange(samples) / rate, np.random.default_rng(SEED)
    noise = rng.standard_normal(samples)
    brown = np.cumsum(rng.standard_normal(samples))
    brown = (brown - brown.mean()) / brown.std()
    sounds = [*(harmonics(time, pitch) * beats(time, tempo) for pitch, tempo in ((82, 1.5), (220, 2.0), (660, 4.0))),
              *(sum(harmonics(time, pitch) for pitch in chord) / 3 for chord in ((131, 165, 196), (294, 349, 440))),
              noise / 4, noise * beats(time, 2.0, 0.05), brown / 4, brown * beats(time, 1.0, 0.3) / 3,
              harmonics(time, 60) * beats(time, 2.0, 0.1) + noise * beats(time, 4.0, 0.02) / 4,
              np.sin(2 * np.pi * 300 * time * (1 + 0.5 * np.sin(time))), beats(time, 2.0, 0.001)]
    return (0.2 * np.stack(sounds)).astype(np.float32)


def harmonics(time: np.ndarray, pitch: float, count: int = 8) -> np.ndarray:
    """A tone of `pitch` Hz with overtones that weaken as they rise."""
    return np.sum([np.sin(2 * np.pi * pitch * at * time) / at for at in range(1, count + 1)], axis=0)


def beats(time: np.ndarray, tempo: float, fade: float = 0.2) -> np.ndarray:
    """Strokes, `tempo` a second, each falling to 1/e in `fade` seconds."""
    return np.exp(-(time % (1 / tempo)) / fade)
