"""Weights where they lie in time and frequency, under the clip's spectrogram."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from escucha.explain.digits import places, signed
from escucha.explain.factorization import Part
from escucha.explain.figures_shared import (
    MELS,
    SPARSE,
    WIDTH,
    colours,
    hues,
    mel_axis,
    mel_place,
    readable,
    scale,
    sided,
    spectrogram,
    title,
)
from escucha.explain.maps import AttributionMap

if TYPE_CHECKING:
    from escucha.explain.explanation import Explanation

NUMBER = 0.055
"""A number is drawn in a cell that lasts this share of the clip for its usual five characters."""
LANE = 1.3
"""Inches of a source with bands, at least; as many as its thinnest band needs for a number, up to HIGHEST."""
HIGHEST = 2.8
LINE = 0.14
"""Inches of a number's height, with room."""
COLUMN = 0.1
"""Seconds over which a map is summed to be drawn: single frames are salt and pepper."""
ROWS = 24
"""About so many rows of a map are drawn, each the sum of some."""
FULL = 99.5
"""Percentile of a map's sizes that has the full colour: a few cells would make all others grey."""


def sources_and_time(explained: "Explanation") -> Figure:
    """The log-mel spectrogram, and under it each source's weights over time; where there are bands, over both."""
    taken, weights = explained.factorization, explained.weights.weights
    banded = any(part.band for part in taken.parts)
    rows = len(taken.sources) if banded else 1
    strip = _lane(explained) * rows if banded else 0.34 * len(taken.sources) + 0.2
    figure = Figure(figsize=(WIDTH, 3.4 + strip), layout="constrained")
    above, *below = figure.subplots(1 + rows, 1, sharex=True, height_ratios=[2.6, *[strip / rows] * rows])
    figure.colorbar(spectrogram(above, taken.clip), ax=above, label="level (dB)", pad=0.01)
    if banded:
        for axes, source in zip(below, taken.sources):
            _rectangles(axes, explained, source)
    else:
        _heat(below[0], explained)
    below[-1].set_xlabel("time (s)")
    figure.colorbar(scale(weights, signed=sided(explained)), ax=below, label="weight", pad=0.01)
    above.set_title(title(explained), loc="left")
    return figure


def attribution_map(explained: "Explanation", found: AttributionMap) -> Figure:
    """The log-mel spectrogram, and under it what its cells did, summed to cells that can be seen."""
    clip = explained.factorization.clip
    figure = Figure(figsize=(WIDTH, 5.6), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    figure.colorbar(spectrogram(above, clip), ax=above, label="level (dB)", pad=0.01)
    times, hertz, values, summed = pooled(found)
    top = float(np.percentile(np.abs(values), FULL)) or float(np.abs(values).max()) or 1.0
    mesh = below.pcolormesh(times, mel_place(hertz, clip.rate), values, cmap=hues(signed=found.signed),
                            norm=Normalize(-top if found.signed else 0, top), rasterized=True)
    mel_axis(below, clip.rate)
    below.set_ylabel("frequency (Hz, mel scale)")
    below.set_xlabel("time (s)")
    below.set_xlim(0, clip.duration)
    figure.colorbar(mesh, ax=below, label=f"{found.unit}{summed}", pad=0.01,
                    extend="both" if found.signed else "max")
    above.set_title(f"{title(explained)}, by {explained.method}", loc="left")
    return figure


def pooled(found: AttributionMap) -> tuple[np.ndarray, np.ndarray, np.ndarray, str]:
    """Edges in s and in Hz, `(row, column)` sums of the map's cells between them, and what is summed, in words."""
    rows = max(1, len(found.hertz) // ROWS)
    step = float(np.median(np.diff(found.times))) if len(found.times) > 1 else COLUMN
    frames = max(1, round(COLUMN / step))
    first, low = np.arange(0, len(found.times), frames), np.arange(0, len(found.hertz), rows)
    values = np.add.reduceat(np.add.reduceat(found.values, first, axis=1), low, axis=0)
    times, hertz = found.time_edges[[*first, -1]], found.hertz_edges[[*low, -1]]
    if rows == frames == 1:
        return times, hertz, values, ""
    band = "band" if rows == 1 else f"{rows} bands"
    return times, hertz, values, f",\nsum of {1000 * frames * step:.0f} ms × {band}"


def _lane(explained: "Explanation") -> float:
    """Inches in which the thinnest band has room for its number, where that is not too much."""
    rate = explained.factorization.clip.rate
    thinnest = min(float(np.diff(mel_place(np.array(part.band or (0, rate / 2)), rate))[0])
                   for part in explained.factorization.parts)
    return float(np.clip(LINE * MELS / thinnest, LANE, HIGHEST))


def _heat(axes: Axes, explained: "Explanation") -> None:
    taken, weights = explained.factorization, explained.weights.weights
    rate, many = taken.clip.rate, len(taken.parts) > 20 * len(taken.sources)
    for row, source in enumerate(taken.sources):
        chosen = [at for at, part in enumerate(taken.parts) if part.source == source]
        axes.broken_barh([(taken.parts[at].start / rate, len(taken.parts[at].wave) / rate) for at in chosen],
                         (row - 0.45, 0.9), facecolors=colours(weights[chosen], weights, signed=sided(explained)),
                         edgecolor="white", linewidth=0.2 if many else 0.8)
        for at in chosen:
            _number(axes, explained, taken.parts[at], weights[at], row)
    axes.set_yticks(range(len(taken.sources)), taken.sources)
    axes.set_ylim(len(taken.sources) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)


def _rectangles(axes: Axes, explained: "Explanation", source: str) -> None:
    """One source's parts on the spectrogram's own axis of frequency."""
    taken, weights = explained.factorization, explained.weights.weights
    rate = taken.clip.rate
    many, room = len(taken.parts) > 60 * len(taken.sources), LINE / _lane(explained) * 0.95
    for part, weight in zip(taken.parts, weights):
        if part.source != source:
            continue
        low, high = mel_place(np.array(part.band or (0, rate / 2)), rate)
        axes.add_patch(Rectangle((part.start / rate, low), len(part.wave) / rate, high - low, edgecolor="white",
                                 facecolor=colours(np.array([weight]), weights, signed=sided(explained))[0],
                                 linewidth=0.2 if many else 0.8))
        if high - low > room * MELS:
            _number(axes, explained, part, weight, (low + high) / 2)
    axes.set_xlim(0, taken.clip.duration)
    mel_axis(axes, rate, SPARSE)
    axes.set_ylabel(f"{source}\n(Hz)")


def _number(axes: Axes, explained: "Explanation", part: Part, weight: float, row: float) -> None:
    """The weight in its cell, where the cell is wide enough."""
    taken, weights = explained.factorization, explained.weights.weights
    text = signed(weight, places(float(np.abs(weights).max()))).removeprefix("" if sided(explained) else "+")
    if len(part.wave) >= NUMBER * len(text) / 5 * len(taken.clip.wave):
        axes.text((part.start + part.end) / 2 / taken.clip.rate, row, text, ha="center", va="center", fontsize=7,
                  color=readable(weight, weights))
