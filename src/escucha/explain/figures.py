"""The figures of an explanation: blue speaks against, red for; time in seconds, weights in units of the value.

The map (`coolwarm`) is symmetric about zero and told apart by every kind of colour vision.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from escucha.audio.spectrum import log_mel
from escucha.explain.digits import places, signed
from escucha.explain.words import short

if TYPE_CHECKING:
    from escucha.explain.explanation import Explanation

COLOURS = colormaps["coolwarm"]
WIDTH = 9.0
"""Inches."""
BARS = 24
"""At most so many parts are drawn as bars; the table has all."""
STEPS = 12
"""At most so many steps lead from nothing to everything."""
MELS = 96
HERTZ = (100, 300, 1000, 3000, 10000)


def sources_and_time(explained: "Explanation") -> Figure:
    """The log-mel spectrogram, and under it each source's weights over time."""
    sources = explained.factorization.sources
    strip = 0.34 * len(sources) + 0.2
    figure = Figure(figsize=(WIDTH, 3.4 + strip), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2.6, strip])
    picture = _spectrogram(above, explained)
    figure.colorbar(picture, ax=above, label="level (dB)", pad=0.01)
    _heat(below, explained)
    below.set_xlabel("time (s)")
    figure.colorbar(_scale(explained), ax=below, label="weight", pad=0.01)
    above.set_title(_title(explained), loc="left")
    return figure


def part_weights(explained: "Explanation") -> Figure:
    """The strongest parts' weights as bars, with 95 % intervals where they are not exact."""
    found = explained.weights
    chosen = np.argsort(-np.abs(found.weights), kind="stable")[:BARS]
    weights, place = found.weights[chosen], np.arange(len(chosen))
    figure = Figure(figsize=(WIDTH, 1.3 + 0.26 * len(chosen)), layout="constrained")
    axes = figure.subplots()
    axes.barh(place, weights, color=_colours(explained, weights), edgecolor="0.3", linewidth=0.6)
    if (found.low != found.high).any():
        reach = np.abs(np.stack([weights - found.low[chosen], found.high[chosen] - weights]))
        axes.errorbar(weights, place, xerr=reach, fmt="none", ecolor="0.2", elinewidth=1, capsize=2)
    axes.set_yticks(place, [short(explained, index) for index in chosen])
    axes.invert_yaxis()
    axes.axvline(0, color="0.2", linewidth=0.8)
    axes.set_xlabel(_unit(explained))
    count = len(found.weights)
    axes.set_title(_title(explained) + (f" ({len(chosen)} strongest of {count} parts)" if count > BARS else ""),
                   loc="left")
    return figure


def stems(explained: "Explanation") -> Figure:
    """Each source's waveform in a lane of its own, scaled to its peak (given in dB), coloured by weight."""
    sources = explained.factorization.sources
    figure = Figure(figsize=(WIDTH, 1.1 + 0.62 * len(sources)), layout="constrained")
    lanes = np.atleast_1d(figure.subplots(len(sources), 1, sharex=True))
    for lane, source in zip(lanes, sources):
        _lane(lane, explained, source)
    lanes[0].set_title(_title(explained), loc="left")
    lanes[-1].set_xlabel("time (s)")
    lanes[-1].set_xlim(0, explained.factorization.clip.duration)
    figure.colorbar(_scale(explained), ax=list(lanes), label="weight", pad=0.01)
    return figure


def waterfall(explained: "Explanation") -> Figure:
    """From the value of silence to the value of the clip, one step a part, or a source where parts are many."""
    found = explained.weights
    steps = _steps(explained)
    if abs(found.residual) > 1e-3 * max(1e-9, *(abs(step) for _, step in steps)):
        steps.append(("not explained", -found.residual))
    names, changes = zip(*steps)
    ends = found.nothing + np.cumsum(changes)
    begins = np.concatenate([[found.nothing], ends[:-1]])
    figure = Figure(figsize=(WIDTH, 1.5 + 0.3 * len(steps)), layout="constrained")
    axes = figure.subplots()
    axes.barh(range(1, len(steps) + 1), changes, left=begins, edgecolor="0.3", linewidth=0.6,
              color=_colours(explained, np.array(changes), among=changes))
    axes.plot([found.nothing, ends[-1]], [0, len(steps) + 1], "D", color="0.2", markersize=6)
    axes.set_yticks(range(len(steps) + 2), ["nothing", *names, "everything"])
    axes.invert_yaxis()
    axes.use_sticky_edges = False
    axes.margins(x=0.05)
    axes.ticklabel_format(axis="x", useOffset=False)
    _beside(axes, [found.nothing, *changes, ends[-1]], places(max(changes, key=abs)))
    axes.set_xlabel(_unit(explained, of="value"))
    axes.set_title(_title(explained), loc="left")
    return figure


def _beside(axes: Axes, values: Sequence[float], digits: int) -> None:
    """Each row's number right of the axes, where no bar and no tick is in its way."""
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(values)), [signed(value, digits) for value in values])
    right.tick_params(length=0)


def _steps(explained: "Explanation") -> list[tuple[str, float]]:
    steps = [(short(explained, index), weight) for index, weight in enumerate(explained.weights.weights.tolist())]
    if len(steps) > STEPS and len(explained.factorization.sources) > 1:
        steps = list(explained.source_weights.items())
    steps.sort(key=lambda step: -abs(step[1]))
    others = steps[STEPS - 1 :]
    if len(others) > 1:
        steps = [*steps[: STEPS - 1], (f"{len(others)} others", sum(weight for _, weight in others))]
    return steps


def _spectrogram(axes: Axes, explained: "Explanation") -> AxesImage:
    import librosa

    clip = explained.factorization.clip
    n_fft = 2048 if clip.rate >= 16000 else 512
    levels = log_mel(clip, n_fft=n_fft, hop=max(n_fft // 4, len(clip.wave) // 1500), mels=MELS)
    picture = axes.imshow(levels, origin="lower", aspect="auto", cmap="magma", interpolation="nearest",
                          extent=(0, clip.duration, 0, MELS))
    centres = librosa.mel_frequencies(n_mels=MELS, fmax=clip.rate / 2)
    shown = [hertz for hertz in HERTZ if hertz < clip.rate / 2]
    axes.set_yticks(np.interp(shown, centres, np.arange(MELS) + 0.5), [f"{hertz:,}".replace(",", " ")
                                                                       for hertz in shown])
    axes.set_ylabel("frequency (Hz, mel scale)")
    return picture


def _heat(axes: Axes, explained: "Explanation") -> None:
    sources, rate = explained.factorization.sources, explained.factorization.clip.rate
    parts, weights = explained.factorization.parts, explained.weights.weights
    for row, source in enumerate(sources):
        chosen = [at for at, part in enumerate(parts) if part.source == source]
        axes.broken_barh([(parts[at].start / rate, len(parts[at].wave) / rate) for at in chosen], (row - 0.45, 0.9),
                         facecolors=_colours(explained, weights[chosen]), edgecolor="white", linewidth=0.8)
    if len(parts) <= len(sources) * 10:
        digits = places(np.abs(weights).max())
        for part, weight in zip(parts, weights):
            axes.text((part.start + part.end) / 2 / rate, sources.index(part.source),
                      signed(weight, digits), ha="center", va="center", fontsize=7,
                      color=_readable(explained, weight))
    axes.set_yticks(range(len(sources)), sources)
    axes.set_ylim(len(sources) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)


def _lane(axes: Axes, explained: "Explanation", source: str) -> None:
    """The waveform's outline: lowest and highest sample of each of some thousand short stretches."""
    clip, peak = explained.factorization.clip, 0.0
    column = max(1, len(clip.wave) // 1200)
    chosen = [(part, weight) for part, weight in zip(explained.factorization.parts, explained.weights.weights)
              if part.source == source]
    for part, weight in chosen:
        at = np.arange(0, len(part.wave), column)
        time = np.append(part.start + at, part.end) / clip.rate
        low, high = (np.append(edge, edge[-1]) for edge in
                     (np.minimum.reduceat(part.wave, at), np.maximum.reduceat(part.wave, at)))
        axes.fill_between(time, np.minimum(low, 0), np.maximum(high, 0), step="post", linewidth=0.3,
                          color=_colours(explained, np.array([weight]))[0])
        peak = max(peak, float(np.abs(part.wave).max()))
        axes.axvline(part.end / clip.rate, color="0.85", linewidth=0.6, zorder=0)
    axes.axhline(0, color="0.6", linewidth=0.4, zorder=0)
    axes.set_ylim(-1.05 * (peak or 1), 1.05 * (peak or 1))
    axes.set_yticks([])
    level = f"peak {20 * np.log10(peak):.0f} dB".replace("-", "−") if peak else "silent"
    axes.set_ylabel(f"{source}\n{level}", rotation=0, ha="right", va="center", fontsize=8)


def _norm(among: Sequence[float] | np.ndarray) -> Normalize:
    top = float(np.abs(among).max()) or 1.0
    return Normalize(-top, top)


def _colours(explained: "Explanation", weights: np.ndarray, *, among: Sequence[float] | None = None) -> np.ndarray:
    """`(weight, 4)`, on the scale of the explanation's weights or of `among`."""
    return COLOURS(_norm(explained.weights.weights if among is None else among)(weights))


def _scale(explained: "Explanation") -> ScalarMappable:
    return ScalarMappable(_norm(explained.weights.weights), COLOURS)


def _readable(explained: "Explanation", weight: float) -> str:
    return "white" if abs(weight) > 0.6 * np.abs(explained.weights.weights).max() else "black"


def _title(explained: "Explanation") -> str:
    return f"What spoke for {explained.label} (red) and against it (blue)"


def _unit(explained: "Explanation", of: str = "weight") -> str:
    return f"{of} ({explained.unit} of {explained.label})"
