"""Simple cues that a model should not need, and sounds with more and with less of each: Clever Hans' questioner.

A classifier that hears a tape's hiss and not its music is right for the wrong reason (Lapuschkin et al. 2019; for
music Sturm 2014, "A simple method to determine if a music information retrieval system is a horse").

Conventions: a change takes a clip and gives one of the same rate and length.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from escucha.audio import perturb
from escucha.audio.clip import Clip
from escucha.audio.loudness import louder
from escucha.concepts.discovering import sound_facts
from escucha.concepts.discovering.sound_facts import RUMBLE, TOP, Sound

Change = Callable[[Clip], Clip]

REACH = 0.1
"""Of a cue's spread among clips: a change that moves it less is no change of it."""


@dataclass(frozen=True)
class Cue:
    """One thing that can be measured of a sound, and two sounds that differ in nothing else."""

    words: str
    """As a sentence says it."""
    unit: str
    measure: Callable[[Sound], float] | None = None
    """None: it is known of the file and not measured."""
    more: Change | None = None
    """A sound with more of it; None: the clip as it is."""
    less: Change | None = None


def pass_band(clip: Clip, low: float = 0.0, high: float = np.inf) -> Clip:
    """The clip between two frequencies (Hz), the rest set to zero in one spectrum of the whole."""
    spectrum = np.fft.rfft(clip.wave.astype(np.float64))
    hertz = np.fft.rfftfreq(len(clip.wave), 1 / clip.rate)
    spectrum[(hertz < low) | (hertz > high)] = 0
    return Clip(np.fft.irfft(spectrum, len(clip.wave)), clip.rate)


def low_pass(clip: Clip, share: float) -> Clip:
    """The clip without what lies above a share of half its rate."""
    return pass_band(clip, high=share * clip.rate / 2)


def hissing(clip: Clip) -> Clip:
    """With white noise 40 dB below the clip, the same at every call."""
    return perturb.noise(clip, np.random.default_rng(0), decibels=40)


def offset_by(clip: Clip, share: float) -> Clip:
    """With a share of full scale added to every sample."""
    return Clip(clip.wave + np.float32(share), clip.rate)


def limited(clip: Clip) -> Clip:
    """Cut off at 6 dB under its peak: flat there, and as loud as before but for that."""
    most = float(np.abs(clip.wave).max()) / 2
    return Clip(np.clip(clip.wave, -most, most), clip.rate)


def after_silence(clip: Clip, seconds: float = 0.5) -> Clip:
    """Beginning so much later, after silence; its end is lost."""
    gap = min(round(seconds * clip.rate), len(clip.wave) // 2)
    return Clip(np.pad(clip.wave[:len(clip.wave) - gap], (gap, 0)), clip.rate)


def before_silence(clip: Clip, seconds: float = 0.5) -> Clip:
    """Ending so much earlier, in silence."""
    gap = min(round(seconds * clip.rate), len(clip.wave) // 2)
    return Clip(np.pad(clip.wave[:len(clip.wave) - gap], (0, gap)), clip.rate)


CUES: dict[str, Cue] = {
    "below-20-hz": Cue("energy below 20 Hz", "dB", sound_facts.rumble, less=partial(pass_band, low=1.25 * RUMBLE)),
    "top-of-band": Cue("steady energy at the top of the band", "dB", sound_facts.top_of_band,
                       less=partial(low_pass, share=TOP)),
    "codec-edge": Cue("the edge where a codec cuts off", "Hz", sound_facts.edge, less=partial(low_pass, share=0.7)),
    "level": Cue("loudness", "LUFS", sound_facts.level, partial(louder, decibels=6), partial(louder, decibels=-6)),
    "peak": Cue("peak", "dB", sound_facts.peak, less=limited),
    "clipping": Cue("clipping", "%", sound_facts.clipped, more=limited),
    "offset": Cue("constant offset", "%", sound_facts.offset, more=partial(offset_by, share=0.02)),
    "silence-first": Cue("silence at the start", "s", sound_facts.lead, more=after_silence),
    "silence-last": Cue("silence at the end", "s", sound_facts.trail, more=before_silence),
    "silence": Cue("share of silence", "%", sound_facts.silence, more=before_silence),
    "quietest": Cue("level of the quietest moments", "dB", sound_facts.quietest, more=hissing),
    "length": Cue("length of the clip", "s", sound_facts.length),
}
"""Name to cue, measured from the sound at the rate that the model hears."""


FILE_CUES: dict[str, Cue] = {
    "file-rate": Cue("the file's sample rate", "Hz"),
    "file-bits": Cue("the file's bits a sample", "bits"),
    "file-channels": Cue("the file's channels", "channels"),
    "position": Cue("where in its file the clip begins", "s"),
}
"""Cues that are known of files; no model hears them, but what they bring along it may."""


def reaching(clips: Iterable[Clip], changes: Mapping[tuple[str, str], Change],
             spreads: Mapping[str, float]) -> set[str]:
    """Cues that their `changes` do change in these clips: by REACH of their `spreads` among clips, or by more.

    Hiss fills rests; where music never rests it leaves the quietest moments as they are, and what a model makes of it
    then says nothing of that cue.
    """
    moved = dict.fromkeys((name for name, _ in changes), 0.0)
    count = 0
    for clip in clips:
        plain, count = Sound.of(clip), count + 1
        for (name, way), change in changes.items():
            measure = CUES[name].measure
            assert measure
            moved[name] += (measure(Sound.of(change(clip))) - measure(plain)) * (1 if way == "more" else -1)
    return {name for name, far in moved.items() if far / max(count, 1) >= REACH * spreads[name]}


def measured(clip: Clip) -> np.ndarray:
    """`(cue,)` of a clip, in the order of CUES."""
    sound = Sound.of(clip)
    return np.array([cue.measure(sound) for cue in CUES.values() if cue.measure])


def cue_named(name: str) -> Cue:
    """One of CUES or of FILE_CUES."""
    return CUES[name] if name in CUES else FILE_CUES[name]


def differing(rows: np.ndarray, names: Sequence[str]) -> list[str]:
    """Names of the columns of `(clip, cue)` in which clips differ by more than rounding."""
    spread = np.ptp(rows, axis=0)
    return [name for name, wide, column in zip(names, spread, rows.T) if wide > 1e-6 * (1 + np.abs(column).max())]
