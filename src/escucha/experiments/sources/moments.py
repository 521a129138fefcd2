"""When sources count: their mean weight in each segment, counted from the clips' beginning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from escucha.experiments.clips.clip_reasons import ClipReasons
from escucha.experiments.clips.few_groups import all_told
from escucha.experiments.sources.summary import Summary
from escucha.models.resampling import Interval, mean_intervals

MOST = 60
"""Segments, at most, of which a curve is made."""
COMMON = 0.5
"""Share of a label's clips that have a segment, at least, where it is told of."""


@dataclass(frozen=True)
class Moment:
    """One source in one segment, over the clips of a label."""

    clips_of: str
    label: str
    source: str
    segment: int
    """From 1 on."""
    start: float
    """Mean seconds over the clips that have it."""
    end: float
    weight: Interval
    clips: int


def moments(found: Summary) -> tuple[Moment, ...]:
    """The headlines' sources segment by segment; empty where clips are not cut in time."""
    return tuple(moment for pair in found.headlines for moment in _of(found, *pair))


def _of(found: Summary, clips_of: str, label: str) -> Iterator[Moment]:
    clips = [found.clips[row] for row in found.pairs[clips_of, label]]
    cut = [_segments(clip, label, found.sources) for clip in clips]
    last = min(MOST, int(np.quantile([len(spans) for spans, _ in cut], 1 - COMMON, method="lower")))
    for at in range(last if last > 1 else 0):
        rows = [row for row, (spans, _) in enumerate(cut) if len(spans) > at]
        means = all_told(mean_intervals(np.stack([cut[row][1][at] for row in rows]),
                                        [clips[row].group for row in rows], seed=found.seed))
        start, end = np.mean([cut[row][0][at] for row in rows], axis=0).tolist()
        for source, mean in zip(found.sources, means):
            yield Moment(clips_of, label, source, at + 1, start, end, mean, len(rows))


def _segments(clip: ClipReasons, label: str, sources: Sequence[str]) -> tuple[list[tuple[float, float]], np.ndarray]:
    """First and last second of each segment, and `(segment, source)` weights, bands summed."""
    spans = sorted({(part.start, part.end) for part in clip.parts})
    rows, columns = ({key: at for at, key in enumerate(keys)} for keys in (spans, sources))
    weights = np.zeros((len(spans), len(sources)))
    for part, weight in zip(clip.parts, clip.of(label).weights):
        if part.sounds:
            weights[rows[part.start, part.end], columns[part.source]] += weight
    return spans, weights
