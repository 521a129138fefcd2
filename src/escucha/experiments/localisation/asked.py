"""What a localisation asks, checked before anything is heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from escucha.concepts.activations import Readable
from escucha.concepts.concept import Concept
from escucha.concepts.locating.truth import Truth
from escucha.concepts.locating.vocabulary import check_told
from escucha.corpora.corpus import Corpus, Track
from escucha.errors import InputError


@dataclass(frozen=True, eq=False)
class Asked:
    """The model, the ideas, the clips, and what is known of them."""

    classifier: Readable
    concepts: tuple[Concept, ...]
    tracks: tuple[Track, ...]
    truth: Mapping[str, Truth]
    """Concept's name to when it is known to sound; those of which nothing is known are not there."""
    layers: tuple[str, ...]

    def at(self, layers: Sequence[str]) -> "Asked":
        """The same of fewer layers."""
        return replace(self, layers=tuple(layers))


def apart(corpus: Corpus, concepts: Sequence[Concept]) -> tuple[Track, ...]:
    """Tracks that share neither group nor sound with any example or null example; InputError where none is left."""
    supplying = {group for concept in concepts for group in concept.groups}
    shown = {example.source.key() for concept in concepts for example in (*concept.examples, *concept.null)}
    kept = tuple(track for track in corpus if track.group not in supplying and track.source.key() not in shown)
    if not kept:
        raise InputError(f"every clip of {corpus.origin} is a concept example or of a group that supplies one; look "
                         "for the ideas in other clips")
    return kept


def check_truths(truth: Mapping[str, Truth], concepts: Sequence[Concept], tracks: Sequence[Track]) -> None:
    """Raise InputError for a truth that neither the clips nor the examples of its concept tell, where these tell any.

    An instrument may well play in no clip; then its examples know it.
    """
    notes = [track.source.annotations() for track in tracks] if truth else []
    for concept in concepts:
        if concept.name in truth:
            shown = [example.source.annotations() for example in concept.examples if example.present]
            check_told(truth[concept.name], notes + shown)
