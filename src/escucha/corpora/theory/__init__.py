"""A rendered corpus of music theory: notes, intervals, chords, scales, progressions, time signatures, tempi.

After the idea of SynTheory (Wei et al. 2024, arXiv 2410.00872), with what it lacks: instruments are groups that never
cross a split, and whatever is not asked about is equal for every value.
"""

from escucha.corpora.theory.collection import theory_corpus
from escucha.corpora.theory.instrument import INSTRUMENTS
from escucha.corpora.theory.recipe import CHANGES, REVISION, Recipe
from escucha.corpora.theory.source import TheorySource
from escucha.corpora.theory.topic import TOPICS, Topic

__all__ = ["CHANGES", "INSTRUMENTS", "REVISION", "TOPICS", "Recipe", "TheorySource", "Topic", "theory_corpus"]
