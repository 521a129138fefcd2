"""How an idea sounds where a layer finds it: the clip, what is taken for the idea, the rest, and the true stem.

Conventions: what is taken for it is the mixture through the map's mask, with the mixture's phase and whatever else
sounds there; the rest is of the same mixture, so that both add up to the clip. Values are of these, before any gain.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from escucha.audio.clip import Clip
from escucha.audio.io import bound, resample
from escucha.concepts.activations import Readable
from escucha.concepts.locating.truth import Truth
from escucha.corpora.corpus import Track
from escucha.experiments.localisation.laying import ConceptMap, Laying
from escucha.experiments.localisation.summary import Summary
from escucha.explain.listening import Sound
from escucha.explain.maps import heard
from escucha.explain.naming import spoken
from escucha.explain.sounds import level, slug
from escucha.models.windows import score_clip

if TYPE_CHECKING:
    from escucha.experiments.workbench import Workbench


@dataclass(frozen=True, eq=False)
class Heard:
    """One idea in the clip in which it is found best, see `Summary.best`."""

    concept: str
    layer: str
    clip: Clip
    """At the classifier's rate."""
    name: str
    """The track's."""
    found: ConceptMap
    onsets: tuple[float, ...]
    """Seconds at which it is known to sound."""
    spans: tuple[tuple[float, float], ...]
    sounds: tuple[Sound, ...]


def clearest(found: Summary, tracks: Sequence[Track], laying: Laying, truth: Mapping[str, Truth],
             workbench: "Workbench", classifier: Readable, *, most: int) -> tuple[Heard, ...]:
    """Of each idea the clip in which it is found best, by its mean curve where nothing is known; the first `most`."""
    made: list[Heard] = []
    by_name = {track.name: track for track in tracks}
    for at, concept in enumerate(found.concepts):
        best = found.best(concept)
        if best is None or len(made) == most:
            continue
        track = by_name[best.clip]
        clip = next(iter(workbench.clips([track.source], rate=classifier.rate)))
        placed = laying.maps(clip, {at: found.chosen[concept]})[at]
        known = None if best.present is None else truth[concept]
        sounds = tuple(_sounds(concept, track, clip, placed, known, classifier))
        onsets, spans = ((), ()) if known is None else (tuple(known.onsets(track.source.annotations())),
                                                        tuple(known.spans(track.source, clip.duration)))
        made.append(Heard(concept, found.chosen[concept], clip, track.name, placed, onsets, spans, sounds))
    return tuple(made)


def _sounds(concept: str, track: Track, clip: Clip, placed: ConceptMap, known: Truth | None,
            classifier: Readable) -> Iterator[Sound]:
    taken = heard(placed.attribution(clip.rate), clip)
    idea, label = spoken(concept), _label(concept, clip, classifier)
    best = "highest mean" if known is None else "best"
    stem = None if known is None else track.source.stems().get(known.source)
    rows = [("original", f"{track.name}, whole: the clip with the {best} curve of {idea}. The model’s value is of "
                         f"{label}.", clip),
            (f"taken-for-{slug(concept)}", f"What is taken for {idea}: the clip through the map, with whatever else "
                                           "sounds there.", taken),
            (f"not-taken-for-{slug(concept)}", f"The rest of the clip: what the map of {idea} holds back.",
             Clip(clip.wave - taken.wave, clip.rate))]
    if stem is not None:
        rows.append(("true-stem", "The true stem, to compare: what was put into the mixture.",
                     resample(stem, clip.rate)))
    reference = bound(clip)[0]
    for kind, caption, sound in rows:
        played, gain = level(sound, reference)
        value = score_clip(classifier, sound).value(label)
        yield Sound(f"{slug(concept)}-{kind}" if kind in ("original", "true-stem") else kind, caption, None, played,
                    gain, value)


def _label(concept: str, clip: Clip, classifier: Readable) -> str:
    """The label called like the idea; else the model's answer to the clip."""
    return concept if concept in classifier.labels else score_clip(classifier, clip).label
