"""What rings and what strikes."""

import numpy as np

from escucha.audio.clip import Clip
from escucha.audio.separators.separator import Sources


def hpss(clip: Clip) -> Sources:
    """`harmonic` and `percussive` by median filtering (Fitzgerald 2010; librosa's soft masks, which sum to 1)."""
    import librosa

    # zeros for clips shorter than one spectrum: librosa would warn, and its filters see a single frame
    wave = np.pad(clip.wave, (0, max(0, 2048 - len(clip.wave))))
    harmonic, percussive = librosa.effects.hpss(wave)
    return {"harmonic": Clip(harmonic, clip.rate), "percussive": Clip(percussive, clip.rate)}
