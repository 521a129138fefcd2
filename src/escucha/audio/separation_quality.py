"""How well was a sound taken apart? Estimated sources against the true stems, where these are known.

Conventions: decibels; higher is better. 0 dB: as much of other things as of the source; 10 is usable, 20 hard to tell
from the truth. Waves are compared sample by sample: stems and sources are as long as their mix and at its rate.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.audio.clip import Clip
from escucha.errors import InputError

SILENT = 1e-7
"""A stem whose samples stay within this of zero is silent: it is nobody's truth."""

_ROUNDING = 1e-25  # of float64; of float32, which clips are in, far more would be left
_ALL = 100.0  # dB; what is that near to the mixture differs by float32's rounding


@dataclass(frozen=True)
class Quality:
    """How good one estimated source is."""

    source: str
    stems: tuple[str, ...]
    """The true stems whose sum it is held against; empty: no stem is mostly in it."""
    si_sdr: float
    """dB; NaN where no stem is mostly in it."""
    improvement: float
    """dB above what the mixture itself scores as an estimate; NaN where no stem is in it, or where all of them are:
    there was nothing to be rid of. Near 0 the separator did nothing."""


def si_sdr(estimate: Clip, reference: Clip) -> float:
    """Scale-invariant signal-to-distortion ratio in dB (Le Roux, Wisdom, Erdogan & Hershey 2019, arXiv 1811.02508).

    The power of the estimate's part along the reference over the power of its other part. `inf` for a scaled copy,
    `-inf` for silence or an estimate that holds none of the reference, NaN where the reference is silent. Means are not
    taken off. InputError where lengths or rates differ.
    """
    _check("estimate", estimate, "reference", reference)
    # not torchmetrics': what guards it against division by zero says 0 dB of a silent estimate
    heard, true = estimate.wave.astype(np.float64), reference.wave.astype(np.float64)
    if _silent(reference):
        return math.nan
    target = true * (heard @ true) / (true @ true)
    signal, distortion = float(target @ target), float(np.sum((heard - target) ** 2))
    if not signal or distortion < _ROUNDING * signal:
        return math.inf if signal else -math.inf
    return 10 * math.log10(signal / distortion)


def improvement(estimate: Clip, reference: Clip, mixture: Clip) -> float:
    """SI-SDR of the estimate above that of the mixture, in dB; NaN where the reference is silent or all of the mixture.

    What taking the sound apart gained: the mixture itself improves on nothing, by 0 dB.
    """
    without = si_sdr(mixture, reference)
    return math.nan if without > _ALL or math.isinf(without) else si_sdr(estimate, reference) - without


def pairing(true: Mapping[str, Clip], estimated: Mapping[str, Clip]) -> dict[str, tuple[str, ...]]:
    """`{estimated source: true stems}`: each stem belongs to the source that holds most of it; silent ones to none.

    For separators whose sources have names of their own (`percussive`: palmas and castanets). How much of a stem a
    source holds is the stem's coefficient in the least-squares sum of all stems that comes nearest to the source, so
    that stems alike (guitar and voice on one note) do not count for each other. InputError where lengths or rates
    differ.
    """
    first = next(iter(estimated.items()), None)
    for name, clip in (*true.items(), *estimated.items()):
        _check(f"source {name!r}", clip, *(first or (name, clip)))
    sounding = [name for name, clip in true.items() if not _silent(clip)]
    if first is None or not sounding:
        return {name: () for name in estimated}
    held = _coefficients([true[name] for name in sounding], list(estimated.values()))
    owner = np.array(list(estimated))[held.argmax(axis=1)]
    return {source: tuple(name for name, owned in zip(sounding, owner) if owned == source) for source in estimated}


def reference_of(stems: Sequence[str], true: Mapping[str, Clip]) -> Clip:
    """The sum of the named stems: what an estimated source should be. One name at least."""
    return Clip(np.stack([true[name].wave for name in stems]).sum(axis=0, dtype=np.float64), true[stems[0]].rate)


def qualities(mixture: Clip, true: Mapping[str, Clip], estimated: Mapping[str, Clip],
              paired: Mapping[str, tuple[str, ...]] | None = None) -> tuple[Quality, ...]:
    """The quality of every estimated source, in their order, against the stems `paired` with it (else by `pairing`)."""
    paired = pairing(true, estimated) if paired is None else paired
    everything = sum(map(len, paired.values()))
    return tuple(_quality(mixture, true, source, estimated[source], stems, alone=len(stems) == everything)
                 for source, stems in paired.items())


def _quality(mixture: Clip, true: Mapping[str, Clip], source: str, estimate: Clip, stems: tuple[str, ...], *,
             alone: bool) -> Quality:
    if not stems:
        return Quality(source, stems, math.nan, math.nan)
    reference = reference_of(stems, true)
    gained = math.nan if alone else improvement(estimate, reference, mixture)
    return Quality(source, stems, si_sdr(estimate, reference), gained)


def _coefficients(stems: list[Clip], sources: list[Clip]) -> np.ndarray:
    """`(stem, source)`: how much of each stem is in each source, by least squares over all stems."""
    basis = np.stack([clip.wave for clip in stems]).astype(np.float64)
    heard = np.stack([clip.wave for clip in sources]).astype(np.float64)
    return np.linalg.pinv(basis @ basis.T, rcond=1e-9, hermitian=True) @ (basis @ heard.T)


def _silent(clip: Clip) -> bool:
    return bool(np.abs(clip.wave).max() <= SILENT)


def _check(name: str, clip: Clip, other: str, model: Clip) -> None:
    if clip.rate != model.rate or len(clip.wave) != len(model.wave):
        raise InputError(f"{name} has {len(clip.wave)} samples at {clip.rate} Hz and {other} {len(model.wave)} at "
                         f"{model.rate} Hz; compare sounds of one length and rate: resample or cut them alike")
