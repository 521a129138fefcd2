"""Every clip heard by the model, by what has learned nothing, and the real ones beside them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from escucha.concepts import activations
from escucha.concepts.activations import Maps, Readable
from escucha.concepts.probes.baselines import with_statistics
from escucha.concepts.probes.splits import Split
from escucha.corpora.corpus import Corpus
from escucha.errors import InputError
from escucha.experiments.probes.cells import RealClips
from escucha.experiments.probes.targets import Target, notes_of, real_truths
from escucha.models import windows

if TYPE_CHECKING:
    from escucha.experiments.workbench import Workbench
    from escucha.models.torch_classifier import TorchClassifier

SETTLING = 64
"""Training clips whose first window the batch norms of the untrained network hear."""


def forgotten(classifier: Readable, workbench: "Workbench", corpus: Corpus, split: Split, *,
              seed: int) -> "TorchClassifier":
    """The untrained network, its batch norms settled on training clips; InputError where there is none."""
    from escucha.models.untrained import check, untrained

    check(classifier)
    chosen = np.random.default_rng(seed).permutation(np.flatnonzero(split.train))[:SETTLING]
    clips = workbench.clips([corpus.tracks[at].source for at in chosen], rate=classifier.rate,
                            doing="clips for the untrained network")
    waves = np.concatenate([windows.cut(clip.wave, classifier.window)[:1] for clip in clips])
    return untrained(classifier, waves, seed=seed)


def plainly(fresh: "TorchClassifier | None", workbench: "Workbench", corpus: Corpus, layers: Sequence[str], *,
            rate: int, maps: Maps, statistics: bool) -> tuple[dict[str, np.ndarray], np.ndarray | None]:
    """Rows of the untrained network layer by layer, and log-mel statistics `(clip, statistic)`: both in one pass."""
    if fresh is None and not statistics:
        return {}, None
    clips = workbench.clips([track.source for track in corpus], rate=rate, doing="clips for the baselines")
    told: list[np.ndarray] = []
    if statistics:
        clips = with_statistics(clips, rate, told)
    rows = activations.hear(fresh, clips, layers, maps=maps).rows if fresh else {}
    for _ in clips:  # where nobody else has asked for them
        pass
    return rows, np.stack(told) if statistics else None


def real_clips(classifier: Readable, workbench: "Workbench", corpus: Corpus, layers: Sequence[str],
               asked: Mapping[str, Target], *, card: str, maps: Maps) -> tuple[RealClips, list[str]]:
    """Real clips, and what of their annotations does not fit; InputError where nothing does."""
    truths, said = real_truths(asked, notes_of(corpus), corpus, workbench.cache)
    if not truths:
        raise InputError(f"no property is known of clips of {corpus.origin} as it is of the rendered ones; annotate "
                         f"{', '.join(asked)} there, or leave [real] out")
    heard = workbench.hear(classifier, [track.source for track in corpus], layers, card=card, maps=maps,
                           doing="real clips")
    return (RealClips(heard.rows, truths, np.array([track.group for track in corpus])),
            [f"of {corpus.origin}: {one}" for one in said])
