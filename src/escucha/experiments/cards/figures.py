"""The figures of concept cards: spectrograms with and without, and what else differs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escucha.audio.clip import Clip
from escucha.concepts.names import spoken
from escucha.experiments.drawing import BLUE, GREY, ORANGE
from escucha.models.resampling import Interval, reach

if TYPE_CHECKING:
    from escucha.experiments.cards.card import CardFound
    from escucha.experiments.cards.heard import Heard

MELS, HOP = 64, 1024
RANGE = 60.0
"""dB below the loudest that a spectrogram shows."""
TICKS = (125, 500, 2000, 8000)
"""Hz."""


def differences(cards: Sequence["CardFound"]) -> Figure:
    """A row a concept: how much louder and busier clips with the idea are, with 95 % intervals over groups."""
    figure = Figure(figsize=(9.0, 1.3 + 0.26 * len(cards)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, found, label in ((left, [card.level for card in cards], "louder with the idea (dB)"),
                               (right, [card.strokes for card in cards], "more notes and strokes with the idea")):
        _dots(axes, found)
        axes.axvline(0, color=GREY, linewidth=1, zorder=0)
        axes.grid(axis="x", color=GREY, alpha=0.25)
        axes.set_xlabel(label)
    left.set_yticks(range(len(cards)), [spoken(card.name) for card in cards])
    left.set_ylim(len(cards) - 0.4, -0.6)
    unknown = [place for place, card in enumerate(cards) if np.isnan(card.strokes.value)]
    for place in unknown:
        right.annotate("not known", (0.02, place), xycoords=("axes fraction", "data"), va="center", fontsize=7,
                       color=GREY)
    return figure


def spectrograms(pairs: Sequence["Heard"]) -> Figure:
    """Log-mel spectrograms, a row a pair, with the idea on the left; both of a row on one scale of dB."""
    figure = Figure(figsize=(9.0, 0.5 + 1.55 * len(pairs)), layout="constrained")
    axes = figure.subplots(len(pairs), 2, squeeze=False)
    for row, pair in zip(axes, pairs):
        pictures = [_picture(clip) for clip in (pair.with_, pair.without)]
        top = max(float(picture.max()) for picture in pictures)
        for axis, picture, clip, word in zip(row, pictures, (pair.with_, pair.without), ("with", "without")):
            shown = axis.imshow(picture, origin="lower", aspect="auto", cmap="magma", vmin=top - RANGE, vmax=top,
                                extent=(0, clip.duration, -0.5, MELS - 0.5), interpolation="nearest")
            axis.set_title(f"{spoken(pair.name)}: {word}", fontsize=9, loc="left",
                           color=BLUE if word == "with" else ORANGE)
            axis.tick_params(labelsize=7)
        row[0].set_yticks(_bands(pair.with_.rate), [f"{hertz / 1000:g}" for hertz in TICKS
                                                    if hertz < pair.with_.rate / 2])
        row[0].set_ylabel("kHz", fontsize=7)
        row[1].set_yticks([])
    figure.supxlabel("time (s)", fontsize=8)
    figure.colorbar(shown, ax=axes, label="dB, the loudest 60 of each row", pad=0.01, aspect=60).set_ticks([])
    return figure


def _dots(axes: Axes, found: Sequence[Interval]) -> None:
    places = np.array([place for place, one in enumerate(found) if np.isfinite(one.value)], dtype=int)
    known = [found[place] for place in places]
    if known:
        axes.errorbar([one.value for one in known], places, xerr=reach(known), fmt="o", color=BLUE, capsize=3,
                      markersize=4)


def _picture(clip: Clip) -> np.ndarray:
    """`(mel, frame)` dB."""
    from escucha.audio.spectrum import log_mel

    return log_mel(clip, hop=HOP, mels=MELS, top_db=None)


def _bands(rate: int) -> np.ndarray:
    """Where TICKS lie among the mel bands."""
    import librosa

    middles = librosa.mel_frequencies(MELS + 2, fmin=0, fmax=rate / 2)[1:-1]
    return np.interp([hertz for hertz in TICKS if hertz < rate / 2], middles, np.arange(MELS))
