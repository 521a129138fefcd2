"""What an experiment works with: the shelves, the cache, and a way to say how far it is."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from escucha import config
from escucha.audio.clip import Clip
from escucha.corpora import reading, shelf
from escucha.corpora.cache import CACHE_BYTES, trim
from escucha.corpora.corpus import Corpus, Source
from escucha.finding import Finding

if TYPE_CHECKING:
    from escucha.concepts.activations import Heard, Maps, Readable
    from escucha.concepts.concept import Concept
    from escucha.models.classifier import Classifier


@dataclass(frozen=True)
class Workbench:
    """The folders an experiment reads and writes; the same value serves the command line and a notebook."""

    home: Path
    """Holds `concepts/`, `models/`, `experiments/`, `reports/`."""
    cache: Path
    """Safe to delete."""
    progress: bool = False
    """Bars on stderr."""

    @classmethod
    def here(cls, home: Path | None = None, *, progress: bool = False) -> "Workbench":
        """The workbench of `home`, else of $ESCUCHA_HOME, else of the nearest parent folder with shelves."""
        return cls(config.home(home), config.cache_folder(), progress)

    def path(self, word: str) -> Path:
        """A path or pattern as it stands, or from the home where it is there."""
        at_home = self.home / word
        return at_home if at_home.exists() and not Path(word).exists() else Path(word)

    def model(self, card: str) -> "Classifier":
        """The classifier of a card: the stem of a file in `models/`, or a path to a TOML."""
        from escucha.models.shelf import load_model

        return load_model(card, self.home)

    def digest(self, card: str) -> str:
        """Sixteen hex digits that change with a model's card or its weights."""
        from escucha.models.shelf import model_digest

        return model_digest(card, self.home)

    def concept(self, card: str) -> "Concept":
        """The concept of a card: the stem of a file in `concepts/`, or a path to a TOML."""
        from escucha.concepts.shelf import load_concept

        return load_concept(card, self.home)

    def concepts(self, cards: Sequence[str]) -> "list[Concept]":
        """The concepts of several cards; InputError where two have one name."""
        from escucha.concepts.shelf import check_apart

        found = [self.concept(card) for card in cards]
        check_apart(cards, [concept.name for concept in found])
        return found

    def corpus(self, table: Mapping[str, Any]) -> Corpus:
        """The corpus of a `[corpus]` table; relative paths in it are from the home."""
        return shelf.open_corpus(table, where="the experiment", base=self.home)

    def made_of(self, model: str, concepts: Sequence[str], corpus: Mapping[str, Any]) -> list[str]:
        """Hashes of a model's card, of concept cards and of a `[corpus]` table, as `Experiment.inputs` gives them."""
        from escucha.concepts.shelf import concept_digest

        return [self.digest(model), *(concept_digest(card, self.home) for card in concepts),
                self.corpus(corpus).digest()]

    def clips(self, sources: Sequence[Source], *, rate: int, doing: str = "clips") -> Iterator[Clip]:
        """The sources' sounds in order, at `rate`: on all cores, cached, a few in memory at a time."""
        return reading.clips(sources, rate=rate, cache=self.cache, progress=doing if self.progress else "")

    def hear(self, classifier: "Readable", sources: Sequence[Source], layers: Sequence[str], *, card: str,
             maps: "Maps" = "pooled", with_values: bool | int = False, doing: str = "clips") -> "Heard":
        """What the layers of a card's classifier say of the sources (`concepts.activations.hear`), kept in the cache.

        Asked again about the same sources in the same order, it hears nothing and renders nothing. For a classifier
        that is not as its card says (one untrained, or changed), call `activations.hear` itself: nothing is then kept.
        """
        from escucha.concepts import activations

        told = (activations.REVISION, self.digest(card), maps, *(source.key() for source in sources))
        name = hashlib.sha256("\n".join(map(str, told)).encode()).hexdigest()[:32]
        begun: list[bool] = []
        clips = _noted(self.clips(sources, rate=classifier.rate, doing=doing), begun)
        keep = self.cache / "activations" / name[:2] / name
        heard = activations.hear(classifier, clips, layers, maps=maps, with_values=with_values, keep=keep,
                                 count=len(sources))
        if begun:  # clips are only asked for where rows are lacking, which are then written
            trim(self.cache, CACHE_BYTES)
        return heard


def _noted(clips: Iterator[Clip], begun: list[bool]) -> Iterator[Clip]:
    """The clips; `begun` is no longer empty once the first was asked for."""
    begun.append(True)
    yield from clips


class Experiment(Protocol):
    """Frozen settings of one question."""

    kind: ClassVar[str]
    revision: ClassVar[int]
    """Raised when the meaning of the kind's numbers changes: older findings are then made anew."""

    def inputs(self, workbench: Workbench) -> list[str]:
        """Hashes of everything beyond the settings that the answer depends on: cards, weights, corpora, soundfont."""

    def run(self, workbench: Workbench) -> Finding:
        """The answer."""
