"""Does a concept push a label? Kim et al. 2018 (TCAV, arXiv 1711.11279), tested against concepts that mean nothing.

The push of a clip is the cosine between the gradient of the label's value and the CAV (for a model without gradients
what a step along the CAV changes, see `steps`); what is tested is its mean over clips of the label, from groups that
supply no example of the concept. The classic TCAV score (the share of clips that are pushed towards the label) is
reported and never tested: where the gradients of a label are nearly parallel it is 0 or 1 for any direction whatever.
Each layer is a question of its own; layers are never averaged.

Conventions: `labels` are the columns of the gradients; `having` `(clip, label)` says which clips have which label.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from escucha.concepts.cav import Cav
from escucha.concepts.correction import CORRECTIONS
from escucha.concepts.design import Design
from escucha.concepts.dual import ESTIMATORS
from escucha.concepts.layer import Layer, Towards
from escucha.concepts.redraws import push_intervals
from escucha.errors import InputError, unknown
from escucha.models.resampling import sign_flip

CHUNK = 256
"""Meaningless concepts fitted at once: bounds memory."""

NO_DIRECTION = "no such direction here"
ONE_UNIT = "every direction of one unit is the same"
UNMOVED = "nothing here moves the label"
TOWARDS, AWAY, NEITHER = "pushes towards", "pushes away", "no push beyond chance"


@dataclass(frozen=True)
class ConceptTest:
    """How a concept pushes a label at one layer."""

    concept: str
    layer: str
    label: str
    push: float
    """Mean cosine of gradient and CAV, -1 to 1: above zero the concept speaks for the label. In features the change of
    the value by one standard deviation of the idea (see `Layer.unit`)."""
    low: float
    high: float
    """95 % interval, over groups of examples and of clips: see `redraws.push_intervals`."""
    score: float
    """The classic TCAV score, 0 to 1: reported, not tested."""
    null_sd: float
    """Standard deviation of the pushes of meaningless concepts."""
    needed: float
    """What the test can resolve: only a |push| above this is beyond alpha of the meaningless concepts, uncorrected."""
    effect: float
    """Effect size: push / null_sd."""
    p: float
    """(1 + number of meaningless concepts that push as hard) / (their number + 1); NaN where not tested."""
    p_corrected: float
    """Corrected over every concept, layer and label of the study."""
    any_effect_p: float
    """Pairs only: sign-flip test over groups of the unnormalised push. Is there any effect at all? Not corrected."""
    accuracy: float
    """The CAV's held-out accuracy; 0.5 is chance."""
    clips: int
    """Clips of the label under test."""
    verdict: str
    """`pushes towards`, `pushes away`, `no push beyond chance`; or, not tested, `no such direction here`, `every
    direction of one unit is the same`, `nothing here moves the label` (a dead layer, a deaf label: no meaningless
    concept pushes it either) and `the model does not know this label` (see `telling`)."""


def layer_tests(layer: Layer, designs: Sequence[Design], cavs: Sequence[Cav], *, having: np.ndarray,
                labels: Sequence[str], alpha: float, seed: int,
                groups: Sequence[str] | np.ndarray = ()) -> list[ConceptTest]:
    """Every concept on every label at one layer, p values not yet corrected (see `corrected`).

    A CAV whose held-out accuracy is not above its null at `alpha` is reported and not tested, as is one of a layer that
    has only one direction, or in which nothing moves the label. `groups` `(clip,)` are those of the clips under test,
    what intervals are over; without them every clip is one.
    """
    towards = mean_pulls(layer, having, labels)
    under = Under(having, tuple(labels), np.asarray(groups if len(groups) else np.arange(len(having))))
    known: dict[bytes, np.ndarray] = {}
    tests = []
    for design, cav in zip(designs, cavs):
        same = design.nulls.tobytes() + design.signs.tobytes() + design.estimator.encode()
        if same not in known:  # cards of one design share their meaningless concepts
            known[same] = pushes(layer, towards, design.nulls, design.signs, estimator=design.estimator)
        own = pushes(layer, towards, design.own[None], design.signs, estimator=design.estimator)[0]
        tests += _tests(layer, design, cav, under, own=own, nulls=known[same], alpha=alpha, seed=seed)
    return tests


@dataclass(frozen=True, eq=False)
class Under:
    """The clips under test."""

    having: np.ndarray
    """`(clip, label)`."""
    labels: tuple[str, ...]
    groups: np.ndarray
    """`(clip,)`."""


def _tests(layer: Layer, design: Design, cav: Cav, under: Under, *, own: np.ndarray, nulls: np.ndarray, alpha: float,
           seed: int) -> list[ConceptTest]:
    """One concept at one layer, a test a label; `own` `(label,)` and `nulls` `(set, label)` are pushes."""
    sd, p, least = nulls.std(axis=0), rank_p(own, nulls), needed(nulls, alpha)
    refused = [_refused(layer, cav, bool(own[column] or nulls[:, column].any()), alpha)
               for column in range(len(under.labels))]
    scores, spans = clip_scores(layer, design, under.having), push_intervals(
        layer, design, under.having, under.groups, seed=seed)
    any_effect = _any_effects(layer, design, under.having, seed)
    return [ConceptTest(
        design.concept.name, layer.name, label, push=float(own[column]), low=spans[column].low,
        high=spans[column].high, score=float(scores[column]), null_sd=float(sd[column]),
        needed=float(least[column]), effect=float(own[column] / sd[column]) if sd[column] > 0 else 0.0,
        p=float("nan") if refused[column] else float(p[column]), p_corrected=float("nan"),
        any_effect_p=any_effect[column], accuracy=cav.accuracy, clips=int(under.having[:, column].sum()),
        verdict=refused[column] or NEITHER) for column, label in enumerate(under.labels)]


def _refused(layer: Layer, cav: Cav, moved: bool, alpha: float) -> str:
    """Why a concept is not tested on a label; empty where it is. `moved`: does any direction push the label?"""
    if cav.accuracy_p > alpha:
        return NO_DIRECTION
    if len(cav.direction) == 1 and layer.most == 1:
        return ONE_UNIT
    return "" if moved else UNMOVED


def mean_pulls(layer: Layer, having: np.ndarray, labels: Sequence[str]) -> Towards:
    """How hard directions push each label; what `pushes` asks. InputError for a label that no clip has."""
    for column, label in enumerate(labels):
        if not having[:, column].any():
            raise InputError(f"no clip under test has the label {label!r}; add some, or leave the label out")
    return layer.towards(having)


def pushes(layer: Layer, towards: Towards, sets: np.ndarray, signs: np.ndarray, *, estimator: str) -> np.ndarray:
    """`(set, label)` mean pushes of concepts given as rows `(set, example)`; `towards` as of `mean_pulls`.

    0 for a direction of no length.
    """
    made = []
    for at in range(0, len(sets), CHUNK):
        grams = layer.grams(sets[at:at + CHUNK])
        made.append(towards(sets[at:at + CHUNK], grams, ESTIMATORS[estimator](grams, signs)[0]))
    return np.concatenate(made)


def rank_p(found: np.ndarray, nulls: np.ndarray) -> np.ndarray:
    """Two-sided `(label,)`: (1 + #{|null| >= |found|}) / (R + 1), from `(label,)` and `(set, label)`."""
    beyond = np.abs(nulls) >= np.abs(found) * (1 - 1e-9)
    return (1 + beyond.sum(axis=0)) / (len(nulls) + 1)


def needed(nulls: np.ndarray, alpha: float) -> np.ndarray:
    """`(label,)`: the |push| above which `rank_p` against `(set, label)` is at most alpha; 1 with too few sets."""
    allowed = int(alpha * (len(nulls) + 1) * (1 + 1e-9)) - 1
    if allowed < 0:
        return np.ones(nulls.shape[1])
    return np.sort(np.abs(nulls), axis=0)[::-1][allowed]


def corrected(tests: Sequence[ConceptTest], *, correction: str, alpha: float) -> list[ConceptTest]:
    """The tests with p corrected over all of them, and their verdicts; InputError for none of `CORRECTIONS`."""
    if correction not in CORRECTIONS:
        raise unknown("correction", correction, CORRECTIONS)
    adjusted = CORRECTIONS[correction](np.array([test.p for test in tests]))
    return [replace(test, p_corrected=float(p), verdict=_verdict(test, float(p), alpha))
            for test, p in zip(tests, adjusted)]


def clip_scores(layer: Layer, design: Design, having: np.ndarray) -> np.ndarray:
    """`(label,)`: the classic TCAV score, the share of a label's clips that the concept pushes towards it."""
    alpha = ESTIMATORS[design.estimator](layer.grams(design.own[None]), design.signs)[0][0]
    towards = layer.pushed(design.own, alpha[None], alpha)[0] > 0
    return np.array([towards[mine, column].mean() for column, mine in enumerate(having.T)])


def _any_effects(layer: Layer, design: Design, having: np.ndarray, seed: int) -> list[float]:
    """Sign-flip p a label, over groups, of what paired differences do; NaN where examples are not paired."""
    if not design.concept.paired:
        return [float("nan")] * having.shape[1]
    half = len(design.own) // 2
    changed = layer.changes(design.own[:half], design.own[half:])
    return [sign_flip(changed[mine, column].mean(axis=0), design.groups[:half], seed=seed)
            for column, mine in enumerate(having.T)]


def _verdict(test: ConceptTest, p: float, alpha: float) -> str:
    if np.isnan(test.p):
        return test.verdict  # which says why it was not tested
    return NEITHER if p > alpha else TOWARDS if test.push > 0 else AWAY
