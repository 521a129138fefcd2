"""Each source's waveform in a lane of its own, coloured by weight."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escucha.explain.figures_shared import WIDTH, colours, scale, sided, title

if TYPE_CHECKING:
    from escucha.explain.explanation import Explanation

Stretch = tuple[int, np.ndarray, float]
"""First sample, wave and weight; bands of one source and stretch are one."""

COLUMNS = 1200
"""Short stretches of the clip whose lowest and highest samples are drawn."""


def stems(explained: "Explanation") -> Figure:
    """Each source's waveform in a lane of its own, scaled to its peak (given in dB), coloured by weight."""
    sources = explained.factorization.sources
    lanes = {source: _stretches(explained, source) for source in sources}
    among = [weight for lane in lanes.values() for _, _, weight in lane]
    figure = Figure(figsize=(WIDTH, 1.1 + 0.62 * len(sources)), layout="constrained")
    drawn = np.atleast_1d(figure.subplots(len(sources), 1, sharex=True))
    for axes, (source, lane) in zip(drawn, lanes.items()):
        _lane(axes, explained, source, lane, among)
    drawn[0].set_title(title(explained), loc="left")
    drawn[-1].set_xlabel("time (s)")
    drawn[-1].set_xlim(0, explained.factorization.clip.duration)
    figure.colorbar(scale(among, signed=sided(explained)), ax=list(drawn), label="weight", pad=0.01)
    return figure


def _stretches(explained: "Explanation", source: str) -> list[Stretch]:
    found: dict[int, Stretch] = {}
    for part, weight in zip(explained.factorization.parts, explained.weights.weights.tolist()):
        if part.source == source:
            _, wave, so_far = found.get(part.start, (part.start, np.zeros_like(part.wave), 0.0))
            found[part.start] = (part.start, wave + part.wave, so_far + weight)
    return list(found.values())


def _lane(axes: Axes, explained: "Explanation", source: str, lane: list[Stretch], among: list[float]) -> None:
    """The waveform's outline: lowest and highest sample of each of some thousand short stretches."""
    clip, peak = explained.factorization.clip, 0.0
    column = max(1, len(clip.wave) // COLUMNS)
    for start, wave, weight in lane:
        at = np.arange(0, len(wave), column)
        time = np.append(start + at, start + len(wave)) / clip.rate
        low, high = (np.append(edge, edge[-1]) for edge in
                     (np.minimum.reduceat(wave, at), np.maximum.reduceat(wave, at)))
        axes.fill_between(time, np.minimum(low, 0), np.maximum(high, 0), step="post", linewidth=0.3,
                          color=colours(np.array([weight]), among, signed=sided(explained))[0])
        peak = max(peak, float(np.abs(wave).max()))
        axes.axvline((start + len(wave)) / clip.rate, color="0.85", linewidth=0.6, zorder=0)
    axes.axhline(0, color="0.6", linewidth=0.4, zorder=0)
    axes.set_ylim(-1.05 * (peak or 1), 1.05 * (peak or 1))
    axes.set_yticks([])
    level = f"peak {20 * np.log10(peak):.0f} dB".replace("-", "−") if peak else "silent"
    axes.set_ylabel(f"{source}\n{level}", rotation=0, ha="right", va="center", fontsize=8)
