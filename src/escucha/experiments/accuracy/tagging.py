"""Labels that a corpus does not have but knows: what an annotation says of each track, such as which sources sound."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from escucha.corpora.corpus import Corpus, Track
from escucha.errors import InputError, unknown


def tagged(corpus: Corpus, annotation: str, *, keep: Sequence[str] = ()) -> Corpus:
    """The same tracks, labelled by `annotation`: a list of names, one name, or true and false.

    True gives the label `annotation`, false none; `keep` says which names are labels, all of them when empty. Raises
    InputError for a track that is not annotated so, and for a name in `keep` that no track has.
    """
    found = {track.name: _names(track, annotation, corpus.origin) for track in corpus}
    known = {name for names in found.values() for name in names}
    for name in keep:
        if name not in known:
            raise unknown("label", name, known, f"the annotation {annotation!r} of {corpus.origin}")
    wanted = known & set(keep or known)
    named = (replace(track, labels=found[track.name]) for track in corpus)
    return _only(Corpus(tuple(named), f"{corpus.origin} by {annotation}"), wanted)


def labelled(corpus: Corpus, *, tags: str = "", labels: Sequence[str] = (), known: Sequence[str] = ()) -> Corpus:
    """The corpus as an experiment asks for it: `tagged` by the annotation `tags`, or as it is where that is empty.

    Of the names of an annotation a model may know only some: those in `known` are labels where `labels` names none.
    Without tags, `labels` leaves out every other label, and the tracks that have no other.
    """
    if tags:
        named = tagged(corpus, tags, keep=labels)
        mine = {*known} & {*named.labels}
        return named if labels or not mine else _only(named, mine)
    for name in labels:
        if name not in corpus.labels:
            raise unknown("label", name, corpus.labels, corpus.origin)
    if not labels:
        return corpus
    return _only(corpus, labels).where(lambda track: bool(track.labels))


def _only(corpus: Corpus, labels: Collection[str]) -> Corpus:
    """Every track, with those of its labels that are among `labels`."""
    kept = (replace(track, labels=tuple(name for name in track.labels if name in labels)) for track in corpus)
    return Corpus(tuple(kept), corpus.origin)


def _names(track: Track, annotation: str, origin: str) -> tuple[str, ...]:
    known: Mapping[str, Any] = track.source.annotations()
    if annotation not in known:
        raise unknown("annotation", annotation, known, f"track {track.name!r} of {origin}")
    value = known[annotation]
    if isinstance(value, bool):
        return (annotation,) if value else ()
    names: Iterable[Any] = value if isinstance(value, (list, tuple)) else (value,)
    if not all(isinstance(name, str) and name for name in names):
        raise InputError(f"the annotation {annotation!r} of track {track.name!r} names no labels: {value!r}; it should "
                         "be a list of names, or true or false")
    return tuple(dict.fromkeys(names))
