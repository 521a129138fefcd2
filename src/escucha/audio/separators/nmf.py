"""Components of the spectrogram: sounds that come and go as a whole, one note or one stroke each at best."""

import warnings
from collections.abc import Iterator

import numpy as np

from escucha.audio.bands import frame_length
from escucha.audio.clip import Clip
from escucha.audio.separators.component_names import heard_as
from escucha.audio.separators.separator import Sources
from escucha.errors import InputError

MOST = 32
"""Components, at most: more cannot be told apart by ear."""

_STEPS = 200
_SILENT = 1e-7  # of the clip's peak


def nmf(clip: Clip, argument: str) -> Sources:
    """`component 1 (A3, 220 Hz)`, `component 2 (around 3400 Hz)`, ...: the loudest first.

    Non-negative matrix factorization of the magnitude spectrogram (Lee & Seung 1999; Smaragdis & Brown 2003) by
    multiplicative updates of the Kullback-Leibler divergence from a seeded start (scikit-learn); each component is
    heard through its Wiener mask on the clip's own spectrum, with its phase. Components that nobody would hear are left
    out. InputError for silence, and for a clip of fewer frames than components.
    """
    import librosa

    count, frame = int(argument), frame_length(clip.rate)
    if not clip.wave.any():
        raise InputError("NMF finds no components in silence: this clip has no sample other than 0")
    wave = np.pad(clip.wave, (0, max(0, frame - len(clip.wave))))
    spectrum = librosa.stft(wave, n_fft=frame)
    if spectrum.shape[1] < count:
        raise InputError(f"{count} components need {count} frames, {count * frame / 4 / clip.rate:.2f} s, and this "
                         f"clip lasts {clip.duration:.3f} s; ask for nmf/{max(2, spectrum.shape[1])} or separate it "
                         "with hpss")
    templates, gains = _factors(np.abs(spectrum), count)
    waves = [librosa.istft(mask * spectrum, n_fft=frame, length=len(wave)) for mask in _masks(templates, gains)]
    hertz = librosa.fft_frequencies(sr=clip.rate, n_fft=frame)
    return _named(clip, waves, [heard_as(template, hertz) for template in templates.T])


def _factors(magnitudes: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Templates `(bin, component)` and their gains `(component, frame)`."""
    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    model = NMF(count, init="nndsvda", solver="mu", beta_loss="kullback-leibler", max_iter=_STEPS, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last steps change nothing that is heard
        # of one size whatever the clip's level: a clip played softly has the same components
        templates = model.fit_transform(magnitudes / magnitudes.max())
    return templates, model.components_


def _masks(templates: np.ndarray, gains: np.ndarray) -> Iterator[np.ndarray]:
    """Each component's share of the power in every bin, one `(bin, frame)` at a time; they sum to 1."""
    power = sum(np.square(np.outer(template, gain)) for template, gain in zip(templates.T, gains))
    for template, gain in zip(templates.T, gains):
        yield np.square(np.outer(template, gain)) / np.maximum(power, 1e-20)


def _named(clip: Clip, waves: list[np.ndarray], names: list[str]) -> Sources:
    peak = float(np.abs(clip.wave).max())
    loudest = sorted(range(len(waves)), key=lambda at: -float(np.square(waves[at]).sum()))
    heard = [at for at in loudest if np.abs(waves[at]).max() > _SILENT * peak]
    return {f"component {number} ({names[at]})": Clip(waves[at], clip.rate) for number, at in enumerate(heard, 1)}
