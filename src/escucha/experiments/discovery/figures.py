"""The figures of a discovery: small multiples, one scale a figure; colours told apart by every kind of vision."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from escucha.audio.spectrum import log_mel
from escucha.concepts.discovering.cues import cue_named
from escucha.experiments.discovery.scanning import Scan
from escucha.experiments.discovery.summary import ALPHA, LITTLE, Cell, Curve, Summary
from escucha.experiments.drawing import BLUE, GREY, ORANGE, PALETTE
from escucha.explain.digits import places, signed
from escucha.models.resampling import reach

COLOURS = colormaps["coolwarm"]
WIDE = 6
"""Labels, at most, for which intervals are written into the cells."""
MOST_FACTS = 24
"""Facts that are drawn, those that some component follows most closely; the table has all."""
ACROSS = 5
"""Clips side by side."""


def matrix(found: Summary, unit: str) -> Figure:
    """What each label (column) loses without each component (row); bold what the words tell (`Summary.counting`)."""
    cells = [[next(cell for cell in found.of(at) if cell.label == label) for label in found.labels]
             for at in found.ranking]
    lost = np.array([[cell.lost.value for cell in row] for row in cells])
    top = float(np.abs(lost).max()) or 1.0
    wide = len(found.labels) <= WIDE
    width, height = (1.5, 0.5) if wide else (0.85, 0.36)
    figure = Figure(figsize=(2.8 + width * len(found.labels), 1.6 + height * len(cells)), layout="constrained")
    axes = figure.add_subplot()
    drawn = axes.imshow(lost, cmap=COLOURS, vmin=-top, vmax=top, aspect="auto")
    for row, column in np.ndindex(lost.shape):
        cell = cells[row][column]
        counts = cell in found.counting(cell.component)
        ink = "white" if abs(lost[row, column]) > 0.6 * top else "black" if counts else "#666666"
        axes.text(column, row, _told(cell, places(top), wide), ha="center", va="center", fontsize=8, color=ink,
                  fontweight="bold" if counts else "normal")
    axes.set_xticks(range(len(found.labels)), found.labels, rotation=0 if wide else 40,
                    ha="center" if wide else "right")
    axes.set_yticks(range(len(cells)), [_row_name(found, at) for at in found.ranking])
    axes.tick_params(length=0)
    axes.set_title("what a label loses when a component is taken out of the layer\n(its own clips, held out; bold: "
                   "more than any meaningless\npattern would, "
                   f"and {LITTLE:.0%} or more of the row's most shown)", fontsize=10, loc="left")
    figure.colorbar(drawn, label=f"loss ({unit})", pad=0.02)
    return figure


def moments(found: Summary) -> Figure:
    """Of every component the clip held out in which it is strongest, and how strong it is along it."""
    across = min(ACROSS, len(found.curves))
    down = -(-len(found.curves) // max(across, 1))
    figure = Figure(figsize=(0.7 + 2.4 * across, 0.9 + 1.75 * down), layout="constrained")
    made = figure.subplots(down, across, squeeze=False).ravel().tolist()
    for axes in made[len(found.curves):]:
        axes.remove()
    for axes, curve in zip(made, found.curves):
        _clip(axes, curve, found.seconds)
    figure.supxlabel("time in the clip (s); orange: how strong the component is, from 0 up", fontsize=9)
    figure.supylabel("frequency (kHz, mel)", fontsize=9)
    return figure


def _clip(axes: Axes, curve: Curve, seconds: float) -> None:
    level = log_mel(curve.sound, n_fft=1024, hop=512, mels=48)
    axes.imshow(level, origin="lower", aspect="auto", cmap="Greys", vmin=level.max() - 70, vmax=level.max(),
                extent=(0, curve.sound.duration, 0, 1))
    import librosa

    mel = librosa.hz_to_mel(np.array([500, 2000, 5000]))
    ticks = mel / librosa.hz_to_mel(curve.sound.rate / 2)
    axes.set_yticks([tick for tick in ticks if tick < 1],
                    [name for tick, name in zip(ticks, ("0.5", "2", "5")) if tick < 1], fontsize=7)
    over = axes.twinx()
    over.plot(curve.times, curve.strengths, color=ORANGE, linewidth=1.8, marker="o", markersize=2.5)
    over.set(ylim=(0, 1.15 * max(float(curve.strengths.max()), 1e-9)), yticks=[], xlim=(0, curve.sound.duration))
    axes.tick_params(labelsize=7)
    axes.set_title(f"no. {curve.component + 1}: {_short(curve.label)}", fontsize=9)


def followed(found: Summary) -> list[tuple[str, int, np.ndarray, np.ndarray]]:
    """Kind, place, correlations and p of the facts, concepts and cues that some component goes with, as drawn."""
    rows = []
    for kind, of in (("", found.annotated), ("cue: ", found.cues)):
        for column, name in enumerate(of.names):
            if (of.following.p[:, column] < ALPHA).any():
                said = cue_named(name).words if kind else name
                rows.append((f"{kind}{said}", column, of.following.r[:, column], of.following.p[:, column]))
    kept = sorted(rows, key=lambda row: -np.abs(np.where(row[3] < ALPHA, row[2], 0)).max())[:MOST_FACTS]
    named = found.named
    cards = [] if named is None else [
        (f"card: {name}", column, named.cosines[:, column], np.where(named.there[column], named.p[:, column], 1.0))
        for column, name in enumerate(named.concepts)]
    return [*(row for row in rows if any(row is one for one in kept)), *cards]


def follows(found: Summary) -> Figure:
    """Rank correlations with what is known of clips, and cosines with concept cards; numbers where they are shown."""
    rows = followed(found)
    values = np.array([row[2] for row in rows])
    figure = Figure(figsize=(3.6 + 0.62 * found.count, 1.3 + 0.27 * len(rows)), layout="constrained")
    axes = figure.add_subplot()
    drawn = axes.imshow(values, cmap=COLOURS, vmin=-1, vmax=1, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if rows[row][3][column] < ALPHA:
            axes.text(column, row, signed(float(value), 2), ha="center", va="center", fontsize=7.5,
                      color="white" if abs(value) > 0.7 else "black")
    axes.set_xticks(range(found.count), [str(at + 1) for at in range(found.count)])
    axes.set_yticks(range(len(rows)), [row[0] for row in rows], fontsize=8)
    axes.set_xlabel("component")
    axes.tick_params(length=0)
    axes.set_title("what goes with the strength of a component, clip by clip\n(rank correlation; of cards, the cosine "
                   "of the directions; numbers: shown, corrected)", fontsize=10, loc="left")
    figure.colorbar(drawn, pad=0.02, aspect=30)
    return figure


def steadiness(found: Summary) -> Figure:
    """How much fewer and more components account for; and which come back when all is fitted again."""
    figure = Figure(figsize=(8.2, 3.1), layout="constrained")
    left, right = figure.subplots(1, 2)
    counts = list(found.explained)
    for side, name, colour in ((0, "clips they were fitted to", GREY), (1, "clips held out", BLUE)):
        left.plot(counts, [found.explained[count][side] for count in counts], color=colour, marker="o", label=name)
    left.axvline(found.count, color=ORANGE, linewidth=1, linestyle="--")
    left.set(xlabel="components", ylabel="share of variance", ylim=(0, 1.02))
    left.legend(loc="lower right", frameon=False, fontsize=8)
    places_ = np.arange(found.count) + 1
    steady = [one.cosine for one in found.steadiness]
    right.vlines(places_, [one.lowest for one in found.steadiness], steady, color=BLUE, linewidth=1.2)
    right.scatter(places_, steady, color=[BLUE if one.steady else ORANGE for one in found.steadiness], zorder=3,
                  label="mean over refits (orange: does not come back);\nline: down to the worst")
    right.scatter(places_, [one.neighbour for one in found.steadiness], marker="_", color=GREY,
                  label="its most similar neighbour")
    right.set(xlabel="component", ylabel="cosine with its match", ylim=(0, 1.04), xticks=places_)
    right.legend(loc="lower left", frameon=False, fontsize=7.5)
    return figure


def cues(scan: Scan) -> Figure:
    """How well each cue tells the label, beside shuffled labels; and how far the model moves when it is changed."""
    rows = scan.verdicts
    figure = Figure(figsize=(9.6, 1.6 + 0.36 * len(rows)), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    at = np.arange(len(rows))
    left.barh(at, [row.told.usual for row in rows], color=GREY, alpha=0.3, height=0.7,
              label="95 % of shuffled labels stay in here")
    colours = [ORANGE if row.tells else BLUE for row in rows]
    left.scatter([row.told.accuracy for row in rows], at, color=colours, zorder=3,
                 label="the cue alone (orange: tells the label;\n(!): and moves the model that way)")
    left.axvline(1 / scan.kinds, color="black", linewidth=0.8, linestyle=":", label="chance")
    left.set(xlabel="balanced accuracy, groups held out", xlim=(0, 1.02))
    left.set_yticks(at, [f"{cue_named(row.cue).words}{' (!)' if row.clever_hans else ''}" for row in rows], fontsize=9)
    left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), frameon=False, fontsize=8)
    left.set_ylim(len(rows) - 0.4, -0.6)
    _moves(right, scan)
    return figure


def _moves(axes: Axes, scan: Scan) -> None:
    labels = _leading(scan)
    for place, (label, colour) in enumerate(zip(labels, PALETTE)):
        found = [(row, move) for row, verdict in enumerate(scan.verdicts) for move in verdict.moves
                 if move.label == label]
        lift = (place - (len(labels) - 1) / 2) * 0.7 / max(len(labels), 1)
        axes.errorbar([move.move.value for _, move in found], [row + lift for row, _ in found],
                      xerr=reach([move.move for _, move in found]), fmt="o", markersize=3.5, capsize=2, color=colour,
                      label=label)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.grid(axis="x", color=GREY, alpha=0.2)
    axes.set(xlabel="what more of the cue adds to the label's value\n(95 % over groups; none: it cannot be put in)")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.28), frameon=False, fontsize=8, ncols=3)


def _leading(scan: Scan) -> list[str]:
    """As many labels as have a colour, those that move most."""
    most = {label: max((abs(move.move.value) for verdict in scan.verdicts for move in verdict.moves
                        if move.label == label), default=0.0) for label in scan.labels}
    kept = sorted(scan.labels, key=lambda label: -most[label])[:len(PALETTE)]
    return [label for label in scan.labels if label in kept]


def _told(cell: Cell, digits: int, wide: bool) -> str:
    if not wide or cell.lost.low != cell.lost.low:
        return signed(cell.lost.value, digits)
    low, high = (signed(bound, digits) for bound in cell.lost.bounds)
    return f"{signed(cell.lost.value, digits)}\n[{low}, {high}]"


def _row_name(found: Summary, at: int) -> str:
    return f"component {at + 1}{'' if found.steadiness[at].steady else ' (unsteady)'}"


def _short(text: str, most: int = 18) -> str:
    return text if len(text) <= most else text[:most - 1] + "…"

