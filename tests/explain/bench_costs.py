"""What an explanation costs, in passes and seconds, against parts, remixes and the clip's length: each method drawn."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from escucha.explain.methods import METHODS
from escucha.explain.remix import Game
from escucha.explain.weights import Sampling
from escucha.models.classifier import Classifier
from tests.explain.bench import LABEL, REMIXES, hearing, sounds

WINDOW = 1.0
"""Seconds that the network hears at once: short, so that many sizes can be tried."""
COLOURS = {"shapley": "#0072B2", "permutation": "#E69F00", "lime": "#009E73"}
"""The methods that are compared, in colours told apart by people who do not see red or green."""
MARKS = {"shapley": "o", "permutation": "s", "lime": "^"}


@dataclass(frozen=True)
class Sweep:
    """One quantity that varies, and what stays."""

    axis: str
    """What varies, with its unit."""
    title: str
    """What stays."""
    sizes: Sequence[int]
    clip: Callable[[int], dict]
    """Size to the arguments of `bench.sounds`."""
    along: Callable[[int], float] = float
    """Size to where it lies on the axis."""
    remixes: Callable[[int], int] = lambda size: REMIXES


SWEEPS = {
    "parts": Sweep("parts (sources x 10 windows)", f"10 s in 10 windows, {REMIXES} remixes or orders at most",
                   range(1, 8), lambda size: {"sources": size, "windows": 10}, lambda size: 10 * size),
    "long-parts": Sweep("parts, each as long as the clip", f"10 s in 10 windows, {REMIXES} remixes or orders at most",
                        range(1, 10), lambda size: {"sources": size, "windows": 10, "long": True}),
    "remixes": Sweep("remixes (LIME) or orders (permutation), at most", "10 s in 10 windows, 5 sources: 50 parts",
                     [4**power for power in range(2, 8)], lambda size: {"sources": 5, "windows": 10},
                     remixes=lambda size: size),
    "clip-length": Sweep("clip length (s)", f"5 sources in windows of 1 s, {REMIXES} remixes or orders at most",
                         [2, 4, 8, 16, 32, 64], lambda size: {"sources": 5, "windows": size},
                         lambda size: WINDOW * size),
}
"""Name of a figure to what it draws."""


@dataclass(frozen=True)
class Cost:
    """What one explanation took."""

    sweep: str
    method: str
    along: float
    """Where it lies on the sweep's axis."""
    parts: int
    passes: int
    seconds: float


def costs(sweeps: dict[str, Sweep] = SWEEPS, classifier: Classifier | None = None) -> Iterator[Cost]:
    """Each method at each size of each sweep, every time as if nothing had been asked before."""
    classifier = classifier or hearing(WINDOW)
    label = LABEL if LABEL in classifier.labels else classifier.labels[0]
    for name, sweep in sweeps.items():
        for size in sweep.sizes:
            parts = sounds(classifier, **sweep.clip(size))
            for method in COLOURS:
                began = time.perf_counter()
                found = METHODS[method](Game(classifier, parts), label, Sampling(sweep.remixes(size)))
                yield Cost(name, method, sweep.along(size), len(parts.parts), found.passes, time.perf_counter() - began)


def table(found: Sequence[Cost]) -> list[dict]:
    """A row a cost."""
    return [asdict(cost) for cost in found]


def figures(found: Sequence[Cost]) -> dict[str, Figure]:
    """For each sweep the passes and the seconds of every method."""
    return {name: _figure(SWEEPS[name], [cost for cost in found if cost.sweep == name])
            for name in dict.fromkeys(cost.sweep for cost in found)}


def _figure(sweep: Sweep, found: Sequence[Cost]) -> Figure:
    figure = Figure(figsize=(9, 3.8), layout="constrained")
    passes, seconds = figure.subplots(1, 2)
    _lines(passes, sweep, found, lambda cost: cost.passes, "window passes")
    _lines(seconds, sweep, found, lambda cost: cost.seconds, "time (s)")
    handles, labels = passes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.suptitle(f"{sweep.title}; front end and rendering are in the time", fontsize=10)
    return figure


def _lines(axes: Axes, sweep: Sweep, found: Sequence[Cost], cost_of: Callable[[Cost], float], unit: str) -> None:
    for method, colour in COLOURS.items():
        mine = [cost for cost in found if cost.method == method]
        axes.plot([cost.along for cost in mine], [cost_of(cost) for cost in mine], color=colour, marker=MARKS[method],
                  markersize=4, linewidth=1.3, label=method)
    axes.set(xlabel=sweep.axis, ylabel=unit, yscale="log")
    axes.set_ylim(*_decades([cost_of(cost) for cost in found]))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(alpha=0.3)
    if max(cost.along for cost in found) > 10 * min(cost.along for cost in found):
        axes.set_xscale("log")
    sizes = sorted({cost.along for cost in found})
    axes.set_xticks(sizes, [f"{size:g}" for size in sizes])
    axes.xaxis.set_minor_locator(NullLocator())


def _decades(values: Sequence[float]) -> tuple[float, float]:
    """From one power of ten to another."""
    return 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values) * 1.01))
