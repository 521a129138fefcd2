"""The cards of music theory: with and without differ in the idea alone, and meaningless concepts can be drawn."""

from collections import Counter

import numpy as np
import pytest

from escucha.concepts.concept import SPARE, halves
from escucha.concepts.meaningless import draw, order
from escucha.concepts.shelf import list_concepts, load_concept
from escucha.corpora.theory.score import hall, register
from tests.conftest import REPOSITORY

CARDS = [card for card in list_concepts(REPOSITORY) if card.startswith("theory/")]

@pytest.fixture(scope="module", params=CARDS)
def concept(request):
    return load_concept(request.param, REPOSITORY)


def nuisances(examples, name):
    """What is no idea, with how often it comes: the manner too, or the value where the idea is a manner."""
    recipes = [example.source.recipe for example in examples]
    beside = "value" if name == "theory-ascending" else "manner"
    return Counter((one.program, one.tonic, getattr(one, beside), one.seed, register(one), hall(one))
                   for one in recipes)


def test_there_are_cards():
    assert len(CARDS) >= 8


def test_with_and_without_differ_in_the_idea_alone(concept):
    present, absent = ([concept.examples[place] for place in side] for side in halves(concept.examples))
    assert nuisances(present, concept.name) == nuisances(absent, concept.name)
    assert {one.source.key() for one in present}.isdisjoint(one.source.key() for one in absent)
    assert len(concept.groups) >= 25, "instruments"
    assert len(concept.null) >= SPARE * len(concept.examples)


def test_meaningless_concepts_can_be_drawn_and_are_balanced_too(concept):
    sets = draw(concept, count=30, seed=1)
    assert len(np.unique(sets, axis=0)) == 30
    own = [concept.examples[place] for place in order(concept)]
    half = sum(example.present for example in own)
    for chosen in sets[:5]:
        drawn = [concept.null[place] for place in chosen]
        assert [example.label for example in drawn] == [example.label for example in own]
        assert nuisances(drawn[:half], concept.name) == nuisances(drawn[half:], concept.name)
    kept = np.mean([[concept.null[place].source.key() == example.source.key() for place, example in zip(chosen, own)]
                    for chosen in sets])
    assert kept < (.4 if concept.name == "theory-ascending" else .3), "they are other clips; of a direction, of three"


def test_compas_is_held_against_as_many_accents_elsewhere():
    examples = load_concept("theory/twelve-beat-accents", REPOSITORY).examples
    assert {example.source.recipe.value for example in examples if not example.present} == {"even-twelve"}
    assert {example.source.recipe.value for example in load_concept("theory/major-triad", REPOSITORY).examples
            if not example.present} == {"minor"}
