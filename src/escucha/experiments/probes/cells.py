"""Every property at every layer by every kind of probe: what a probe study comes to, once all has been heard."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from escucha.concepts.probes.baselines import ANYWHERE, LOG_MEL, UNTRAINED, Beside, beside
from escucha.concepts.probes.description import Code, code_length
from escucha.concepts.probes.ends import Ends, read_ends
from escucha.concepts.probes.fits import Reading
from escucha.concepts.probes.probe import Layer, Probe, measured, read
from escucha.concepts.probes.real import Real, read_real
from escucha.concepts.probes.scores import score
from escucha.concepts.probes.selectivity import Controls
from escucha.concepts.probes.splits import Split
from escucha.experiments.clips.few_groups import FEWEST
from escucha.experiments.probes.targets import Target

SIMPLEST = "linear"
BOUNDS = ("low", "high", "saved_low", "saved_high", "past_low", "past_high")
"""Of intervals over groups, in what is found of a cell."""

Found = TypeVar("Found", bound=Probe | Code | Beside | Ends | Real)


@dataclass(frozen=True, eq=False)
class RealClips:
    """Real clips as the layers hear them."""

    rows: Mapping[str, np.ndarray]
    """Layer to `(clip, unit)`."""
    truths: Mapping[str, tuple[np.ndarray, np.ndarray]]
    """Subject to places of the clips where it is known, and what it is there."""
    groups: np.ndarray


@dataclass(frozen=True, eq=False)
class Heard:
    """All rows that probes are asked of, and what they are asked."""

    rows: Mapping[str, np.ndarray]
    """Layer to `(clip, unit)`."""
    untrained: Mapping[str, np.ndarray]
    """The same of the untrained network; empty without one."""
    log_mel: np.ndarray | None
    """`(clip, statistic)`."""
    real: RealClips | None
    targets: Mapping[str, Target]
    controls: Mapping[str, Controls]
    split: Split


@dataclass(frozen=True)
class Asked:
    """What is asked of every cell."""

    kinds: tuple[str, ...]
    description_length: bool
    out_of_range: bool
    seed: int


def cells(heard: Heard, asked: Asked) -> Iterator[Probe | Code | Beside | Ends | Real]:
    """Subject by subject, layer by layer, kind by kind; of fewer than FEWEST groups no interval is told."""
    groups = len(np.unique(heard.split.groups[heard.split.test]))
    within = next(iter(heard.controls.values())).within  # one for all: types recur, or they do not
    layers = [Layer(name, rows, heard.split, within) for name, rows in heard.rows.items()]
    plain = {name: Layer(name, rows, heard.split) for name, rows in heard.untrained.items()}
    if heard.log_mel is not None:
        plain[LOG_MEL] = Layer(LOG_MEL, heard.log_mel, heard.split)
    for subject, target in heard.targets.items():
        base = {(name, kind): _read(layer, target, kind, asked.seed) for name, layer in plain.items()
                for kind in asked.kinds}
        if len(heard.untrained) > 1:
            base |= {(ANYWHERE, kind): _best([base[name, kind] for name in heard.untrained], target, heard.split)
                     for kind in asked.kinds}
        for layer in layers:
            yield from (bounded(one, groups) for one in _cell(layer, subject, heard, asked, base))


def _cell(layer: Layer, subject: str, heard: Heard, asked: Asked,
          base: Mapping[tuple[str, str], Reading]) -> Iterator[Probe | Code | Beside | Ends | Real]:
    target, seed = heard.targets[subject], asked.seed
    said: dict[str, Reading] = {}
    for kind in asked.kinds:
        where: dict[str, Any] = {"subject": subject, "kind": kind, "seed": seed}
        found = said[kind] = _read(layer, target, kind, seed)
        yield measured(layer, target.values, found, heard.controls[subject], task=target.task, **where)
        others = {UNTRAINED: base.get((layer.name, kind)), ANYWHERE: base.get((ANYWHERE, kind)),
                  LOG_MEL: base.get((LOG_MEL, kind)), SIMPLEST: said.get(SIMPLEST) if kind != SIMPLEST else None}
        for baseline, other in others.items():
            if other is not None:
                yield beside(found.said, other.said, target.values, heard.split, layer=layer.name, baseline=baseline,
                             task=target.task, **where)
        if asked.description_length and target.task == "classes" and kind == asked.kinds[0]:
            yield code_length(layer.whole, target.values, name=layer.name, **where)
        if asked.out_of_range and target.spread:
            yield read_ends(layer.name, layer.rows, target.values, heard.split, **where)
        if heard.real is not None and subject in heard.real.truths:
            yield _real(layer, target, heard.real, where)


def _read(layer: Layer, target: Target, kind: str, seed: int) -> Reading:
    return read(layer, target.values, task=target.task, kind=kind, seed=seed)


def _best(found: Sequence[Reading], target: Target, split: Split) -> Reading:
    """On valid, the first of equals."""
    valid = split.valid
    return max(found, key=lambda one: score(one.said[valid], target.values[valid], task=target.task))


def _real(layer: Layer, target: Target, real: RealClips, where: Mapping[str, Any]) -> Real:
    places, truth = real.truths[where["subject"]]
    return read_real(layer, target.values, real.rows[layer.name][places], truth, real.groups[places],
                     task=target.task, **where)


def bounded(one: Found, groups: int) -> Found:
    """What was found, its bounds NaN where it rests on fewer than FEWEST groups: its own, else these."""
    if getattr(one, "groups", groups) >= FEWEST:
        return one
    none: dict[str, Any] = {field.name: float("nan") for field in fields(one) if field.name in BOUNDS}
    return replace(one, **none)


def sorted_out(found: Sequence[Any], kind: type) -> tuple[Any, ...]:
    """Those of one kind, in their order."""
    return tuple(one for one in found if isinstance(one, kind))
