"""One clip's separated sources, each beside the true stems that it stands for, as loud as the clip."""

from collections.abc import Iterator, Sequence

from escucha.audio.clip import Clip
from escucha.audio.io import bound
from escucha.audio.separation_quality import reference_of
from escucha.corpora.corpus import Track
from escucha.experiments.clips.explaining import Explainer
from escucha.experiments.separation.pairs import Truth
from escucha.experiments.separation.summary import base
from escucha.explain.listening import Sound
from escucha.explain.naming import capital, joined
from escucha.explain.sounds import level, slug
from escucha.models.windows import score_clip

SOURCES = 4
"""Of one separator, at most."""


def side_by_side(explainer: Explainer, track: Track, separators: Sequence[str]) -> tuple[Sound, ...]:
    """The clip, then of each separator each source that stands for some stem: separated, and true.

    Values are of the clip's answer; names are slugs as `hpss-percussive-separated`.
    """
    truth = Truth(explainer, track)
    said = f"{track.name}, whole. The model answers {truth.answer}, and values are those of {truth.answer}."
    return (*_heard(truth, "original", said, truth.clip),
            *(sound for separator in separators for sound in _pairs(truth, separator)))


def _pairs(truth: Truth, separator: str) -> Iterator[Sound]:
    made, pairs = truth.estimates(separator)
    for source, stems in [(source, stems) for source, stems in pairs.items() if stems][:SOURCES]:
        name, known = slug(f"{separator} {base(source)}"), joined(stems)
        yield from _heard(truth, f"{name}-separated", f"{capital(source)}, as {separator} separates it.", made[source])
        yield from _heard(truth, f"{name}-true", f"What it should be: the true {known}.",
                          reference_of(stems, truth.stems))


def _heard(truth: Truth, name: str, caption: str, clip: Clip) -> Iterator[Sound]:
    """Nothing where there is nothing to hear."""
    reference, less = bound(truth.clip)
    sound, gain = (reference, less) if clip is truth.clip else level(clip, reference)
    if sound is not None:
        said = score_clip(truth.explainer.classifier, clip, aggregation=truth.explainer.how.aggregation)
        yield Sound(name, caption, None, sound, gain, said.value(truth.answer))
