"""The figures of a localisation: areas by layer, what masks let through, and an idea over the clip it is found in."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from escucha.concepts.names import short, spoken
from escucha.experiments.clips.few_groups import told as bounded
from escucha.experiments.drawing import BLUE, GREY, ORANGE, PALETTE, panels
from escucha.experiments.localisation.laying import UNIT, ConceptMap
from escucha.experiments.localisation.masks import Masked
from escucha.experiments.localisation.sounds import Heard
from escucha.experiments.localisation.summary import Summary
from escucha.explain.figures_shared import WIDTH, mel_place, spectrogram
from escucha.explain.maps import FULL
from escucha.models.resampling import mean_interval, reach

ACROSS = 3
"""Panels side by side, at most."""
NARROW = 7.5
"""Inches that areas by layer are wide at least: beside the legend, the names of a dozen layers stand apart."""
OVER = 0.8
"""Opacity of the map where it is strongest."""


def by_layer(found: Summary) -> Figure:
    """Area under ROC of each idea by layer, with chance and the sound's own onset strength and loudness beside it."""
    known = [concept for concept in found.concepts if found.cell(concept).clips]
    names = [short(layer, found.layers) for layer in found.layers]
    figure, made = panels(len(known), across=ACROSS, width=2.9, height=3.0, margin=1.0)
    figure.set_figwidth(max(figure.get_figwidth(), NARROW))
    places = np.arange(len(names))
    for axes, concept in zip(made, known):
        cells = [found.cell(concept, layer) for layer in found.layers]
        areas = [cell.area for cell in cells]
        axes.fill_between(places, 0.5, [cell.shifted for cell in cells], color=GREY, alpha=0.3, linewidth=0,
                          label="95 % of the same curves,\nmoved in time")
        axes.plot(places, [cell.null for cell in cells], color=GREY, linestyle=":", marker="_", markersize=9,
                  label="95 % of meaningless concepts")
        axes.axhline(cells[0].strength.value, color=ORANGE, linestyle="--", linewidth=1, label="onset strength alone")
        axes.axhline(cells[0].loudness.value, color=PALETTE[2], linestyle="-.", linewidth=1, label="loudness alone")
        axes.axhline(0.5, color="black", linewidth=0.8)
        axes.errorbar(places, [one.value for one in areas], yerr=reach(areas), fmt="o-", color=BLUE, capsize=3,
                      label="the idea’s curve\n(95 % over groups)")
        at = found.layers.index(found.chosen[concept])
        axes.plot(at, areas[at].value, "o", markersize=12, markerfacecolor="none", color="black",
                  label="layer chosen on examples")
        axes.set_xticks(places, names, rotation=30, ha="right")
        axes.set_title(spoken(concept), fontsize=10)
    figure.supylabel("area under ROC (0.5 is chance)", fontsize=9)
    if made:
        handles, labels = made[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside right upper", frameon=False, fontsize=8)
    return figure


def shares(found: Summary, masked: Sequence[Masked]) -> Figure:
    """How much of the sound is the idea's own stem: through its map, the map at other times, other maps, and unmasked.
    """
    rows = (("share", "through the map", BLUE), ("shifted", "through it at other times", PALETTE[4]),
            ("others", "through the other ideas' maps", PALETTE[1]), ("mixture", "in the whole mixture", GREY))
    names = [concept for concept in found.concepts if any(one.concept == concept for one in masked)]
    figure = Figure(figsize=(6.8, 1.4 + 0.85 * len(names)), layout="constrained")
    axes = figure.add_subplot()
    for at, (name, label, colour) in enumerate(rows):
        told = []
        for concept in names:
            mine = [one for one in masked if one.concept == concept and np.isfinite(getattr(one, name))]
            told.append(bounded(mean_interval(np.array([getattr(one, name) for one in mine] or [np.nan]),
                                              [one.group for one in mine] or [""], seed=found.seed)))
        axes.barh(np.arange(len(names)) + 0.2 * at - 0.3, [one.value for one in told], height=0.18, color=colour,
                  xerr=reach(told), ecolor="black", capsize=2, label=label)
    axes.set_yticks(range(len(names)), [spoken(name) for name in names])
    axes.invert_yaxis()
    axes.set(xlabel="share of the energy that is the idea's own stem (95 % over groups)")
    axes.set_xlim(0, None)
    figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=8)
    return figure


def where(heard: Heard) -> tuple[Figure, Axes]:
    """The log-mel with the map over it, and the curve below on the same axis of time with what is known to sound."""
    figure = Figure(figsize=(WIDTH, 4.8), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2.2, 1])
    picture = spectrogram(above, heard.clip)
    picture.set_cmap("gray_r")
    _overlay(above, heard.found, heard.clip.rate)
    _curve(below, heard)
    above.set_title(f"{spoken(heard.concept)} in {heard.name}, heard by {heard.layer.rpartition('.')[2]}", loc="left")
    below.set_xlim(0, heard.clip.duration)
    return figure, below


def _overlay(axes: Axes, found: ConceptMap, rate: int) -> None:
    """The map in one colour, the more of it the more opaque; nothing where a layer tells no frequencies apart."""
    if found.hertz is None:
        return
    told = found.attribution(rate)
    top = float(np.percentile(told.values[told.values > 0], FULL)) if (told.values > 0).any() else 1.0
    tint = np.ones((*told.values.shape, 4)) * (*to_rgb(ORANGE), 1)
    tint[..., 3] = OVER * np.clip(told.values / top, 0, 1)
    axes.pcolormesh(told.time_edges, mel_place(told.hertz_edges, rate), tint, rasterized=True, linewidth=0)
    axes.set_title("orange: found here", loc="right", fontsize=8, color=ORANGE)


def _curve(axes: Axes, heard: Heard) -> None:
    axes.plot(heard.found.times, heard.found.curve, color=BLUE, linewidth=1.2)
    axes.axhline(0, color=GREY, linewidth=0.8)
    low, high = axes.get_ylim()
    floor = low - 0.12 * (high - low)
    axes.vlines(heard.onsets, floor, low, color="black", linewidth=0.9)
    for start, end in heard.spans:
        axes.axvspan(start, end, color=ORANGE, alpha=0.15, linewidth=0)
    axes.set_ylim(floor, high)
    told = "black ticks: true onsets" if heard.onsets else "shaded: truly there" if heard.spans else ""
    axes.set_title(told, fontsize=8, loc="right")
    axes.set(xlabel="time (s)", ylabel="\n".join(UNIT.split(" above ")).replace("clips", "above clips"))
    axes.yaxis.label.set_fontsize(8)
