"""How loud a clip is to a listener, and clips made equally loud (ITU-R BS.1770-4, with pyloudnorm); plain level too."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from escucha.audio.clip import Clip

BLOCK = 0.4
"""Seconds of a gating block in BS.1770."""
FULL = 0.999
"""The largest sample of what is made louder: a little under 1, for rounding."""
NOTHING = -180.0
"""dB; the level of silence."""


def loudness(clip: Clip) -> float:
    """Integrated loudness in LUFS; -inf for silence and for what stays under the absolute gate of -70 LUFS.

    A clip shorter than a block of 400 ms is measured in one block of its own length: its mean K-weighted power, as if
    it went on. A full-scale sine of 997 Hz reads -3.01.
    """
    import pyloudnorm

    # one sample less than the clip, or rounding could ask for a block longer than it
    block = min(BLOCK, max(len(clip.wave) - 1, 1) / clip.rate)
    wave = clip.wave.astype(np.float64)
    if len(wave) < 2:
        wave = np.repeat(wave, 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(pyloudnorm.Meter(clip.rate, block_size=block).integrated_loudness(wave))


def level(clip: Clip) -> float:
    """dB of full scale of the clip's root mean square, its pauses included; NOTHING for silence. A sine reads -3.01."""
    return float(10 * np.log10(max(np.mean(np.square(clip.wave, dtype=np.float64)), 10 ** (NOTHING / 10))))


def match(clip: Clip, reference: Clip, *, cap_db: float = 12.0) -> tuple[Clip, float]:
    """The clip as loud as the reference, and the gain in dB that this took, at most `cap_db` upwards.

    The cap keeps near-silence from becoming a roar. Where either is silent there is nothing to match: gain 0. The peak
    may pass 1; `io.write` bounds it and says by how much.
    """
    wanted, got = loudness(reference), loudness(clip)
    if not (math.isfinite(wanted) and math.isfinite(got)):
        return clip, 0.0
    gain = min(wanted - got, cap_db)
    return louder(clip, gain), gain


def louder(clip: Clip, decibels: float) -> Clip:
    """The clip so many dB louder, or softer; its peak may pass 1."""
    return Clip(clip.wave * np.float32(10 ** (decibels / 20)), clip.rate)


def common_gain(clips: Sequence[Clip], *, target: float, cap_db: float, also: Iterable[Clip] = ()) -> float:
    """dB of the one gain that brings clips, heard one after the other, to `target` LUFS: their differences stay.

    At most `cap_db` upwards, and so that no sample passes 1, nor one of the clips that are `also` played at this gain.
    All of one rate. 0 where they are silent.
    """
    if not clips:
        return 0.0
    together = loudness(Clip(np.concatenate([clip.wave for clip in clips]), clips[0].rate))
    peak = max(float(np.abs(clip.wave).max(initial=0)) for clip in (*clips, *also))
    room = -20 * math.log10(max(peak, 1e-9) / FULL)
    return min(target - together, cap_db, room) if math.isfinite(together) else min(0.0, room)


def fade(clip: Clip, seconds: float = 0.01) -> Clip:
    """The clip with a raised-cosine fade at both ends, so that a cut does not click; at most half the clip each."""
    length = min(round(seconds * clip.rate), len(clip.wave) // 2)
    if length <= 0:
        return clip
    rise = 0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length)
    wave = clip.wave.copy()
    wave[:length] *= rise
    wave[-length:] *= rise[::-1]
    return Clip(wave, clip.rate)
