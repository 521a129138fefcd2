"""A rendered corpus of palos: scores, a soundfont player, stems, annotations, counterfactual pairs."""

from escucha.corpora.palos.collection import palos_corpus
from escucha.corpora.palos.pairs import (
    CONTRASTS,
    GRADES,
    KIN,
    Ladder,
    Pair,
    counterfactual_pairs,
    ladders,
    nuisance_pairs,
)
from escucha.corpora.palos.palo import DEFAULT_PALOS, PALOS, SOURCES, Palo
from escucha.corpora.palos.recipe import CHANGES, REVISION, Recipe
from escucha.corpora.palos.source import PaloSource
from escucha.corpora.rendering.families import CONCEPT_FAMILIES, split_of
from escucha.corpora.rendering.synth import RATE

__all__ = ["CHANGES", "CONCEPT_FAMILIES", "CONTRASTS", "DEFAULT_PALOS", "GRADES", "KIN", "PALOS", "RATE",
           "REVISION", "SOURCES", "Ladder", "Pair", "Palo", "PaloSource", "Recipe", "counterfactual_pairs", "ladders",
           "nuisance_pairs", "palos_corpus", "split_of"]
