"""Does a concept push a label? Kim et al. 2018 (TCAV, arXiv 1711.11279), tested against concepts that mean nothing.

The push of a clip is the cosine between the gradient of the label's value and the CAV; what is tested is its mean over
clips of the label, from groups that supply no example of the concept. The classic TCAV score (the share of clips that
are pushed towards the label) is reported and never tested: where the gradients of a label are nearly parallel it is
0 or 1 for any direction whatever. Each layer is a question of its own; layers are never averaged.

Conventions: `labels` are the columns of the gradients; `having` `(clip, label)` says which clips have which label.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from escucha.concepts.cav import Cav
from escucha.concepts.correction import CORRECTIONS
from escucha.concepts.design import Design, Inside
from escucha.concepts.dual import ESTIMATORS, lengths
from escucha.errors import InputError, unknown
from escucha.models.resampling import sign_flip

CHUNK = 256
"""Meaningless concepts fitted at once: bounds memory."""

NO_DIRECTION = "no such direction here"
TOWARDS, AWAY, NEITHER = "pushes towards", "pushes away", "no push beyond chance"


@dataclass(frozen=True)
class ConceptTest:
    """How a concept pushes a label at one layer."""

    concept: str
    layer: str
    label: str
    push: float
    """Mean cosine of gradient and CAV, -1 to 1: above zero the concept speaks for the label."""
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
    """`pushes towards`, `pushes away`, `no push beyond chance`, or `no such direction here` (then not tested)."""


def layer_tests(layer: Inside, designs: Sequence[Design], cavs: Sequence[Cav], *, having: np.ndarray,
                labels: Sequence[str], alpha: float, seed: int) -> list[ConceptTest]:
    """Every concept on every label at one layer, p values not yet corrected (see `corrected`).

    A CAV whose held-out accuracy is not above its null at `alpha` is reported and not tested.
    """
    towards = mean_pulls(layer, having, labels)
    known: dict[bytes, np.ndarray] = {}
    tests = []
    for design, cav in zip(designs, cavs):
        same = design.nulls.tobytes() + design.signs.tobytes() + design.estimator.encode()
        if same not in known:  # cards of one design share their meaningless concepts
            known[same] = pushes(layer, towards, design.nulls, design.signs, estimator=design.estimator)
        own = pushes(layer, towards, design.own[None], design.signs, estimator=design.estimator)[0]
        sd, p, least = known[same].std(axis=0), rank_p(own, known[same]), needed(known[same], alpha)
        for column, label in enumerate(labels):
            pulls = layer.pulls[having[:, column]][:, column][:, design.own]
            tested = cav.accuracy_p <= alpha
            tests.append(ConceptTest(
                design.concept.name, layer.name, label, push=float(own[column]),
                score=_score(layer, design, pulls), null_sd=float(sd[column]),
                needed=float(least[column]), effect=float(own[column] / sd[column]) if sd[column] > 0 else 0.0,
                p=float(p[column]) if tested else float("nan"), p_corrected=float("nan"),
                any_effect_p=_any_effect(pulls.mean(axis=0), design, seed), accuracy=cav.accuracy, clips=len(pulls),
                verdict=NEITHER if tested else NO_DIRECTION))
    return tests


def mean_pulls(layer: Inside, having: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """`(label, row)`: mean over the label's clips of gradient / |gradient| times row; 0 where the gradient is 0.

    InputError for a label that no clip has.
    """
    made = []
    for column, label in enumerate(labels):
        mine = having[:, column]
        if not mine.any():
            raise InputError(f"no clip under test has the label {label!r}; add some, or leave the label out")
        steepness = layer.steepness[mine, column, None]
        flat = steepness == 0
        made.append(np.where(flat, 0.0, layer.pulls[mine, column] / np.where(flat, 1.0, steepness)).mean(axis=0))
    return np.stack(made)


def pushes(layer: Inside, towards: np.ndarray, sets: np.ndarray, signs: np.ndarray, *, estimator: str) -> np.ndarray:
    """`(set, label)` mean pushes of concepts given as rows `(set, example)`; `towards` as of `mean_pulls`.

    push = J alpha / (|g| sqrt(alpha' K alpha)); 0 for a direction of no length.
    """
    made = []
    for at in range(0, len(sets), CHUNK):
        rows = sets[at:at + CHUNK]
        grams = layer.grams(rows)
        alpha = ESTIMATORS[estimator](grams, signs)[0]
        length = lengths(grams, alpha)[:, None]
        pushed = np.einsum("lsj,sj->sl", towards[:, rows], alpha)
        made.append(np.where(length > 0, pushed / np.where(length > 0, length, 1.0), 0.0))
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


def _score(layer: Inside, design: Design, pulls: np.ndarray) -> float:
    """Share of clips `(clip, example)` that the concept pushes towards the label."""
    weights = ESTIMATORS[design.estimator](layer.grams(design.own[None]), design.signs)[0][0]
    return float((pulls @ weights > 0).mean())


def _any_effect(pulls: np.ndarray, design: Design, seed: int) -> float:
    """Sign-flip p over groups of gradient times paired difference; NaN where examples are not paired."""
    if not design.concept.paired:
        return float("nan")
    half = len(pulls) // 2
    return sign_flip(pulls[:half] - pulls[half:], design.groups[:half], seed=seed)


def _verdict(test: ConceptTest, p: float, alpha: float) -> str:
    if np.isnan(test.p):
        return NO_DIRECTION
    return NEITHER if p > alpha else TOWARDS if test.push > 0 else AWAY
