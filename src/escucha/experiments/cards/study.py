"""The kind `concept-cards`: every idea of the shelf heard with and without, and whether its card is sound."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from escucha.audio.loudness import level
from escucha.concepts.concept import Concept, halves
from escucha.concepts.contrast import onsets
from escucha.concepts.shelf import check_apart, concept_digest, concept_name, list_concepts, load_concept, read_card
from escucha.concepts.validation import validate
from escucha.config import Within
from escucha.corpora.cache import CacheError
from escucha.corpora.corpus import Track
from escucha.errors import InputError
from escucha.experiments.cards.card import CardFound, Unread, difference
from escucha.experiments.cards.finding import CardsFinding
from escucha.experiments.cards.heard import Heard, heard, typical
from escucha.experiments.workbench import Workbench
from escucha.explain.sounds import audible
from escucha.progress import bar


@dataclass(frozen=True)
class ConceptCards:
    """Concepts without any model: what they sound like, and what should hold of their examples."""

    kind: ClassVar[str] = "concept-cards"
    revision: ClassVar[int] = 1
    concepts: tuple[str, ...] = ()
    """Cards; all on the shelf when empty."""
    corpus: dict[str, Any] | None = None
    """The clips that they are going to be tested on, as a `[corpus]` table: is anything shared with them?"""
    pairs_heard: Annotated[int, Within(0, 10)] = 1
    """Pairs of each concept to be heard, the most typical ones."""
    seconds: Annotated[float, Within(0.5, 30)] = 6.0
    """Of a sound, at most."""
    rate: Annotated[int, Within(8000, 48_000)] = 22050
    """At which examples are heard; a model of that rate finds their sounds in the cache afterwards."""
    seed: int = 0
    """Of the intervals."""

    def inputs(self, workbench: Workbench) -> list[str]:
        """The cards and their sounds; the clips under test."""
        corpus = [] if self.corpus is None else [workbench.corpus(self.corpus).digest()]
        return [*(f"{card} {self._digest(card, workbench)}" for card in self._cards(workbench)), *corpus]

    def run(self, workbench: Workbench) -> CardsFinding:
        """Hear every example once; a card of the whole shelf that leads to no sound is named and passed over."""
        tracks = () if self.corpus is None else workbench.corpus(self.corpus).tracks
        found: list[CardFound] = []
        sounds: list[Heard] = []
        unread: list[Unread] = []
        cards = self._cards(workbench)
        for card in bar(cards, doing="concepts", shown=workbench.progress):
            try:
                one, pairs = self._hear(card, tracks, workbench)
            except CacheError:
                raise
            except InputError as error:
                if self.concepts:
                    raise
                unread.append(Unread(card, str(error)))
                continue
            found.append(one)
            sounds += pairs
        if not found:
            raise InputError(f"none of {len(cards)} concept cards leads to a sound; the first: {unread[0].reason}")
        return CardsFinding(tuple(found), tuple(sounds), tuple(unread), len(tracks))

    def _cards(self, workbench: Workbench) -> tuple[str, ...]:
        check_apart(self.concepts, [concept_name(card, workbench.home) for card in self.concepts])
        cards = self.concepts or tuple(list_concepts(workbench.home))
        if not cards:
            raise InputError(f"there are no cards in {workbench.home / 'concepts'}; add one, see docs/concepts.md")
        return cards

    def _digest(self, card: str, workbench: Workbench) -> str:
        """A hash, or, where the whole shelf is asked for, why there is none."""
        try:
            return concept_digest(card, workbench.home)
        except InputError as error:
            if self.concepts:
                raise
            return str(error)

    def _hear(self, card: str, tracks: tuple[Track, ...], workbench: Workbench) -> tuple[CardFound, list[Heard]]:
        concept = load_concept(card, workbench.home)
        sources = [example.source for example in concept.examples]
        levels = np.array([level(clip) for clip in workbench.clips(sources, rate=self.rate, doing=concept.name)])
        counts = [onsets(example) for example in concept.examples]
        strokes = np.array([np.nan if count is None else count for count in counts], dtype=float)
        having, without = halves(concept.examples)
        found = CardFound(
            card, concept.name, concept.meaning, str(read_card(card, workbench.home)[0].examples["kind"]), len(having),
            len(without), len({example.group for example in concept.examples}),
            difference(concept, levels, seed=self.seed), difference(concept, strokes, seed=self.seed),
            validate(concept, tracks, levels.tolist()))
        return found, list(self._pairs(concept, levels, strokes, workbench))

    def _pairs(self, concept: Concept, levels: np.ndarray, strokes: np.ndarray,
               workbench: Workbench) -> Iterator[Heard]:
        for number, places in enumerate(typical(concept, levels, strokes, self.pairs_heard)):
            sources = [concept.examples[place].source for place in places]
            with_, without = workbench.clips(sources, rate=self.rate)
            name = concept.name if not number else f"{concept.name}-{number + 1}"
            if audible(with_) or audible(without):
                yield heard(name, concept, places, (with_, without), seconds=self.seconds, levels=levels.tolist(),
                            strokes=strokes.tolist())
